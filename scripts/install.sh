#!/usr/bin/env bash
# Makes the virtual environment with the locked dependencies and this project, editable, in it.
# usage: scripts/install.sh VENV
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1

say() { printf '%s\n' "$*" >&2; }

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 /usr/bin/python3; do
        if suits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "mailbot needs Python 3.11 or later; none was found. Name one with PYTHON=/path/to/python3 make install"
    return 1
}

make_venv() {
    local python
    python=$(find_python)
    # Debian keeps ensurepip, which puts pip into a new environment, in a package of its own.
    if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        scripts/system_packages.sh venv "$python" || true
    fi
    if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        "$python" -m venv --clear "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install --quiet pip
    else
        say "This Python has neither ensurepip nor pip. On Debian and Ubuntu: apt install python3-venv; then make install again."
        return 1
    fi
}

# What pip says goes to a file: it is of interest only when something failed.
pip_install() {
    if ! "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --quiet "$@" >"$venv/install.log" 2>&1; then
        cat "$venv/install.log" >&2
        return 1
    fi
}

if ! { [ -x "$venv/bin/python" ] && suits "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    make_venv
fi

say "Installing the locked dependencies into $venv (once; a minute or so) ..."
# The build tools come first, so that the few packages without a wheel are built with locked tools too.
pip_install --require-hashes --no-deps -r requirements-build.lock
pip_install --require-hashes --no-deps --no-build-isolation --use-pep517 -r requirements.lock
pip_install --no-deps --no-build-isolation --editable .
