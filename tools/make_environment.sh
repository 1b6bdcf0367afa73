#!/bin/sh
# Makes .venv with what requirements.txt names; with "tests", also what tests/requirements.txt names.
#
# Runs again after a failure: a good .venv is kept, a half-made one is made anew, pip takes what it has already fetched.
# What goes wrong is told by looking (versions, free disk, a small download), never by reading what pip says.
#
#   PYTHON     the Python to take; without it the first good one of NAMES
#   SPACE_MB   free disk that must be there, instead of what was measured
set -u
cd "$(dirname "$0")/.." || exit 1

NAMES="python3.11 python3.12 python3.13 python3 python"
OTHERS="python3.10 python3.14 python3.15" # never taken, but named: whoever has one of these asks why
OLDEST_PIP=21                              # older ones do not know the manylinux_2_28 wheels
PROBE=tqdm                                 # the smallest of requirements.txt
SPARE_MB=64                                # a disk on which this cannot be written is full
EVERY=10                                   # seconds between lines of progress
LAST_LINES=8                               # of the log, shown after a failure
LOG=.venv/pip.log
VENV=.venv/bin/python

main() {
    wanted=${1:-}
    choose_python
    make_venv
    renew_pip
    install requirements.txt .venv/installed
    if [ "$wanted" = tests ]; then
        install tests/requirements.txt .venv/tests_installed
    fi
}

# What was measured on Linux, x86-64, with an empty cache of pip: MB to download, MB on disk, minutes on two cores.
measure() {
    case "$1 $(version_of "$VENV")" in
    tests/*) download=225 disk=990 minutes=1 ;;
    *3.11) download=1200 disk=3760 minutes=3 ;;
    *) download=1060 disk=3630 minutes=3 ;;
    esac
    # pip keeps a second copy in its cache, and a third until it is done
    space=$((disk + 2 * download))
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

is_good() {
    case "$1" in 3.11 | 3.12 | 3.13) ;; *) return 1 ;; esac
}

# Sets python (a command) and version; keeps the one of .venv where that is good and no other is asked for.
choose_python() {
    python="" seen="" without_venv=""
    if [ -n "${PYTHON:-}" ]; then
        look_at "$PYTHON"
        [ -n "$python" ] || [ -n "$without_venv" ] || die "PYTHON=$PYTHON cannot be taken, it $(printf '%s' "${seen#*=}"): name a" \
            "Python 3.11, 3.12 or 3.13, or none, and run make again."
    else
        version=$(version_of "$VENV")
        if is_good "$version" && "$VENV" -m pip --version >/dev/null 2>&1; then
            python=$VENV
            return
        fi
        for name in $NAMES; do
            [ -n "$python" ] || look_at "$name"
        done
    fi
    [ -n "$python" ] && return
    if [ -n "$without_venv" ]; then
        die "The $without_venv here cannot make an environment, for its modules venv and ensurepip are missing: install them" \
            "(Debian, Ubuntu: apt install python$version_without-venv) and run make again."
    fi
    for name in $OTHERS; do
        look_at "$name"
    done
    found=$(printf '%s' "$seen" | tr '\n' ',' | sed 's/=/ /g; s/,$//; s/,/, /g')
    die "Python 3.11, 3.12 or 3.13 is needed, and here ${found:-is no Python at all}: install python3.13, or run" \
        "\`uv venv --seed --python 3.13 .venv\`, which brings one, and then run make again."
}

# Sets python and version when the command NAME is good; otherwise adds to seen, or sets without_venv.
look_at() {
    command -v "$1" >/dev/null 2>&1 || {
        [ "${PYTHON:-}" != "$1" ] || seen="$1=is not there"
        return 0
    }
    it_is=$(version_of "$1") || it_is=
    if is_good "$it_is"; then
        if "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            python=$1 version=$it_is
        elif [ -z "$without_venv" ]; then
            without_venv=$1 version_without=$it_is
        fi
    elif [ -n "$it_is" ]; then
        seen="$seen$1=is Python $it_is
"
    else
        seen="$seen$1=does not run
"
    fi
}

make_venv() {
    [ "$python" != "$VENV" ] || return 0
    if [ "$(version_of "$VENV")" = "$version" ]; then
        "$VENV" -m pip --version >/dev/null 2>&1 && return
        "$VENV" -m ensurepip --upgrade >/dev/null 2>&1 && return
    fi
    [ ! -e .venv ] || echo "making .venv anew, with $python (Python $version)"
    rm -rf .venv
    if ! said=$("$python" -m venv .venv 2>&1); then
        explain "$python could not make .venv" "$said"
    fi
}

renew_pip() {
    pip=$(pip_version)
    [ "$pip" -lt "$OLDEST_PIP" ] || return 0
    echo "renewing pip in .venv, which is $pip and too old"
    "$VENV" -m pip install --quiet --disable-pip-version-check --upgrade pip >"$LOG" 2>&1
    [ "$(pip_version)" -ge "$OLDEST_PIP" ] ||
        explain "pip $pip is too old and could not renew itself" "$(last_lines)"
}

pip_version() {
    "$VENV" -m pip --version | sed 's/^pip \([0-9]*\).*/\1/'
}

