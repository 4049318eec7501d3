"""What must hold of everything the chart renders, whatever the values."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.charts.rendering import Manifest, containers, of_kind, pods

_VOLUMES: Final = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
_LONGEST_NAME: Final = 63 - len("keda-hpa-")
_HOOK: Final = "helm.sh/hook"


def problems(manifests: list[Manifest]) -> Iterator[str]:
    """One line for each thing that must not be."""
    for owner, pod in pods(manifests):
        about = f"{owner['kind']}/{owner['metadata']['name']}"
        for check in (unrestricted, surroundings):
            yield from (f"{about}: {problem}" for problem in check(pod))
        yield from (f"{about}: {problem}" for problem in account_problems(owner, pod, manifests))
        if not _denied_by_default(pod, manifests):
            yield f"{about}: no network policy denies it everything that is not named"
    yield from scaling_problems(manifests)
    yield from selector_problems(manifests)
    yield from scrape_problems(manifests)


def unrestricted(pod: Manifest) -> Iterator[str]:
    """Where a pod falls short of Kubernetes' pod security standard "restricted"."""
    spec = pod["spec"]
    of_pod = spec.get("securityContext", {})
    yield from (name for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name))
    for volume in spec.get("volumes", ()):
        yield from (f"volume of kind {kind}" for kind in volume.keys() - {"name"} - _VOLUMES)
    if of_pod.get("runAsUser") == 0:
        yield "runAsUser 0"
    for container in containers(pod):
        own = container.get("securityContext", {})
        if any("hostPort" in port for port in container.get("ports", ())):
            yield f"{container['name']}: hostPort"
        if own.get("procMount", "Default") != "Default":
            yield f"{container['name']}: procMount"
        yield from (f"{container['name']}: {problem}" for problem in _unrestricted_context(of_pod | own))


def _unrestricted_context(context: Mapping[str, Any]) -> Iterator[str]:
    if context.get("privileged"):
        yield "privileged"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        yield "may run as root"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "does not drop all capabilities"
    if set(context.get("capabilities", {}).get("add", ())) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if context.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "no seccomp profile"


def surroundings(pod: Manifest) -> Iterator[str]:
    """Beyond the standard: what the image needs, and what nobody should have to ask for."""
    spec = pod["spec"]
    if spec.get("enableServiceLinks") is not False:
        yield "service links: a service called poon would set variables the program refuses"
    if spec.get("automountServiceAccountToken") is not False:
        yield "a token of the cluster is mounted"
    scratch = {volume["name"] for volume in spec.get("volumes", ()) if "emptyDir" in volume}
    for container in containers(pod):
        if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{container['name']}: the root file system can be written"
        writable = {mount["mountPath"] for mount in container.get("volumeMounts", ()) if mount["name"] in scratch}
        yield from (f"{container['name']}: {path} cannot be written" for path in {"/tmp", "/var/lib/poon"} - writable)  # noqa: S108  within a pod
        if "memory" not in container.get("resources", {}).get("limits", {}):
            yield f"{container['name']}: no limit of memory"
        if not container.get("resources", {}).get("requests", {}).keys() >= {"cpu", "memory"}:
            yield f"{container['name']}: no requests"


def account_problems(owner: Manifest, pod: Manifest, manifests: list[Manifest]) -> Iterator[str]:
    """A pod with an account that is not there when it starts never starts."""
    account = pod["spec"].get("serviceAccountName", "default")
    made = {manifest["metadata"]["name"] for manifest in of_kind(manifests, "ServiceAccount")}
    if _HOOK in owner["metadata"].get("annotations", {}) and account in made:
        yield f"a hook with the account {account}, which is made after it"


def _denied_by_default(pod: Manifest, manifests: list[Manifest]) -> bool:
    return any(
        set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
        and _selects(policy["spec"]["podSelector"]["matchLabels"], pod)
        for policy in of_kind(manifests, "NetworkPolicy")
    )


def _selects(labels: Mapping[str, str], pod: Manifest) -> bool:
    return dict(labels).items() <= dict(pod["metadata"]["labels"]).items()


def scaling_problems(manifests: list[Manifest]) -> Iterator[str]:
    """Who says how many: KEDA or the Deployment, never both and never nobody."""
    scaled = {item["spec"]["scaleTargetRef"]["name"]: item for item in of_kind(manifests, "ScaledObject")}
    deployments = {item["metadata"]["name"]: item for item in of_kind(manifests, "Deployment")}
    for name in scaled.keys() - deployments.keys():
        yield f"ScaledObject/{name}: there is no Deployment of that name"
    for name, deployment in deployments.items():
        if name in scaled and "replicas" in deployment["spec"]:
            yield f"Deployment/{name}: replicas under KEDA; every upgrade would throw its number away"
        if name not in scaled and "replicas" not in deployment["spec"]:
            yield f"Deployment/{name}: nobody says how many replicas"
        if len(name) > _LONGEST_NAME:
            yield f"Deployment/{name}: too long for the name of KEDA's autoscaler"


def selector_problems(manifests: list[Manifest]) -> Iterator[str]:
    """Selectors that select nothing, or the pods of another area as well."""
    deployments = list(of_kind(manifests, "Deployment"))
    for deployment in deployments:
        name = deployment["metadata"]["name"]
        labels = deployment["spec"]["selector"]["matchLabels"]
        selected = [other["metadata"]["name"] for other in deployments if _selects(labels, other["spec"]["template"])]
        if selected != [name]:
            yield f"Deployment/{name}: selects the pods of {selected}"
        for spread in deployment["spec"]["template"]["spec"].get("topologySpreadConstraints", ()):
            if spread["labelSelector"]["matchLabels"] != labels:
                yield f"Deployment/{name}: is spread over the pods of others"
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        labels = budget["spec"]["selector"]["matchLabels"]
        if sum(_selects(labels, deployment["spec"]["template"]) for deployment in deployments) != 1:
            yield f"PodDisruptionBudget/{budget['metadata']['name']}: is not about exactly one Deployment"


def scrape_problems(manifests: list[Manifest]) -> Iterator[str]:
    """Workers nobody scrapes although something asks for it."""
    for monitor in of_kind(manifests, "PodMonitor"):
        labels = monitor["spec"]["selector"]["matchLabels"]
        ports = {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]}
        for deployment in of_kind(manifests, "Deployment"):
            pod = deployment["spec"]["template"]
            named = {port["name"] for container in containers(pod) for port in container.get("ports", ())}
            if not _selects(labels, pod) or not ports <= named:
                yield f"PodMonitor/{monitor['metadata']['name']}: {deployment['metadata']['name']} is not scraped"


_IMMUTABLE: Final = {
    "Deployment": ("selector",),
    "Job": ("selector", "template", "completions"),
}


def changes_refused(before: list[Manifest], after: list[Manifest]) -> Iterator[str]:
    """Fields that differ although the API server lets nobody change them; hooks are made anew and may differ."""
    old = {_identity(manifest): manifest for manifest in before if not _is_hook(manifest)}
    for manifest in after:
        previous = old.get(_identity(manifest))
        if previous is None or _is_hook(manifest):
            continue
        for field in _IMMUTABLE.get(manifest["kind"], ()):
            if previous["spec"].get(field) != manifest["spec"].get(field):
                yield f"{manifest['kind']}/{manifest['metadata']['name']}: {field} cannot be changed"


def _identity(manifest: Manifest) -> tuple[str, str, str]:
    return manifest["apiVersion"].split("/")[0], manifest["kind"], manifest["metadata"]["name"]


def _is_hook(manifest: Manifest) -> bool:
    return _HOOK in manifest["metadata"].get("annotations", {})
