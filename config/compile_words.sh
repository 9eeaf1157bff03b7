#!/bin/sh
# Compile locale/*/LC_MESSAGES/*.po where they are newer than what was compiled (GNU gettext).
set -eu
cd "$(dirname "$0")/.."
for words in locale/*/LC_MESSAGES/*.po; do
    compiled=${words%.po}.mo
    [ -n "$(find "$compiled" -newer "$words" 2>/dev/null)" ] || msgfmt --check-format -o "$compiled" "$words"
done
