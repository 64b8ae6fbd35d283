#!/bin/sh
# The texts for people: every one of the sources is found for translation and stands in Vietnamese. Prints TAP.
# Use: test-messages.sh SOURCE
set -u
export LC_ALL=C

cd "${1:-$(dirname "$0")/..}" || exit 1
for tool in xgettext msgmerge msgattrib msgfmt; do
    command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is missing; install gettext"; exit 0; }
done

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

number=0 failed=0
# result NAME FILE: fails when FILE says anything, and says it.
result() {
    number=$((number + 1))
    if [ -s "$2" ]; then
        failed=1
        echo "not ok $number $1"
        sed 's/^/# /' "$2"
    else
        echo "ok $number $1"
    fi
}

echo 1..5
sort po/POTFILES >"$work/listed"
find form calibration scanner omr store qc export station \( -name '*.[ch]' -o -name '*.ui' \) -print | sort >"$work/sources"

# A word before "(" that makes a text translatable, whether xgettext understands it or not.
xargs grep -lE '(^|[^A-Za-z0-9_])(_|N_|C_|NC_|Q_|g?_?d?n?p?gettext|g_d(n|p|c)*gettext2?) ?\(' <"$work/sources" |
    sort >"$work/speaking"
{
    comm -23 "$work/speaking" "$work/listed" | sed 's/$/: add it to po\/POTFILES/'
    comm -13 "$work/sources" "$work/listed" | sed 's/$/: is in po\/POTFILES, but there is no such source/'
} >"$work/said"
result "POTFILES names every source with a text for people" "$work/said"

# The keywords of Meson's preset "glib".
xgettext --from-code=UTF-8 --add-comments --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 \
    --keyword=g_dcgettext:2 --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3 \
    --flag=N_:1:pass-c-format --flag=C_:2:pass-c-format --flag=NC_:2:pass-c-format \
    --flag=g_dngettext:2:pass-c-format --flag=g_strdup_printf:1:c-format --flag=g_string_printf:2:c-format \
    --flag=g_string_append_printf:2:c-format --flag=g_error_new:3:c-format --flag=g_set_error:4:c-format \
    --files-from="$work/speaking" --output="$work/phieu.pot" 2>"$work/said"
[ -s "$work/phieu.pot" ] || echo "xgettext wrote no template" >>"$work/said"
result "xgettext reads every source without a warning" "$work/said"

# A text that a macro interrupts ("%" G_GSIZE_FORMAT) is cut there, and would never be found at run time.
msgattrib --no-wrap "$work/phieu.pot" | grep -nE '^(msgid|").*%[-+ 0-9.]*"$' | grep -v '%%"$' >"$work/said"
result "no text is cut short by a macro" "$work/said"

for language in $(cat po/LINGUAS); do
    msgmerge --quiet --no-fuzzy-matching "po/$language.po" "$work/phieu.pot" --output-file="$work/$language.po" 2>&1
    msgattrib --untranslated --no-wrap "$work/$language.po" | sed -n '/^#:/,$p' | grep -E '^(#:|msgid)'
    msgattrib --only-fuzzy --no-obsolete --no-wrap "$work/$language.po" | sed -n '/^#:/,$p' | grep -E '^(#|msgid)'
    msgattrib --only-fuzzy --no-obsolete --no-wrap "po/$language.po" | sed -n '/^#:/,$p' | grep -E '^(#|msgid)'
done >"$work/said"
result "every text is translated, none is fuzzy" "$work/said"

for language in $(cat po/LINGUAS); do
    msgfmt --check --output-file=/dev/null "po/$language.po" 2>&1
    msgfmt --check --output-file=/dev/null "$work/$language.po" 2>&1
done >"$work/said"
result "translations keep the formats of their texts" "$work/said"

exit "$failed"
