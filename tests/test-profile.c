#include <math.h>
#include <string.h>
#include <unistd.h>

#include "calibration-error.h"
#include "calibration-profile.h"
#include "folder-fixture.h"

static CalibrationProfile *
load_text(const char *text, gssize length, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "scanner.profile", NULL);
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    FILE *file = g_fopen(path, "wb"); /* not g_file_set_contents(), which syncs */

    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(text, 1, size, file), ==, size);
    g_assert_cmpint(fclose(file), ==, 0);
    return calibration_profile_load(path, error);
}

static void
assert_message(const GError *error, const char *part)
{
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    for (const char *at = error->message; *at != '\0'; at++)
        g_assert_false(g_ascii_iscntrl(*at));
    if (strstr(error->message, part) == NULL)
        g_test_message("wanted “%s” in “%s”", part, error->message);
    g_assert_nonnull(strstr(error->message, part));
}

static void
test_default(void)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    const CalibrationMarks *marks = calibration_profile_marks(profile);
    const CalibrationAlign *align = calibration_profile_align(profile);

    g_assert_cmpstr(calibration_profile_name(profile), ==, "default");
    g_assert_cmpfloat(marks->accept, >, 0.9);
    g_assert_cmpfloat(marks->reject, <, 0.1);
    g_assert_cmpfloat(marks->cover_half, >, 0);
    g_assert_cmpfloat(align->residual_mm, >, 0);
    g_assert_cmpfloat(align->anchors, >=, 6);
    calibration_profile_free(NULL);
}

/* Every number of the shipped profile is read and checked, and explained in the manual. */
static void
test_every_key_is_read_and_explained(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("PHIEU_SOURCE"), "calibration", "profiles", "default.profile", NULL);
    g_autofree char *manual_path = g_build_filename(g_getenv("PHIEU_SOURCE"), "docs", "profile.md", NULL);
    g_autofree char *manual = NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    g_file_get_contents(manual_path, &manual, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group != NULL; group++) {
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
        for (char **key = keys; *key != NULL; key++) {
            g_autofree char *row = g_strdup_printf("\n| `%s` |", *key);
            if (strstr(manual, row) == NULL)
                g_test_message("docs/profile.md says nothing of %s", *key);
            g_assert_nonnull(strstr(manual, row));
            if (g_str_equal(*group, "profile"))
                continue;
            g_autofree char *broken = g_strdup_printf("[%s]\n%s=nan\n", *group, *key);
            g_autofree char *message = g_strdup_printf("[%s] %s must be a number from", *group, *key);
            g_assert_null(load_text(broken, -1, &error));
            assert_message(error, message);
            g_clear_error(&error);
        }
    }
}

/* A profile that names all keys is the default one: nothing hides in the code. */
static void
test_shipped_file_loads(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("PHIEU_SOURCE"), "calibration", "profiles", "default.profile", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(CalibrationProfile) profile = calibration_profile_load(path, &error);
    g_autoptr(CalibrationProfile) shipped = calibration_profile_default();

    g_assert_no_error(error);
    g_assert_cmpstr(calibration_profile_name(profile), ==, "default");
    g_assert_cmpmem(calibration_profile_marks(profile), sizeof(CalibrationMarks),
                    calibration_profile_marks(shipped), sizeof(CalibrationMarks));
    g_assert_cmpmem(calibration_profile_align(profile), sizeof(CalibrationAlign),
                    calibration_profile_align(shipped), sizeof(CalibrationAlign));
}

static void
test_one_key_overrides(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CalibrationProfile) shipped = calibration_profile_default();
    g_autoptr(CalibrationProfile) profile = load_text("# ours\n[marks]\naccept=0.95\n", -1, &error);

    g_assert_no_error(error);
    CalibrationMarks expected = *calibration_profile_marks(shipped);
    expected.accept = 0.95;
    g_assert_cmpmem(calibration_profile_marks(profile), sizeof expected, &expected, sizeof expected);
    g_assert_cmpmem(calibration_profile_align(profile), sizeof(CalibrationAlign),
                    calibration_profile_align(shipped), sizeof(CalibrationAlign));
    g_assert_cmpstr(calibration_profile_name(profile), ==, "scanner.profile");
}

