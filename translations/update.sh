#!/usr/bin/env bash
# Brings translations/*.ts to the texts that app/studio and widgets have now: new ones wait there to
# be translated, those that are gone leave. English has only the plurals; the rest is in the source.
#
# Usage: translations/update.sh [--check]
#   --check   changes nothing; says what is not translated and what the files lack, and fails
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
files=(cloudlet-studio_en.ts cloudlet-studio_de.ts)
target=$root/translations
check=
case ${1:-} in
--check)
    check=yes
    target=$(mktemp -d)
    trap 'rm -rf "$target"' EXIT
    for file in "${files[@]}"; do cp "$root/translations/$file" "$target"; done
    ;;
"") ;;
*) echo "translations/update.sh: there is no option $1" >&2 && exit 2 ;;
esac

export LC_ALL=C.UTF-8 PATH=$PATH:/usr/lib/qt6/bin
command -v lupdate >/dev/null || { echo "update.sh: install qt6-l10n-tools" >&2 && exit 1; }

update() { # FILE OPTION...
    local file=$1
    shift
    # It warns of the engine's headers, which it follows but does not understand.
    (cd "$root" && lupdate -silent -I . -no-obsolete -locations none "$@" \
        app/studio widgets -ts "$target/$file" 2>/dev/null)
}

update cloudlet-studio_en.ts -pluralonly -source-language en -target-language en
update cloudlet-studio_de.ts -source-language en -target-language de
[ -n "$check" ] || exit 0

failed=
for file in "${files[@]}"; do
    diff -u "$root/translations/$file" "$target/$file" || failed=yes
    grep -n 'type="unfinished"' "$root/translations/$file" && failed=yes
done
[ -z "$failed" ] ||
    { echo "update.sh: run translations/update.sh and translate what is unfinished" >&2 && exit 1; }
