#!/bin/sh
# Whether the requirements, the tests' too, can be had as wheels on each system and Python that the README names.
#
# Needs uv and the network; says so where there is none, and where the index has not been asked since the last good
# answer for the same requirements it is not asked again.
#
#   UV    how uv is called; uv without it
set -u
cd "$(dirname "$0")/.." || exit 1

SYSTEMS="x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin x86_64-pc-windows-msvc"
VERSIONS="3.11 3.12 3.13"
export MACOSX_DEPLOYMENT_TARGET=14.0 # the wheel of av is for macOS 14 and newer
UV=${UV:-uv}
STAMP=.venv/resolved

$UV --version >/dev/null 2>&1 || { echo "the requirements are not resolved here, for $UV does not run"; exit 0; }
sum=$(cat requirements*.txt tests/requirements.txt "$0" | cksum)
[ "$(cat "$STAMP" 2>/dev/null)" != "$sum" ] || exit 0
echo "resolving the requirements for 4 systems and 3 versions of Python ..."

answers=$(mktemp -d) || exit 1
trap 'rm -rf "$answers"' EXIT
trap 'exit 130' INT TERM HUP

# resolve NAME SYSTEM VERSION FILE ...: leaves NAME.said, and NAME.failed where there is no answer
resolve() {
    name=$1 system=$2 version=$3
    shift 3
    $UV pip compile --quiet --no-header --only-binary :all: --python-platform "$system" --python-version "$version" \
        "$@" >/dev/null 2>"$answers/$name.said" || : >"$answers/$name.failed"
}

printf 'tqdm\n' >"$answers/probe.in"
resolve probe x86_64-manylinux_2_28 3.13 "$answers/probe.in"
if [ -e "$answers/probe.failed" ]; then
    echo "the requirements are not resolved here, for uv cannot reach the package index"
    exit 0
fi
for system in $SYSTEMS; do
    for version in $VERSIONS; do
        resolve "Python $version on $system" "$system" "$version" requirements.txt tests/requirements.txt &
    done
    wait
done
failed=0
for mark in "$answers"/*.failed; do
    [ -e "$mark" ] || continue
    failed=1
    name=$(basename "$mark" .failed)
    echo "the requirements cannot be had for $name:" >&2
    cat "$answers/$name.said" >&2
done
[ "$failed" -eq 0 ] || exit 1
[ ! -d .venv ] || printf '%s\n' "$sum" >"$STAMP"
