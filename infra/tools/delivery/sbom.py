"""The bill of materials of the image's Python packages: CycloneDX 1.6, the same bytes for the same commit.

usage: python -m infra.tools.delivery.sbom FILE SECONDS     (SECONDS: the time it bears, since the epoch)

Every package of the lock, with the hashes of the files it may have come as, its licence and what needs it. What the
base image brings is not in it: the pipeline's image scan lists that.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from infra.tools.delivery.licences import licence
from infra.tools.delivery.locked import IMAGE, SHIPPED, Locked, LockError, installed, shipped

OURS: Final = (canonicalize_name("poon-workers"), canonicalize_name("poon-contracts"))

Needs = Mapping[NormalizedName, set[NormalizedName]]


def bill(packages: Iterable[Locked], at: datetime) -> str:
    """The document for these packages and our own two.

    Raises:
        LockError: what is installed is not what is locked, a licence is not known, or the schema refuses the document.
    """
    components = {package.name: _component(package) for package in packages}
    ours = {name: _own(distribution(name)) for name in OURS}
    root = ours[OURS[0]]
    document = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"{root.purl}#{at.timestamp():.0f}#{SHIPPED.read_text()}"),
        metadata=BomMetaData(component=root, timestamp=at),
        components=[*components.values(), ours[OURS[1]]],
    )
    every = components | ours
    for name, needed in _needs(every).items():
        document.register_dependency(every[name], [every[other] for other in sorted(needed)])
    return _checked(JsonV1Dot6(document).output_as_string(indent=1) + "\n")


def _checked(text: str) -> str:
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise LockError(f"the bill of materials does not fit its schema: {wrong}")
    return text


def _component(package: Locked) -> Component:
    expression = licence(package, installed(package))
    if expression is None:
        raise LockError(f"{package.name}: its licence is not known")
    return Component(
        bom_ref=package.purl,
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        purl=PackageURL("pypi", name=package.name, version=package.version),
        licenses=[LicenseFactory().make_from_string(expression)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in package.hashes],
    )


def _own(found: Distribution) -> Component:
    purl = PackageURL("pypi", name=found.name, version=found.version)
    return Component(
        bom_ref=str(purl),
        type=ComponentType.APPLICATION if found.name == OURS[0] else ComponentType.LIBRARY,
        name=found.name,
        version=found.version,
        purl=purl,
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )


def _needs(known: Mapping[NormalizedName, Component]) -> Needs:
    """Who needs whom, from our own package on; an extra counts where somebody asks for it."""
    needs: defaultdict[NormalizedName, set[NormalizedName]] = defaultdict(set)
    open_ends = [(OURS[0], "")]
    seen = set(open_ends)
    while open_ends:
        name, extra = open_ends.pop()
        for requirement in _requirements(name):
            target = canonicalize_name(requirement.name)
            applies = requirement.marker is None or requirement.marker.evaluate({**IMAGE, "extra": extra})
            if not applies or target not in known:
                continue
            needs[name].add(target)
            further = {(target, wanted) for wanted in ("", *requirement.extras)} - seen
            seen |= further
            open_ends += sorted(further)
    return {name: needs[name] for name in known}


@cache
def _requirements(name: str) -> list[Requirement]:
    return [Requirement(line) for line in distribution(name).requires or ()]


def main() -> int:
    path, seconds = Path(sys.argv[1]), int(sys.argv[2])
    try:
        text = bill(shipped(), datetime.fromtimestamp(seconds, UTC))
    except LockError as error:
        print(error, file=sys.stderr)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"  {path}: {len(shipped())} packages", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
