#!/usr/bin/env bash
# Debian packages that pip cannot bring. Quick and without network when everything is there.
# Installs where that may be done (root, or sudo without a password, on Debian or Ubuntu); elsewhere it says what is missing
# and ends well: what needs the missing thing says so itself.
# usage: scripts/system_packages.sh demo | test | venv [PYTHON]
set -euo pipefail
purpose=${1:?demo, test or venv}
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
any_file() { compgen -G "$1" >/dev/null; }

missing=()
# need PACKAGE TEST...: the package is missing unless the test passes.
need() {
    local package=$1
    shift
    "$@" || missing+=("$package")
}

language() { # Tesseract's data files lie under a folder named after the data's version.
    any_file "/usr/share/tesseract-ocr/*/tessdata/$1.traineddata" || any_file "${TESSDATA_PREFIX:-/nowhere}/$1.traineddata"
}
postgresql() { any_file '/usr/lib/postgresql/*/bin/initdb' || have initdb; }

case $purpose in
    demo | test)
        need tesseract-ocr have tesseract
        need tesseract-ocr-fra language fra
        need tesseract-ocr-deu language deu
        ;;&
    test)
        need poppler-utils have pdftotext
        need dovecot-imapd have dovecot
        need chromium have chromium
        need postgresql postgresql
        ;;
    venv)
        version=$("${2:-python3}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        need "python$version-venv" "${2:-python3}" -c 'import ensurepip' 2>/dev/null
        ;;
    demo) ;;
    *)
        say "usage: $0 demo | test | venv [PYTHON]"
        exit 2
        ;;
esac
[ ${#missing[@]} -eq 0 ] && exit 0

if [ ! -e /etc/debian_version ] || ! have apt-get; then
    say "Not installed: ${missing[*]} (this is not Debian or Ubuntu; use your system's own packages). Going on without."
    exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        say "Not installed: ${missing[*]}. Going on without; an administrator can: apt install ${missing[*]}"
        exit 0
    fi
fi

# Packages may start what they bring. The tests run servers of their own, so nothing is started here, nor left enabled.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
fi

log=$(mktemp)
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get -y -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 </dev/null
}
say "Installing ${missing[*]} ..."
# The package list may be absent or old: fetch it when the first try shows that it is needed.
if ! apt install --no-install-recommends "${missing[@]}" && ! { apt update && apt install --no-install-recommends "${missing[@]}"; }; then
    say "Could not install ${missing[*]}; going on without. What apt-get said:"
    tail -n 5 "$log" >&2
fi
rm -f "$log"

if [ -d /run/systemd/system ]; then
    for package in "${missing[@]}"; do
        case $package in
            dovecot-imapd) "${as_root[@]}" systemctl --quiet disable dovecot.service dovecot.socket 2>/dev/null || true ;;
            postgresql) "${as_root[@]}" systemctl --quiet disable postgresql.service 2>/dev/null || true ;;
        esac
    done
fi
