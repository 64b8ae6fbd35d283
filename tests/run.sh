#!/bin/sh
# Runs the tests of each build folder and ends with the line "N passed, N failed" over all of them, a test being one line
# of TAP. Exit status 1 when any failed. Use: run.sh BUILD…
set -u

passed=0 failed=0 skipped=0
for build; do
    echo "== $build"
    meson test -C "$build" --no-rebuild --print-errorlogs
    status=$?
    # One suite a test program: <testsuite name=… tests=… errors=… failures=… skipped=…>
    counts=$(awk -F'"' '/<testsuite / {
        for (i = 1; i < NF; i += 2) {
            name = $i; sub(/.* /, "", name)
            count[name] += $(i + 1)
        }
    }
    END { printf "%d %d %d", count["tests="], count["errors="] + count["failures="], count["skipped="] }
    ' RS='>' "$build/meson-logs/testlog.junit.xml")
    set -- $counts
    bad=$2
    # A program that crashed or ran out of time after good lines fails as a whole.
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    passed=$((passed + $1 - $2 - $3)) failed=$((failed + bad)) skipped=$((skipped + $3))
done

[ "$skipped" -eq 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