static void
test_name(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CalibrationProfile) profile = load_text("[profile]\nname=Máy quét 1\n", -1, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(calibration_profile_name(profile), ==, "Máy quét 1");
    g_autoptr(CalibrationProfile) unnamed = load_text("[profile]\nname=\n", -1, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(calibration_profile_name(unnamed), ==, "scanner.profile");
    g_autoptr(CalibrationProfile) empty = load_text("", -1, &error);
    g_assert_no_error(error);
    g_assert_nonnull(empty);
}

/* The same numbers, however a file says them, are the same profile; any other number is another. */
static void
test_fingerprint(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CalibrationProfile) shipped = calibration_profile_default();
    g_autoptr(CalibrationProfile) same =
        load_text("[profile]\nname=other\n[marks]\naccept=0.9990\n", -1, &error);
    g_autoptr(CalibrationProfile) marks = load_text("[marks]\naccept=0.9991\n", -1, &error);
    g_autoptr(CalibrationProfile) align = load_text("[align]\nanchors=13\n", -1, &error);
    const char *print = calibration_profile_fingerprint(shipped);

    g_assert_no_error(error);
    g_assert_cmpuint(strlen(print), ==, 64);
    g_assert_cmpstr(calibration_profile_fingerprint(same), ==, print);
    g_assert_cmpstr(calibration_profile_fingerprint(marks), !=, print);
    g_assert_cmpstr(calibration_profile_fingerprint(align), !=, print);
    g_assert_cmpstr(calibration_profile_fingerprint(align), !=, calibration_profile_fingerprint(marks));
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_origin(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CalibrationProfile) shipped = calibration_profile_default();
    g_autoptr(CalibrationProfile) profile =
        load_text("[profile]\ndate=2026-11-22\ndata=" DIGEST "\nlabels=1000\nmarked=90\n"
                  "command=phieu calibrate marks --seed 7\n",
                  -1, &error);

    g_assert_no_error(error);
    const CalibrationOrigin *origin = calibration_profile_origin(profile);
    g_assert_cmpstr(origin->date, ==, "2026-11-22");
    g_assert_cmpstr(origin->data, ==, DIGEST);
    g_assert_cmpint(origin->labels, ==, 1000);
    g_assert_cmpint(origin->marked, ==, 90);
    g_assert_cmpstr(origin->command, ==, "phieu calibrate marks --seed 7");
    g_assert_null(calibration_profile_origin(shipped)->date);
    g_assert_null(load_text("[profile]\nfitted=" DIGEST "\n", -1, &error));
    assert_message(error, "scanner.profile: its [marks] are not those that were fitted");
}

