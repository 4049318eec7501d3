"""What no image may be, each rule with a mistake planted in a saved image; no engine is needed."""

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest

from infra.image.rules import LABELS, every
from infra.image.saved import NoImageError, Saved

RIGHT: Final[dict[str, Any]] = {
    "User": "10001:10001",
    "Entrypoint": ["poon"],
    "Cmd": ["run"],
    "Env": ["PATH=/opt/venv/bin"],
    "Healthcheck": {"Test": ["CMD", "poon", "health"]},
    "Volumes": {"/var/lib/poon": {}},
    "Labels": dict.fromkeys(LABELS, "something"),
}
SITE: Final = "opt/venv/lib/python3.11/site-packages"
KEY: Final = b"aws = AKIA" + b"IOSFODNN7EXAMPLQ\n"
URL: Final = "database = postgresql://poon:" + "hunter2horse" + "@db.example.org/poon"

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

Entry = bytes | tarfile.TarInfo


def entry(*, mode: int = 0o644, uid: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """An empty file that is not as files usually are."""
    info = tarfile.TarInfo()
    info.mode, info.uid, info.type = mode, uid, kind
    return info


def tarred(files: Mapping[str, Entry]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for path, content in files.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo()
            info.name = path
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                archive.addfile(info)
    return written.getvalue()


def saved(folder: Path, *layers: Mapping[str, Entry], settings: Mapping[str, object] = NOTHING) -> Saved:
    """A right image, but for these settings, on a base with nothing in it."""
    names = [f"{number}/layer.tar" for number in range(len(layers) + 1)]
    config = {"config": {**RIGHT, **settings}, "history": [], "rootfs": {"diff_ids": names}}
    files = dict(zip(names, map(tarred, ({}, *layers)), strict=True))
    manifest = [{"Config": "config.json", "Layers": names}]
    archive = folder / "image.tar"
    archive.write_bytes(
        tarred({**files, "config.json": json.dumps(config).encode(), "manifest.json": json.dumps(manifest).encode()})
    )
    return Saved.read(archive)


def test_a_right_image_has_no_findings(tmp_path: Path) -> None:
    right: dict[str, Entry] = {
        f"{SITE}/workers/run.py": b"",
        "var/lib/poon": entry(mode=0o750, uid=10001, kind=tarfile.DIRTYPE),
    }
    assert not every(saved(tmp_path, right), base_layers=1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"User": ""}, "it runs as 'root'"),
        ({"User": "0:0"}, "it runs as '0:0'"),
        ({"User": "poon"}, "it runs as 'poon'"),
        ({"Entrypoint": ["/bin/sh", "-c", "poon"]}, "it is started by ['/bin/sh']"),
        ({"Entrypoint": None}, "it is started by nothing of its own"),
        ({"Cmd": ["sh"]}, "its command is sh, a shell"),
        ({"Healthcheck": None}, "it does not tell its health"),
        ({"Healthcheck": {"Test": ["NONE"]}}, "it does not tell its health"),
        ({"Healthcheck": {"Test": ["CMD-SHELL", "poon health"]}}, "its health is asked by a shell"),
        ({"Volumes": None}, "/var/lib/poon is no volume"),
        ({"Labels": RIGHT["Labels"] | {LABELS[-1]: "unknown"}}, f"it does not say its {LABELS[-1]}"),
        ({"Env": [URL]}, "a password in a URL stands in its settings"),
    ],
)
def test_what_an_image_says_of_itself_is_judged(tmp_path: Path, settings: dict[str, object], said: str) -> None:
    (finding,) = every(saved(tmp_path, settings=settings), base_layers=1)
    assert said in finding


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("usr/bin/gcc", b"\0", "builds programs"),
        ("usr/bin/x86_64-linux-gnu-ld", b"\0", "builds programs"),
        ("usr/lib/gcc/12/cc1", b"\0", "builds programs"),
        ("root/.cache/pip/http/1", b"\0", "is of the build"),
        ("var/cache/apt/pkgcache.bin", b"\0", "is of the build"),
        ("src/requirements.lock", b"\0", "is of the build"),
        ("wheels/poon.whl", b"\0", "is of the build"),
        ("tmp/left", b"\0", "is of the build"),
        ("etc/pip.conf", b"[global]\n", "may hold credentials"),
        ("run/secrets/pip", b"[global]\n", "may hold credentials"),
        ("root/.docker/config.json", b"{}", "may hold credentials"),
        ("etc/poon.toml", KEY, "an AWS key is in /etc/poon.toml"),
        (f"{SITE}/workers/keys.py", KEY, f"an AWS key is in /{SITE}/workers/keys.py"),
        (f"{SITE}/workers/run.py", entry(mode=0o666), "can be changed by a worker"),
        (f"{SITE}/workers/run.py", entry(uid=10001), "can be changed by a worker"),
        ("usr/bin/become", entry(mode=0o4755), "runs as its owner"),
    ],
)
def test_a_file_that_no_image_needs_is_named(tmp_path: Path, path: str, content: Entry, said: str) -> None:
    (finding,) = every(saved(tmp_path, {path: content}), base_layers=1)
    assert said in finding


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (f"{SITE}/redis/connection.py", f"{URL}\n".encode()),
        ("usr/bin/ldd", b"\0"),
        ("usr/bin/asdf", b"\0"),
        ("run/secrets/pip", b""),  # where a secret was mounted
        ("opt/venv/bin/python", entry(mode=0o777, kind=tarfile.SYMTYPE)),
        ("tmp", entry(mode=0o1777, kind=tarfile.DIRTYPE)),
        ("var/lib/poon/x", entry(uid=10001)),
    ],
)
def test_a_file_that_only_looks_so_is_not(tmp_path: Path, path: str, content: Entry) -> None:
    assert not every(saved(tmp_path, {path: content}), base_layers=1)


def test_a_secret_that_a_later_layer_deletes_is_found_all_the_same(tmp_path: Path) -> None:
    image = saved(tmp_path, {"etc/poon.toml": KEY}, {"etc/.wh.poon.toml": b""})
    assert every(image, base_layers=1) == ["an AWS key is in /etc/poon.toml (layer 1)"]


def test_what_the_base_brings_is_its_makers_but_no_compiler(tmp_path: Path) -> None:
    image = saved(tmp_path, {"usr/bin/su": entry(mode=0o4755), "usr/bin/gcc": b"\0"})
    assert every(image, base_layers=2) == ["/usr/bin/gcc builds programs"]


def test_many_of_a_kind_are_told_in_few_lines(tmp_path: Path) -> None:
    image = saved(tmp_path, {f"src/{number}": b"\0" for number in range(30)})
    assert every(image, base_layers=1)[-1] == "and 25 more such files"


def test_a_step_that_names_a_secret_is_found_in_the_history(tmp_path: Path) -> None:
    image = saved(tmp_path)
    image.config["history"].append({"created_by": f"RUN echo {URL}"})
    assert every(image, base_layers=1) == ["a password in a URL stands in its settings or history"]


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "image.tar").write_bytes(tarred({"hello": b"world"}))
    with pytest.raises(NoImageError):
        Saved.read(tmp_path / "image.tar")


def test_the_weights_of_layers_are_told(tmp_path: Path) -> None:
    assert saved(tmp_path, {"one": b"1" * 20_000}).layer_sizes()[1] > 20_000
