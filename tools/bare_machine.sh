#!/bin/sh
# Runs make, and the quick tests, on a Debian that has nothing but make, git and python3, and checks the files for the app.
#
# tools/bare_machine.sh [bookworm|trixie]     trixie without it; needs root, debootstrap and the network
#
#   KEEP=1   leave the machine there, and say where
#   MIRROR=  another mirror than debootstrap takes by itself
#
# Ends with 77 where it cannot be tried here.
set -u

RELEASE=${1:-trixie}
PACKAGES=make,git,python3,python3-venv,ca-certificates
FILES="signal/model_signal_metadata.tflite mel/model_mel_metadata.tflite mel/model_mel_audio_metadata.tflite"
SKIPPED=77
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
bundle=${PIP_CERT:-${SSL_CERT_FILE:-}} # of a network that has its own
ROOT=$(git -C "$(dirname "$0")" rev-parse --show-toplevel) || exit 1

skip() {
    echo "$RELEASE is not tried here: $*" >&2
    exit "$SKIPPED"
}

fail() {
    echo "$RELEASE: $*" >&2
    exit 1
}

# stage WORDS COMMAND ...: runs it, and says how long it took
stage() {
    words=$1
    shift
    began=$(date +%s)
    echo "== $RELEASE: $words"
    "$@" || fail "$words: failed after $(($(date +%s) - began)) s"
    echo "== $RELEASE: $words: $(($(date +%s) - began)) s"
}

clean_up() {
    trap '' INT TERM HUP
    for place in dev sys proc; do
        if mountpoint -q "$machine/$place"; then
            umount "$machine/$place" || umount --lazy "$machine/$place"
        fi
    done
    if [ -n "${KEEP:-}" ]; then
        echo "the machine is in $machine: chroot $machine; remove it with rm -rf --one-file-system"
    else
        rm -rf --one-file-system "$machine"
    fi
}

case $RELEASE in
bookworm | trixie) ;;
*) fail "is no release that is tried, name bookworm or trixie" ;;
esac
[ "$(id -u)" -eq 0 ] || skip "it needs root"
command -v debootstrap >/dev/null || skip "it needs debootstrap (apt install debootstrap)"

machine=$(mktemp -d "${TMPDIR:-/tmp}/bare-$RELEASE-XXXXXX") || exit 1
chmod 755 "$machine"
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

make_debian() {
    debootstrap --variant=minbase --include="$PACKAGES" "$RELEASE" "$machine" ${MIRROR:+"$MIRROR"} >"$machine.log" 2>&1
    code=$?
    [ "$code" -eq 0 ] || tail -n 5 "$machine.log" >&2
    rm -f "$machine.log"
    return "$code"
}

# proc, sys and dev; the network, and the certificates of this machine where it has its own; the project as committed
move_in() {
    for kind in proc sysfs; do
        place=$machine/${kind%fs}
        mount -t "$kind" "$kind" "$place" 2>/dev/null || mount --bind "/${kind%fs}" "$place" || return 1
    done
    mount --bind /dev "$machine/dev" || return 1
    cp -L /etc/resolv.conf "$machine/etc/resolv.conf"
    if [ -n "$bundle" ]; then
        cp -L "$bundle" "$machine$CERTIFICATES" || return 1
    fi
    git clone --quiet "file://$ROOT" "$machine/root/project"
}

# make there; nothing else of this machine's environment goes along
there() {
    set -- make --directory /root/project "$@"
    [ -z "$bundle" ] || set -- "PIP_CERT=$CERTIFICATES" "SSL_CERT_FILE=$CERTIFICATES" "$@"
    chroot "$machine" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin PIP_CONFIG_FILE=/dev/null "$@"
}

check_files() {
    missing=0
    for file in $FILES; do
        if [ -s "$machine/root/project/trained/$file" ]; then
            echo "   trained/$file"
        else
            echo "   trained/$file is missing" >&2
            missing=1
        fi
    done
    return "$missing"
}

stage "a Debian with nothing but $PACKAGES" make_debian
stage "the project, as committed" move_in
stage "make" there
stage "the files for the app" check_files
if grep -q '^test-fast:' "$ROOT/Makefile"; then
    stage "make test-fast" there test-fast
fi
echo "== $RELEASE: all of it works"