static const struct {
    const char *text, *message;
} violations[] = {
    {"[marks]\nacept=0.9\n", "scanner.profile: [marks] acept is no key"},
    {"[mark]\naccept=0.9\n", "scanner.profile: [mark] accept is no key"},
    {"[align]\naccept=0.9\n", "scanner.profile: [align] accept is no key"},
    {"[profile]\nversion=1\n", "scanner.profile: [profile] version is no key"},
    {"[profile]\ndate=22.11.2026\n", "scanner.profile: [profile] date is not of its form"},
    {"[profile]\ndate=2026-02-30\n", "scanner.profile: [profile] date is not of its form"},
    {"[profile]\ndata=12ab\n", "scanner.profile: [profile] data is not of its form"},
    {"[profile]\nlabels=-1\n", "scanner.profile: [profile] labels must be a number"},
    {"[profile]\nmarked=many\n", "scanner.profile: [profile] marked must be a number"},
    {"[profile]\ncommand=a\\nb\n", "scanner.profile: [profile] command is not of its form"},
    {"[profile]\nfitted=x\n", "scanner.profile: [profile] fitted is not of its form"},
    {"[marks]\naccept=1.1\n", "scanner.profile: [marks] accept must be a number from 0.5 to 1"},
    {"[marks]\naccept=0.4\n", "scanner.profile: [marks] accept must be a number from 0.5 to 1"},
    {"[marks]\nreject=0.6\n", "scanner.profile: [marks] reject must be a number from 0 to 0.5"},
    {"[marks]\ncover_half=0\n", "[marks] cover_half must be a number"},
    {"[align]\nresidual_mm=-1\n", "scanner.profile: [align] residual_mm must be a number"},
    {"[align]\nresidual_mm=viele\n", "scanner.profile: [align] residual_mm must be a number"},
    {"[align]\nresidual_mm=\n", "[align] residual_mm must be a number"},
    {"[align]\nresidual_mm=0,4\n", "[align] residual_mm must be a number"},
    {"[align]\nresidual_mm=0.4 mm\n", "[align] residual_mm must be a number"},
    {"[align]\nresidual_mm=nan\n", "[align] residual_mm must be a number"},
    {"[align]\nresidual_mm=inf\n", "[align] residual_mm must be a number"},
    {"[align]\nresidual_mm=1e999\n", "[align] residual_mm must be a number"},
    {"accept=0.9\n", "scanner.profile: is no profile"},
    {"{\"marks\": {}}\n", "scanner.profile: is no profile"},
    {"[marks]\naccept\n", "scanner.profile: is no profile"},
    {"[marks]\nacc\xffpt=1\n", "scanner.profile: "},
    {"[marks]\nacc\tept=1\n", "[marks] acc ept is no key"},
    {"\xff\xd8\xff\xe0", "scanner.profile: is no profile"},
};

static void
test_violations(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(violations); i++) {
        g_autoptr(GError) error = NULL;
        if (load_text(violations[i].text, -1, &error) != NULL)
            g_test_message("loaded, but should not: %s", violations[i].text);
        assert_message(error, violations[i].message);
    }
}

static void
test_files_that_are_none(void)
{
    g_autofree char *missing = g_build_filename(dir, "missing.profile", NULL);
    g_autofree char *huge = g_build_filename(dir, "huge.profile", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(calibration_profile_load(missing, &error));
    assert_message(error, "missing.profile: is no profile");
    g_clear_error(&error);
    g_assert_null(calibration_profile_load(dir, &error));
    assert_message(error, "is no profile");
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(huge, "", 0, NULL));
    g_assert_cmpint(truncate(huge, 2 * 1024 * 1024), ==, 0);
    g_assert_null(calibration_profile_load(huge, &error));
    assert_message(error, "huge.profile: is no profile");
}

/* Any bytes give a profile or one line. */
static void
test_damage(void)
{
    static const char shipped[] = "[profile]\nname=default\n\n[align]\nresidual_mm=0.4\n[marks]\nink=0.10\n"
                                  "accept=0.999\nreject=0.001\n";
    GRand *random = g_rand_new_with_seed(7);

    for (int round = 0; round < 2000; round++) {
        g_autofree char *text = g_strdup(shipped);
        g_autoptr(GError) error = NULL;
        gint32 length = g_rand_int_range(random, 1, sizeof shipped);
        for (int n = g_rand_int_range(random, 1, 4); n > 0; n--)
            text[g_rand_int_range(random, 0, length)] = (char)g_rand_int_range(random, 0, 256);
        g_autoptr(CalibrationProfile) profile = load_text(text, length, &error);
        if (profile == NULL)
            assert_message(error, "scanner.profile: ");
        else
            g_assert_true(g_utf8_validate(calibration_profile_name(profile), -1, NULL));
    }
    g_rand_free(random);
}

static double
probability(double cover, double reach, double ring)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    CalibrationMark mark = {.cover = cover, .darkness = 0.8, .reach = reach, .ring = ring, .around = 0.4};

    return calibration_mark_probability(calibration_profile_marks(profile), &mark);
}