# install REQUIREMENTS STAMP: nothing, where the stamp says that just these are installed.
install() {
    # shellcheck disable=SC2046 # several files, and no spaces in their names
    sum=$(cat "$1" $(sed -n 's|^-r \.\./||p' "$1") | cksum)
    [ "$(cat "$2" 2>/dev/null)" != "$sum" ] || return 0
    measure "$1"
    here=$(($(du -sk .venv | cut -f1) / 1024))
    needed=${SPACE_MB:-$((space > here ? space - here : 0))}
    [ "$1" = requirements.txt ] || needed=${SPACE_MB:-$space}
    check_space
    can_fetch || die "Pip cannot fetch packages: look at the network, the proxy and pip's settings, and run make again," \
        "which goes on (what pip said is in $LOG)."
    echo "installing $1 into .venv with Python $(version_of "$VENV"): $(gb "$download") GB to download, less what pip has" \
        "in its cache; $(gb "$disk") GB on disk, $(gb "$space") GB while it installs; about $minutes minutes on a fast line"
    began=$(date +%s)
    tell_progress &
    ticker=$!
    trap 'kill "$ticker" 2>/dev/null; rm -rf .venv/tmp; exit 130' INT TERM HUP
    mkdir -p .venv/tmp # not /tmp, which is small on some machines
    TMPDIR=$PWD/.venv/tmp "$VENV" -m pip install --disable-pip-version-check --progress-bar off -r "$1" >"$LOG" 2>&1
    code=$?
    kill "$ticker" 2>/dev/null
    trap - INT TERM HUP
    rm -rf .venv/tmp
    if [ "$code" -ne 0 ]; then
        explain "pip could not install $1" "$(last_lines)"
    fi
    printf '%s\n' "$sum" >"$2"
    echo "installed in $(($(date +%s) - began)) s"
}

tell_progress() {
    seconds=0
    while sleep "$EVERY" >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
        seconds=$((seconds + EVERY))
        doing=$(grep -E '^(Collecting|  Downloading|Installing collected)' "$LOG" 2>/dev/null | tail -n 1 | cut -c1-60)
        echo "  $seconds s, $(($(du -sk .venv 2>/dev/null | cut -f1) / 1024)) MB here: ${doing:-pip begins}"
    done
}

free_mb() {
    df -Pk . | awk 'NR == 2 { print int($4 / 1024) }'
}

check_space() {
    free=$(free_mb)
    [ "$free" -ge "$needed" ] || die "The disk of $PWD has $(gb "$free") GB free, and $(gb "$needed") GB are needed: make" \
        "room and run make again, which goes on."
}

can_fetch() {
    what=$(grep "^$PROBE==" requirements.txt | head -n 1)
    "$VENV" -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir --retries 0 --timeout 20 \
        --dest .venv/probe "${what:-$PROBE}" >"$LOG" 2>&1
    fetched=$?
    rm -rf .venv/probe
    return "$fetched"
}

can_write() {
    mkdir -p .venv 2>/dev/null && dd if=/dev/zero of=.venv/probe bs=1048576 count="$SPARE_MB" >/dev/null 2>&1
    written=$?
    rm -f .venv/probe
    return "$written"
}

# explain WHAT SAID: dies with the reason that can be seen; else with what the program said at last.
explain() {
    can_write || die "$1, for the disk of $PWD is full ($(gb "$(free_mb)") GB free) or cannot be written: make room and" \
        "run make again, which goes on."
    if [ -n "${needed:-}" ]; then
        here=$(($(du -sk .venv | cut -f1) / 1024)) free=$(free_mb)
        [ "$free" -ge $((space - here)) ] || die "$1, for the disk of $PWD has only $(gb "$free") GB left: make room and" \
            "run make again, which goes on (what pip said is in $LOG)."
        cp "$LOG" "$LOG.failed"
        can_fetch || {
            mv "$LOG.failed" "$LOG"
            die "$1, for the network went away: run make again when it is back, which goes on (what pip said is in $LOG)."
        }
        mv "$LOG.failed" "$LOG"
        printf '%s\n' "$2" >&2
        die "$1, for the reason above; all that pip said is in $LOG, and make goes on from here when you run it again."
    fi
    printf '%s\n' "$2" >&2
    die "$1, for the reason above."
}

last_lines() {
    [ -s "$LOG" ] || echo "pip said nothing"
    tail -n "$LAST_LINES" "$LOG"
}

gb() {
    awk -v mb="$1" 'BEGIN { printf "%.1f", mb / 1000 }'
}

main "$@"
