#!/bin/sh
# Real scans of forms printed elsewhere, whose marks are known: none may be read wrong without a person being asked, and
# no page may be refused. The scans are not part of the sources; PHIEU_REAL names their folder, which holds score.py.
# TAP; needs PHIEU (the program) and PHIEU_SOURCE, as meson.build sets them.
set -u

PYTHON=/usr/bin/python3
real=${PHIEU_REAL:-${PHIEU_SOURCE:?}/../shared/real}
name='real scans: no silent error, no page refused'

echo 1..1
if [ ! -f "$real/score.py" ]; then
    echo "ok 1 - $name # SKIP no scans at $real: name their folder in PHIEU_REAL"
    exit 0
fi
if ! "$PYTHON" -c 'import numpy, PIL' 2>/dev/null; then
    echo "ok 1 - $name # SKIP needs python3-numpy and python3-pil"
    exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/phieu-real-XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

"$PYTHON" -B "$real/score.py" --phieu "${PHIEU:?}" --keep "$work/packages" >"$work/out" 2>&1
status=$?
sed 's/^/# /' "$work/out"
# A table of no pages proves nothing.
if [ "$status" -eq 0 ] && grep -q '^silent errors: 0, pages refused: 0$' "$work/out" &&
    awk '$2 ~ /^[0-9]+$/ { pages += $2 } END { exit !pages }' "$work/out"; then
    echo "ok 1 - $name"
else
    echo "# score.py exit status $status"
    echo "not ok 1 - $name"
fi