static void
test_ends(void)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    const CalibrationMarks *marks = calibration_profile_marks(profile);

    g_assert_cmpfloat(probability(0, 0, 0), <, marks->reject);
    g_assert_cmpfloat(probability(0, 0, 0), >=, 0);
    g_assert_cmpfloat(probability(1, 1.4, 0), >, marks->accept);
    g_assert_cmpfloat(probability(1, 1.4, 1), <=, 1);
    g_assert_cmpfloat(probability(0.3, 1, 0), >, marks->accept); /* a plain cross */
}

static void
test_more_ink_is_more_likely(void)
{
    for (double reach = 0; reach <= 1.4; reach += 0.2) {
        for (double ring = 0; ring <= 1; ring += 0.25) {
            double before = probability(0, reach, ring);
            for (double cover = 0.005; cover <= 1; cover += 0.005) {
                double now = probability(cover, reach, ring);
                g_assert_true(isfinite(now));
                g_assert_cmpfloat(now, >=, before);
                g_assert_cmpfloat(now, <=, 1);
                before = now;
            }
        }
    }
    g_assert_cmpfloat(probability(0.04, 1, 0), <, probability(0.06, 1, 0)); /* strictly, where it matters */
}

static void
test_a_speck_is_less_likely_than_a_stroke(void)
{
    for (double cover = 0.02; cover < 0.2; cover += 0.02)
        g_assert_cmpfloat(probability(cover, 0.1, 0), <, probability(cover, 0.8, 0));
}

static void
test_a_ring_raises(void)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();

    g_assert_cmpfloat(probability(0.01, 0.5, 1), >, probability(0.01, 0.5, 0));
    g_assert_cmpfloat(probability(0, 0, 1), >, calibration_profile_marks(profile)->accept);
    double before = 0;
    for (double ring = 0; ring <= 1; ring += 1 / 24.0) {
        g_assert_cmpfloat(probability(0, 0, ring), >=, before);
        before = probability(0, 0, ring);
    }
    /* ink around a marked position does not take its mark away */
    g_assert_cmpfloat(probability(0.5, 1, 0.2), >=, probability(0.5, 1, 0));
}

/* Every number of a mark has a name of its own and is found under it. */
static void
test_features_by_name(void)
{
    CalibrationMark mark = {0};
    guint n = calibration_mark_n_features();

    g_assert_cmpuint(n * sizeof(double), ==, sizeof mark);
    for (guint i = 0; i < n; i++)
        calibration_mark_set_feature(&mark, i, i + 0.5);
    for (guint i = 0; i < n; i++) {
        g_assert_cmpfloat(calibration_mark_feature(&mark, i), ==, i + 0.5);
        for (guint k = 0; k < i; k++)
            g_assert_cmpstr(calibration_mark_feature_name(i), !=, calibration_mark_feature_name(k));
    }
    g_assert_cmpstr(calibration_mark_feature_name(0), ==, "cover");
    g_assert_cmpfloat(mark.cover, ==, 0.5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/default", test_default);
    g_test_add_func("/profile/every-key-is-read-and-explained", test_every_key_is_read_and_explained);
    g_test_add_func("/profile/shipped-file-loads", test_shipped_file_loads);
    g_test_add_func("/profile/one-key-overrides", test_one_key_overrides);
    g_test_add_func("/profile/name", test_name);
    g_test_add_func("/profile/fingerprint", test_fingerprint);
    g_test_add_func("/profile/origin", test_origin);
    g_test_add_func("/profile/violations", test_violations);
    g_test_add_func("/profile/files-that-are-none", test_files_that_are_none);
    g_test_add_func("/profile/damage", test_damage);
    g_test_add_func("/mark-model/ends", test_ends);
    g_test_add_func("/mark-model/more-ink-is-more-likely", test_more_ink_is_more_likely);
    g_test_add_func("/mark-model/a-speck-is-less-likely-than-a-stroke",
                    test_a_speck_is_less_likely_than_a_stroke);
    g_test_add_func("/mark-model/a-ring-raises", test_a_ring_raises);
    g_test_add_func("/mark-model/features-by-name", test_features_by_name);
    return run_in_folder();
}
