#!/usr/bin/env bash
# Every test of the project, from a fresh clone: installs what is missing, builds, runs the unit
# tests in parallel and the ones that need a virtual machine one by one. As root it runs them a
# second time as an ordinary user, since both kinds of people use the program.
#
# Usage: tests/run.sh [OPTION...]
#   --unit        only the fast tests, only as the user who calls
#   --asan        with AddressSanitizer and UndefinedBehaviorSanitizer
#   --tsan        with ThreadSanitizer
#   --fuzz N      each fuzz target for N seconds instead of the tests
#   --clang-tidy  clang-tidy over engine/ and app/ instead of the tests
set -euo pipefail
# shellcheck source=tests/support/run_parts.sh
. "$(dirname "${BASH_SOURCE[0]}")/support/run_parts.sh"

preset=dev
mode=all
fuzzSeconds=0
while [ $# -gt 0 ]; do
    case $1 in
    --unit) mode=unit ;;
    --asan | --tsan) preset=${1#--} ;;
    --fuzz)
        mode=fuzz
        fuzzSeconds=${2:?"--fuzz needs a number of seconds"}
        shift
        ;;
    --clang-tidy) mode=clang-tidy ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0" && exit 0 ;;
    *) echo "tests/run.sh: there is no option $1; see --help" >&2 && exit 2 ;;
    esac
    shift
done

cd "$root"
case $mode in
fuzz)
    preset=fuzz
    installer/setup.sh build test run dev
    build "$preset"
    fuzz "$fuzzSeconds"
    exit
    ;;
clang-tidy)
    installer/setup.sh build test run dev
    cmake --preset "$preset" >/dev/null
    clangTidy "build/$preset"
    exit
    ;;
esac

stage "packages" installer/setup.sh build run test
stage "build" build "$preset"
makeScratch
stage "unit tests" runTests "$preset" "$(id -un)" -LE vm -j2
if [ "$mode" = all ]; then
    stage "test guest" tinyDisk
    stage "virtual machine tests" runTests "$preset" "$(id -un)" -L vm -j1
    if [ "$(id -u)" = 0 ] && user=$(ordinaryUser); then
        stage "unit tests as $user" runTests "$preset" "$user" -LE vm -j2
        stage "virtual machine tests as $user" runTests "$preset" "$user" -L vm -j1
    fi
fi
summary
