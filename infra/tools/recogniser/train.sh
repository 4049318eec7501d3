#!/bin/sh
# Trains the shipped recogniser from its seed, in an environment of its own, and writes its ONNX file.
# usage: train.sh [TARGET]      The checkpoint stays in the cache: what was interrupted goes on from there.
set -eu
cd "$(dirname "$0")/../../.."
cache="${POON_RECOGNISER_CACHE:-$HOME/.cache/poon-recogniser}"
target="${1:-adapters/inference/ocr/models/thai_lines.onnx}"
python="$cache/venv/bin/python"
mkdir -p "$cache"
if ! cmp -s requirements-train.lock "$cache/venv/installed.lock"; then
    .venv/bin/uv venv --quiet --clear "$cache/venv"
    .venv/bin/uv pip install --quiet --python "$python" --require-hashes -r requirements-train.lock
    cp requirements-train.lock "$cache/venv/installed.lock"
fi
"$python" -m infra.tools.recogniser fonts --cache "$cache"
"$python" -m infra.tools.recogniser train --cache "$cache" --rounds "${ROUNDS:-42}" --fall "${FALL:-14}"
"$python" -m infra.tools.recogniser export --cache "$cache" "$target"
