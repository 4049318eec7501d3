#!/bin/sh
# Makes the virtual environment and installs the locked dependencies into it, checked against their hashes.
# usage: setup.sh runtime|dev      PYTHON=... picks the interpreter, POON_PIP=1 keeps to pip where uv is at hand.
# Leaves .venv/.stamp and, for dev, .venv/.stamp-dev: only when everything is in place.
# shellcheck disable=SC2086 # the variables hold lists
set -eu
cd "$(dirname "$0")/../.."
venv=.venv
case "${1:-}" in
    runtime) locks="requirements-build.lock requirements.lock" stamps=$venv/.stamp ;;
    dev) locks="requirements-build.lock requirements-dev.lock" stamps="$venv/.stamp $venv/.stamp-dev" ;;
    *) echo "usage: $0 runtime|dev" >&2; exit 2 ;;
esac

fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
has_pip() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_python() {
    found=""
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if recent "$candidate"; then
            found=$candidate
            has_pip "$candidate" && return 0
        fi
    done
    [ -n "$found" ] || fail "no Python 3.11 or newer was found (tried: ${PYTHON:-python3.13 python3.12 python3.11 python3})." \
        "Install one, or name it: make PYTHON=/path/to/python3.12"
    fail "$found has no venv module with pip in it." \
        "On Debian and Ubuntu: apt install $("$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
}

make_venv() {
    find_python
    echo "Creating $venv with $("$found" --version 2>&1)"
    "$found" -m venv --clear "$venv" || fail "$found could not create $venv."
}

# uv takes seconds where pip takes minutes: without one on the machine, the locked one is installed first, by pip.
find_uv() {
    uv=""
    [ -z "${POON_PIP:-}" ] || return 0
    if uv --version >/dev/null 2>&1; then
        uv=uv
    elif grep -q '^uv==' $locks && locked_uv >/dev/null 2>&1; then
        uv=$venv/bin/uv
    fi
}

locked_uv() {
    awk '/^uv==/ { found = 1 } found { print } found && !/\\$/ { exit }' requirements-dev.lock >$venv/uv.lock
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: -r $venv/uv.lock && $venv/bin/uv --version
}

install() {
    # What uv cannot do here (it reads no configuration of pip), pip may.
    [ -n "$uv" ] && "$uv" pip install --quiet --compile-bytecode --python $venv/bin/python "$@" && return 0
    $venv/bin/python -m pip --version >/dev/null 2>&1 || return 1
    $venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
}

rm -f $stamps
# A virtual environment that was moved, or whose Python is gone or too old, is made anew.
if ! recent $venv/bin/python || ! { $venv/bin/python -m pip --version || uv --version; } >/dev/null 2>&1; then
    make_venv
fi
find_uv
requirements=""
for lock in $locks; do requirements="$requirements -r $lock"; done
echo "Installing $(cat $locks | grep -c '^[a-zA-Z0-9].*==') locked packages (the first time takes a minute or two)"
# --no-deps: the locks are complete, and an old pip would look at newer releases than the locked one, and fail.
install --require-hashes --no-deps --only-binary :all: $requirements ||
    fail "installing failed; the message above tells why. Once the network is back: make setup"
install --no-deps --no-build-isolation -e contracts -e . || fail "installing the project itself failed."
touch $stamps
