#!/bin/sh
# Checks the AsyncAPI document, or those given, with the official parser.
# usage: check.sh [DOCUMENT...]
# The parser is installed once per lock file into POON_CACHE_DIR (default ~/.cache/poon); after that no network is used.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
[ $# -gt 0 ] || set -- "$root/contracts/schemas/asyncapi.yaml"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    if [ -n "${CI:-}" ]; then
        echo "AsyncAPI check: node and npm are required in CI" >&2
        exit 1
    fi
    echo "AsyncAPI check skipped: install Node.js 20 or later to run the official parser" >&2
    exit 0
fi

lock=$(cksum <"$here/package-lock.json" | tr ' ' '-')
cache=${POON_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/poon}/asyncapi-$lock

if [ ! -d "$cache" ]; then
    mkdir -p "$(dirname "$cache")"
    fresh=$(mktemp -d "$cache.XXXXXX")
    trap 'rm -rf "$fresh"' EXIT
    cp "$here/package.json" "$here/package-lock.json" "$fresh"
    if ! npm ci --prefix "$fresh" --ignore-scripts --no-audit --no-fund --loglevel=error >&2; then
        echo "AsyncAPI check: npm could not install the parser; connect once, it is kept in $cache" >&2
        exit 1
    fi
    # Another check may have been faster; its copy is as good.
    mv "$fresh" "$cache" 2>/dev/null || [ -d "$cache" ]
fi

exec node "$here/check.mjs" "$cache" "$@"
