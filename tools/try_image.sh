#!/bin/sh
# Builds deploy/Dockerfile, starts the image as its head says, and asks the service for a prediction and for its end.
#
# tools/try_image.sh [BASE]     BASE: an image with Python 3.11 in place of the one that the Dockerfile names (podman only)
#
#   BUILDER=       docker, or podman (which builds without a daemon); the first that works by itself
#   BUILD_FLAGS=   more flags for the build, such as --isolation=chroot
#   RUN_FLAGS=     more flags for the start, such as --network=host
#
# Takes some minutes and 3 GB. Ends with 77 where no image can be built here.
set -u

SKIPPED=77
NAME=sounds-try-$$
ROOT=$(git -C "$(dirname "$0")" rev-parse --show-toplevel) || exit 1
cd "$ROOT" || exit 1

for program in ${BUILDER:-docker podman}; do
    $program info >/dev/null 2>&1 && builder=$program && break
done
[ "${builder:-}" ] || { echo "no image can be built here: neither docker nor podman works" >&2; exit "$SKIPPED"; }

# shellcheck disable=SC2086
$builder build ${1:+--from "$1" --pull=never} ${BUILD_FLAGS:-} -f deploy/Dockerfile -t "$NAME" . || exit 1
port=$((20000 + $$ % 10000))
# shellcheck disable=SC2086
$builder run --name "$NAME" -p "127.0.0.1:$port:$port" ${RUN_FLAGS:-} "$NAME" --port "$port" --token SECRET &
started=$!
trap '$builder rm -f "$NAME" >/dev/null 2>&1; $builder rmi -f "$NAME" >/dev/null 2>&1' EXIT

tries=0
until curl --silent --fail "http://127.0.0.1:$port/readyz" >/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] && kill -0 "$started" 2>/dev/null || { echo "the image does not start" >&2; exit 1; }
    sleep 1
done
recording=$(ls data_short/*/*.wav | head -n 1)
curl --silent --fail --form "data=@$recording" "http://127.0.0.1:$port/v2/wav/" --output /dev/null || exit 1
$builder stop "$NAME" >/dev/null
echo "the image starts, decodes a recording and ends"
