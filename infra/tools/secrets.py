"""Refuses what looks like a secret.

usage: python -m infra.tools.secrets [FILE...]     (default: every file git knows)
"""

import re
import subprocess
import sys
from pathlib import Path

# Passwords of throw-away services: everybody may know them.
HARMLESS = r"(?:poon|postgres|password|secret|user|pass|example|changeme|\*+|[\$\{<%].*)"

PATTERNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[opsu]_[A-Za-z0-9]{36}|github_pat_\w{40,})\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[\w-]{20,}"),
    "an API key of a model provider": re.compile(r"\bsk-(?:proj-|ant-)?[\w-]{32,}"),
    "a Google API key": re.compile(r"\bAIza[\w-]{35}\b"),
    "a signed token": re.compile(r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}"),
    "a password in a URL": re.compile(rf"\b[a-z][a-z+]+://[^\s:/@\"']+:(?!{HARMLESS}@)[^\s:/@\"'{{}}<>$]{{6,}}@"),
    "a secret in a setting": re.compile(
        r"(?i)\b\w*(?:api_?key|client_secret|access_token|auth_token)\b[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_-]{20,}[\"']"
    ),
}


def looks_like(text: str) -> list[str]:
    """What a text seems to hold."""
    return [what for what, pattern in PATTERNS.items() if pattern.search(text)]


def findings(path: Path) -> list[str]:
    """What looks like a secret in a file, as `file:line: what`."""
    content = path.read_bytes()
    if b"\0" in content[:8192]:
        return []
    return [
        f"{path}:{number}: {what}"
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1)
        for what in looks_like(line)
    ]


def known_files() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in listing.split("\0") if name and Path(name).is_file()]


def main() -> int:
    files = [Path(name) for name in sys.argv[1:]] or known_files()
    found = [finding for path in files for finding in findings(path)]
    for finding in found:
        print(finding, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
