# The steps of tests/run.sh, sourced by it. A failed test does not keep the later ones from
# running: it is counted, and summary() ends the run with it.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
failures=0
closing=() # what summary() prints

stage() { # NAME COMMAND...
    local name=$1 begun=$SECONDS
    shift
    echo "== $name"
    if ! "$@"; then
        failures=$((failures + 1))
        closing+=("FAILED: $name")
        # Without these nothing after them can work.
        case $name in packages | build) summary ;; esac
    fi
    echo "== $name: $((SECONDS - begun)) s"
}

summary() {
    echo "== summary"
    [ ${#closing[@]} -eq 0 ] || printf '%s\n' "${closing[@]}"
    if [ "$failures" -gt 0 ]; then
        echo "tests/run.sh: FAILED after $SECONDS s"
        exit 1
    fi
    echo "tests/run.sh: all passed in $SECONDS s"
    exit 0
}

build() { # PRESET
    cmake --preset "$1" >"build.$1.log" 2>&1 || { cat "build.$1.log" && return 1; }
    rm -f "build.$1.log"
    cmake --build --preset "$1" -j 2 -- --quiet
}

# A folder that every user may enter; short, because UNIX sockets below it may have 107 bytes.
makeScratch() {
    scratch=$(mktemp -d /tmp/cl-tests-XXXXXX)
    chmod 755 "$scratch"
    trap 'rm -rf "$scratch"' EXIT
}

# Builds the small test guest once and names it in CLOUDLET_TINY_DISK.
tinyDisk() {
    local script=tests/support/build_tiny_disk.sh disk=build/tiny/tiny.raw
    if [ ! -e "$script" ]; then
        echo "$script is missing, the tests with a guest have none" && return 0
    fi
    if [ ! -e "$disk" ] || [ "$script" -nt "$disk" ]; then
        mkdir -p build/tiny
        bash "$script" "$disk" || return 1
    fi
    chmod a+r "$disk"
    export CLOUDLET_TINY_DISK=$root/$disk
}

# The account for the run as an ordinary user: CLOUDLET_TEST_USER or one made for this.
ordinaryUser() {
    local user=${CLOUDLET_TEST_USER:-cloudlet-test}
    if ! id "$user" >/dev/null 2>&1; then
        useradd --no-create-home --home-dir /nonexistent --shell /bin/sh "$user" >&2 || {
            echo "no account $user can be made: the run as an ordinary user is left out" >&2
            return 1
        }
    fi
    echo "$user"
}

# Runs ctest with a home, a temporary folder and a copy of ctest's own files that belong to USER.
runTests() { # PRESET USER CTEST-ARGUMENT...
    local preset=$1 user=$2 place log status=0
    shift 2
    place=$(mktemp -d "$scratch/XXXX")
    mkdir -p "$place"/{home,tmp,ctest}
    (cd "build/$preset" && find . -name CTestTestfile.cmake -print0 |
        tar --null -T - -cf - | tar -xf - -C "$place/ctest")
    log=$place/ctest/Testing/Temporary/LastTest.log
    local command=(env -u XDG_DATA_HOME -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR
        -u CLOUDLET_CATALOG "HOME=$place/home" "TMPDIR=$place/tmp" QT_QPA_PLATFORM=offscreen
        ctest --test-dir "$place/ctest" --output-on-failure --no-tests=ignore --timeout 900 "$@")
    [ "$user" = "$(id -un)" ] || chown -R "$user:" "$place"
    asUser "$user" "${command[@]}" </dev/null 2>&1 | tee "$place/output"
    status=${PIPESTATUS[0]}
    closing+=("$user, ctest $*: $(grep 'tests passed' "$place/output" || echo "no such tests")")
    [ ! -e "$log" ] || unexpectedSkips "$log" || status=1
    endLeftovers "$place" || status=1
    return "$status"
}

# Fails if a test was skipped that tests/expected_skips.txt does not name.
unexpectedSkips() { # LOG
    local name found=0
    while read -r name; do
        grep -q "^${name}[[:space:]]" tests/expected_skips.txt && continue
        echo "unexpected skip: $name (list it in tests/expected_skips.txt, with its reason)"
        found=1
    done < <(sed -n 's/^SKIP   : \([A-Za-z0-9_:]*\).*/\1/p' "$1" | sort -u)
    return "$found"
}

# Ends what a run left behind. A daemon of libvirt may wait for more work a while; anything else
# that still runs is a fault of the program or of the test.
endLeftovers() { # PLACE
    local environment pid name status=0
    for environment in /proc/[0-9]*/environ; do
        grep -qsz "^HOME=$1/" "$environment" || continue
        pid=${environment#/proc/}
        pid=${pid%/environ}
        name=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
        case $name in
        libvirtd | virt*d | dbus-*) kill "$pid" ;;
        *)
            echo "left behind: $name (process $pid)"
            kill -KILL "$pid"
            status=1
            ;;
        esac 2>/dev/null
    done
    return "$status"
}

asUser() { # USER COMMAND...
    local user=$1
    shift
    if [ "$user" = "$(id -un)" ]; then
        "$@"
        return
    fi
    local as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --init-groups --
        env "PATH=/usr/local/bin:/usr/bin:/bin:/usr/games" "USER=$user" "LOGNAME=$user")
    if "${as[@]}" test -x "$root"; then
        "${as[@]}" "$@"
        return
    fi
    # A folder above the repository is closed to others, /root for one: in a mount namespace of
    # our own an empty one takes its place.
    local closed=$root
    while ! "${as[@]}" test -x "$(dirname "$closed")"; do closed=$(dirname "$closed"); done
    # shellcheck disable=SC2016
    unshare --mount -- bash -c '
        set -e
        repository=$(mktemp -d)
        mount --bind "$1" "$repository"
        mount -t tmpfs -o mode=755 none "$2"
        mkdir -p "$1"
        mount --move "$repository" "$1"
        rmdir "$repository"
        shift 2
        exec "$@"' bash "$root" "$closed" "${as[@]}" "$@"
}

fuzz() { # SECONDS
    local target status=0
    for target in build/fuzz/tests/fuzz/fuzz_*; do
        if [ ! -f "$target" ] || [ ! -x "$target" ]; then continue; fi
        local name=${target##*/fuzz_} corpus
        corpus=build/fuzz/corpus/$name
        mkdir -p "$corpus"
        local seeds=()
        [ -d "tests/fuzz/corpus/$name" ] && seeds=("tests/fuzz/corpus/$name")
        echo "== fuzz_$name, $1 s"
        "$target" -max_total_time="$1" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
            -verbosity=0 -artifact_prefix="$corpus-" "$corpus" "${seeds[@]}" </dev/null 2>&1 |
            grep -vE '^(INFO|stat::(average|new|slowest))' || [ "${PIPESTATUS[0]}" = 0 ] || status=1
    done
    return "$status"
}

clangTidy() { # BUILD
    local sources
    mapfile -t sources < <(find engine app -name '*.cpp' | sort)
    printf '%s\0' "${sources[@]}" |
        xargs -0 -P 2 -n 4 clang-tidy-14 --quiet --warnings-as-errors='*' -p "$1"
}
