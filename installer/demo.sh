#!/usr/bin/env bash
# The whole way once, without a display: authors an overlay on the base "sample", shows and verifies
# it, synthesises a VM from it, fetches a page that was written while authoring, and keeps a
# picture of the VM's console. Closes with a table of sizes and times.
#
# Usage: installer/demo.sh CLOUDLET [FOLDER]   CLOUDLET is the program; FOLDER gets demo.cloudlet
#                                              and demo-console.png, else the current one
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cloudlet=${1:?"usage: installer/demo.sh CLOUDLET [FOLDER]"}
folder=${2:-$PWD}
overlay=$folder/demo.cloudlet
picture=$folder/demo-console.png
port=8080 # of the guest, see resources/demo/customise.sh
session=""
startTimes=""
times=()

fail() {
    echo "demo: $*" >&2
    exit 1
}

milliseconds() { date +%s%3N; }

timed() { # NAME COMMAND...
    local name=$1 begun
    shift
    begun=$(milliseconds)
    echo "== $name" >&2
    "$@" || fail "$name failed"
    times+=("$(printf '%-34s %8.2f s' "$name" "$(($(milliseconds) - begun))e-3")")
}

field() { # JSON EXPRESSION ; EXPRESSION is Python over v, the parsed text
    /usr/bin/python3 -c 'import json, sys; v = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' \
        "$1" "$2"
}

fetch() { # PORT ; prints the page, tries for a while
    /usr/bin/python3 - "$1" <<'PYTHON'
import sys, time, urllib.request
for attempt in range(50):
    try:
        address = f"http://127.0.0.1:{sys.argv[1]}/"
        sys.stdout.write(urllib.request.urlopen(address, timeout=10).read().decode())
        break
    except OSError as error:
        time.sleep(0.2)
else:
    sys.exit(f"demo: {address} does not answer: {error}")
PYTHON
}

author() {
    "$cloudlet" overlay sample --run "$root/resources/demo/customise.sh" \
        --forward "tcp:0:$port" -o "$overlay"
}

synthesise() {
    local report
    report=$("$cloudlet" synthesis "$overlay" --early-start --until-port "$port" --detach \
        --json) || return 1
    session=$(field "$report" 'v["session"]') || return 1
    startTimes=$(field "$report" '"\n".join("%-34s %8.2f s" % (name, v[key]) for name, key in (
        ("  until the VM runs", "runningSeconds"), ("  until its page answers", "answerSeconds"),
        ("  until all has arrived", "completeSeconds")))') || return 1
    hostPort=$(field "$report" \
        'next(f["hostPort"] for f in v["forwards"] if f["guestPort"] == '"$port"')')
}

showPage() {
    page=$(fetch "$hostPort") || return 1
    echo "$page"
}

cleanUp() {
    [ -z "$session" ] || "$cloudlet" stop "$session" >/dev/null 2>&1 || true
}
trap cleanUp EXIT

[ -x "$cloudlet" ] || fail "$cloudlet is not there; run installer/quickstart.sh"
if [ ! -d "$folder" ] || [ ! -w "$folder" ]; then fail "the folder $folder cannot be written"; fi
timed "authoring" author
timed "describing the overlay" "$cloudlet" info-overlay "$overlay"
timed "verifying by replay" "$cloudlet" verify-overlay "$overlay"
timed "synthesising, started early" synthesise
times+=("$startTimes")
timed "fetching the page" showPage
timed "picture of the console" "$cloudlet" screenshot "$session" "$picture"
timed "stopping" "$cloudlet" stop "$session"
session=""

echo
printf '%s\n' "${times[@]}"
printf '%-34s %10s bytes\n' "$overlay" "$(stat -c %s "$overlay")"
printf '%-34s %10s bytes\n' "$picture" "$(stat -c %s "$picture")"
