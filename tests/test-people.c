/* The simulated respondent: what is claimed lies on the paper, and nothing else does. */
#include <stdlib.h>

#include <glib/gstdio.h>

#include "form-definition.h"
#include "form-layout.h"
#include "form-shipped.h"
#include "simulation-fixture.h"

/* Every mark that is claimed lies on the paper, and nothing else does: each kind with each pen. */
static void
check_ink(const FormPackage *package, const CalibrationHabits *habits, guint32 seed, gboolean ring)
{
    CalibrationScan scan = plain_scan(150);
    g_autoptr(CalibrationRespondent) respondent = calibration_respondent_new(package, habits, seed, SERIAL);
    g_autoptr(PIX) blank = simulate(package, NULL, &scan, 1),
                   filled = simulate(package, respondent, &scan, 1);
    const FormPage *page = form_package_page(package, 1);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            FormMarkState state = calibration_respondent_mark(respondent, field->name, option->value);
            double ink = ink_at(blank, filled, scan.dpi, option, 1);
            if (state == FORM_MARK_EMPTY)
                g_assert_cmpfloat(ink, ==, 0);
            else if (state == FORM_MARK_CANCELLED)
                g_assert_cmpfloat(ink, >, 70);
            else if (ring)
                g_assert_cmpfloat(ink_at(blank, filled, scan.dpi, option, 2), >, 6);
            else
                g_assert_cmpfloat(ink, >, 2.5);
        }
    }
}

static void
test_truth_is_on_paper(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int kind = 0; kind < CALIBRATION_MARK_WAYS; kind++)
        for (int pen = 0; pen < 3; pen++)
            for (guint32 seed = 0; seed < 3; seed++) {
                CalibrationHabits habits = only((CalibrationMarkKind)kind, (CalibrationPen)pen);
                habits.corrected = 0.1;
                check_ink(package, &habits, seed, kind == CALIBRATION_MARK_CIRCLE);
            }
}

/* A fill covers most of its bubble, a ring nearly nothing of it. */
static void
test_kinds_differ(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(150);
    g_autoptr(PIX) blank = simulate(package, NULL, &scan, 1);
    double mean[4] = {0};
    for (int kind = 0; kind < 4; kind++)
        for (guint32 seed = 0; seed < 4; seed++) {
            CalibrationHabits habits = only((CalibrationMarkKind)kind, CALIBRATION_PEN_BLACK);
            g_autoptr(CalibrationRespondent) respondent =
                calibration_respondent_new(package, &habits, seed, SERIAL);
            g_autoptr(PIX) filled = simulate(package, respondent, &scan, 1);
            for (int row = 0; row < 24; row++) {
                const FormField *field = g_ptr_array_index(form_package_page(package, 1)->fields, row);
                int value = atoi(calibration_respondent_value(respondent, field->name));
                const FormOption *option = &g_array_index(field->options, FormOption, value - 1);
                mean[kind] += ink_at(blank, filled, scan.dpi, option, 1) / (24 * 4);
            }
        }
    g_assert_cmpfloat(mean[CALIBRATION_MARK_FILL], >, 110);
    g_assert_cmpfloat(mean[CALIBRATION_MARK_TICK], <, 80);
    g_assert_cmpfloat(mean[CALIBRATION_MARK_CROSS], <, 110);
    g_assert_cmpfloat(mean[CALIBRATION_MARK_CIRCLE], <, 12);
}

static void
test_truth_of_fields(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationHabits habits = calibration_habits_ordinary;
    habits.written = 1;
    for (guint32 seed = 0; seed < 60; seed++) {
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(package, &habits, seed, SERIAL);
        const FormPage *page = form_package_page(package, 1);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            const char *value = calibration_respondent_value(respondent, field->name);
            g_assert_nonnull(value);
            int counts[3];
            count_marks(respondent, field, counts);
            if (field->type == FORM_SELECT_ONE) {
                g_assert_cmpint(counts[FORM_MARK_MARKED], <=, 2);
                g_assert_cmpint(*value != '\0', ==, counts[FORM_MARK_MARKED] == 1);
                if (*value)
                    g_assert_cmpint(calibration_respondent_mark(respondent, field->name, value), ==,
                                    FORM_MARK_MARKED);
            } else if (field->type == FORM_SELECT_MULTIPLE) {
                g_auto(GStrv) values = g_strsplit(value, " ", -1);
                g_assert_cmpint(counts[FORM_MARK_MARKED], ==, (int)g_strv_length(values));
            }
        }
        int age = atoi(calibration_respondent_value(respondent, "age"));
        g_assert_cmpint(age, >=, 18);
        g_assert_cmpint(age, <=, 80);
        g_assert_true(g_regex_match_simple("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$",
                                           calibration_respondent_value(respondent, "day"), 0, 0));
        g_assert_true(
            g_regex_match_simple("^0[0-9]{9}$", calibration_respondent_value(respondent, "phone"), 0, 0));
        gboolean other = calibration_respondent_mark(respondent, "several", "5") == FORM_MARK_MARKED;
        g_assert_cmpint(*calibration_respondent_value(respondent, "other") != '\0', ==, other);
        g_assert_null(calibration_respondent_value(respondent, "no such field"));
        g_assert_cmpint(calibration_respondent_mark(respondent, "q1", "99"), ==, FORM_MARK_EMPTY);
    }
}

/* What each kind says of its position. */
static FormMarkState
state_of_kind(CalibrationMarkKind kind)
{
    if (kind <= CALIBRATION_MARK_REMARKED)
        return FORM_MARK_MARKED;
    return kind <= CALIBRATION_MARK_ERASED ? FORM_MARK_CANCELLED : FORM_MARK_EMPTY;
}

static void
check_hard_field(const CalibrationRespondent *respondent, const FormField *field,
                 int seen[CALIBRATION_MARK_KINDS])
{
    int counts[3];
    count_marks(respondent, field, counts);
    const char *value = calibration_respondent_value(respondent, field->name);
    g_auto(GStrv) values = g_strsplit(value, " ", -1);
    gboolean doubled = field->type == FORM_SELECT_ONE && counts[FORM_MARK_MARKED] > 1;
    g_assert_cmpint(doubled ? 0 : counts[FORM_MARK_MARKED], ==, (int)g_strv_length(values));
    for (guint o = 0; o < field->options->len; o++) {
        const char *option = g_array_index(field->options, FormOption, o).value;
        FormMarkState state = calibration_respondent_mark(respondent, field->name, option);
        CalibrationMarkKind kind = calibration_respondent_kind(respondent, field->name, option);
        seen[kind]++;
        if (kind == CALIBRATION_MARK_STRUCK_OUT) {
            g_assert_cmpint(state, !=, FORM_MARK_MARKED);
            g_assert_cmpstr(value, ==, "");
        } else {
            g_assert_cmpint(state, ==, state_of_kind(kind));
        }
    }
}

/* The truth of the hard population holds together, and all that is promised occurs. */
static void
test_hard_truth(void)
{
    g_autoptr(FormPackage) package = make_package();
    const FormPage *page = form_package_page(package, 1);
    int seen[CALIBRATION_MARK_KINDS] = {0};
    for (guint32 seed = 1000; seed < 1600; seed++) {
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(package, &calibration_habits_hard, seed, SERIAL);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            if (field->options->len > 0)
                check_hard_field(respondent, field, seen);
        }
        double darkness = calibration_respondent_darkness(respondent);
        g_assert_cmpfloat(darkness, >, 0.119);
        g_assert_cmpfloat(darkness, <, 0.93);
    }
    for (int kind = 0; kind < CALIBRATION_MARK_KINDS; kind++) {
        if (seen[kind] == 0)
            g_test_message("no %s", calibration_mark_kind_name((CalibrationMarkKind)kind));
        g_assert_cmpint(seen[kind], >, 0);
    }
}

/* Mean ink in a position, by what stands there: least and most over a person's page. */
static void
measure_kinds(const FormPackage *package, const CalibrationHabits *habits, guint32 seed,
              double least[CALIBRATION_MARK_KINDS], double most[CALIBRATION_MARK_KINDS])
{
    CalibrationScan scan = plain_scan(150);
    g_autoptr(CalibrationRespondent) respondent = calibration_respondent_new(package, habits, seed, SERIAL);
    g_autoptr(PIX) blank = simulate(package, NULL, &scan, 1),
                   filled = simulate(package, respondent, &scan, 1);
    const FormPage *page = form_package_page(package, 1);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            CalibrationMarkKind kind = calibration_respondent_kind(respondent, field->name, option->value);
            double ink = ink_at(blank, filled, scan.dpi, option, 0.9);
            least[kind] = MIN(least[kind], ink);
            most[kind] = MAX(most[kind], ink);
        }
    }
}

/* Hard people with a black pen, or with a pencil of one darkness: what is claimed lies on the paper. */
static void
test_hard_ink(void)
{
    g_autoptr(FormPackage) package = make_package();
    double least[CALIBRATION_MARK_KINDS], most[CALIBRATION_MARK_KINDS];
    for (int i = 0; i < CALIBRATION_MARK_KINDS; i++) {
        least[i] = 255;
        most[i] = 0;
    }
    CalibrationHabits habits = calibration_habits_hard;
    habits.pencil_least = habits.pencil_most = 0.4;
    habits.corrected = habits.corrected_several = habits.taken_back = 0.1;
    habits.speck = 0.05;
    habits.stray = habits.noted = habits.ringed = habits.underlined = 0.5;
    for (guint32 seed = 1000; seed < 1040; seed++) {
        gboolean pencil = seed % 2;
        habits.pen[CALIBRATION_PEN_BLACK] = !pencil;
        habits.pen[CALIBRATION_PEN_BLUE] = 0;
        habits.pen[CALIBRATION_PEN_PENCIL] = pencil;
        measure_kinds(package, &habits, seed, least, most);
    }
    for (int kind = 0; kind < CALIBRATION_MARK_REMARKED; kind++)
        if (kind != CALIBRATION_MARK_CIRCLE)
            g_assert_cmpfloat(least[kind], >, 2);
    g_assert_cmpfloat(most[CALIBRATION_MARK_NONE], ==, 0);
    g_assert_cmpfloat(most[CALIBRATION_MARK_BESIDE], <, 15);
    g_assert_cmpfloat(least[CALIBRATION_MARK_SPECK], >, 0);
    g_assert_cmpfloat(most[CALIBRATION_MARK_SPECK], <, 6);
    g_assert_cmpfloat(least[CALIBRATION_MARK_STRAY], >, 1);
    g_assert_cmpfloat(least[CALIBRATION_MARK_TAIL], >, 1);
    g_assert_cmpfloat(least[CALIBRATION_MARK_ERASED], >, 0.5);
    g_assert_cmpfloat(most[CALIBRATION_MARK_ERASED], <, 0.1 * 255);
    g_assert_cmpfloat(least[CALIBRATION_MARK_SCRIBBLED], >, 60);
    g_assert_cmpfloat(least[CALIBRATION_MARK_STRUCK], >, 30);
    g_assert_cmpfloat(most[CALIBRATION_MARK_WHITED_OUT], <, 40);
}

/* The larger side, in mm, of what was drawn at an option; 0: nothing. */
static double
extent_at(PIX *blank, PIX *filled, double dpi, const FormOption *option)
{
    double k = dpi / 25.4;
    int reach = (int)(option->w_mm * 0.6 * k), cx = (int)(option->x_mm * k), cy = (int)(option->y_mm * k);
    int left = G_MAXINT, right = 0, top = G_MAXINT, bottom = 0;
    for (int y = cy - reach; y <= cy + reach; y++)
        for (int x = cx - reach; x <= cx + reach; x++) {
            if (fabs(grey_at(blank, x, y) - grey_at(filled, x, y)) < 40)
                continue;
            left = MIN(left, x);
            right = MAX(right, x + 1);
            top = MIN(top, y);
            bottom = MAX(bottom, y + 1);
        }
    return right ? MAX(right - left, bottom - top) / k : 0;
}

/* A speck of a resting pen is never as large as a dot that is meant, whatever the pen. */
static void
test_gap_of_dots(void)
{
    g_autoptr(FormPackage) package = make_package();
    const FormPage *page = form_package_page(package, 1);
    CalibrationScan scan = plain_scan(300);
    g_autoptr(PIX) blank = simulate(package, NULL, &scan, 1);
    for (guint32 seed = 1000; seed < 1016; seed++) {
        CalibrationHabits habits = only(CALIBRATION_MARK_DOT, (CalibrationPen)(seed % 3));
        habits.written = 0;
        habits.speck = 0.2;
        habits.thin = habits.felt = habits.skipping = 0.25;
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(package, &habits, seed, SERIAL);
        g_autoptr(PIX) filled = simulate(package, respondent, &scan, 1);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            for (guint o = 0; o < field->options->len; o++) {
                const FormOption *option = &g_array_index(field->options, FormOption, o);
                CalibrationMarkKind kind =
                    calibration_respondent_kind(respondent, field->name, option->value);
                double extent_mm = extent_at(blank, filled, scan.dpi, option);
                if (kind == CALIBRATION_MARK_DOT) {
                    g_assert_cmpfloat(extent_mm, >, 0.9);
                    g_assert_cmpfloat(extent_mm, <, 2.1);
                } else if (kind == CALIBRATION_MARK_SPECK) {
                    g_assert_cmpfloat(extent_mm, <, 0.75);
                } else {
                    g_assert_cmpfloat(extent_mm, ==, 0);
                }
            }
        }
    }
}

/* A double answer is two marks of one kind; with a scribbled-over mark nothing overflows; a stray goes
 * through no question that has an overflowing fill. */
static void
test_gaps_of_fields(void)
{
    g_autoptr(FormPackage) package = make_package();
    const FormPage *page = form_package_page(package, 1);
    CalibrationHabits habits = calibration_habits_hard;
    habits.doubled = habits.corrected = habits.corrected_several = 0.3;
    habits.stray = 1;
    int doubles = 0, corrections = 0;
    for (guint32 seed = 1000; seed < 1200; seed++) {
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(package, &habits, seed, SERIAL);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            int kinds[CALIBRATION_MARK_KINDS] = {0}, marked = 0, ways = 0;
            for (guint o = 0; o < field->options->len; o++) {
                const char *option = g_array_index(field->options, FormOption, o).value;
                kinds[calibration_respondent_kind(respondent, field->name, option)]++;
            }
            for (int kind = 0; kind <= CALIBRATION_MARK_REMARKED; kind++) {
                marked += kinds[kind];
                ways += kinds[kind] > 0;
            }
            if (field->type == FORM_SELECT_ONE && marked == 2) {
                doubles++;
                g_assert_cmpint(ways, ==, 1);
            }
            corrections += kinds[CALIBRATION_MARK_SCRIBBLED];
            int others = marked - 1 + kinds[CALIBRATION_MARK_STRAY];
            for (int kind = CALIBRATION_MARK_SCRIBBLED; kind <= CALIBRATION_MARK_ERASED; kind++)
                others += kinds[kind];
            if (kinds[CALIBRATION_MARK_OVERFLOW] > 0)
                g_assert_cmpint(others, ==, 0);
            if (kinds[CALIBRATION_MARK_OUTDONE] > 0)
                g_assert_cmpint(kinds[CALIBRATION_MARK_FILL], ==, 1);
        }
    }
    g_assert_cmpint(doubles, >, 100);
    g_assert_cmpint(corrections, >, 100);
}

/* How many marks a person makes where several are allowed, over 400 persons; options that ask for words are
 * the last `write_ins`. */
static void
count_several(int options, int write_ins, int seen[6])
{
    g_autoptr(FormPackage) package = form_package_new("TEST", 1);
    FormPage *page = form_package_add_page(package);
    add_select(package, page, "several", FORM_SELECT_MULTIPLE, 100, options);
    for (int i = options - write_ins + 1; i <= options; i++) {
        g_autofree char *name = g_strdup_printf("other%d", i);
        FormQuestion *words = add_box(package, page, name, FORM_TEXT, (FormRect){20, 120, 70, 8}, 0);
        words->write_in_of = g_strdup("several");
        words->write_in_value = g_strdup_printf("%d", i);
    }
    CalibrationHabits habits = calibration_habits_ordinary;
    habits.blank = 0;
    memset(seen, 0, 6 * sizeof *seen);
    for (int person = 1; person <= 400; person++) {
        g_autofree char *serial = g_strdup_printf("01%05d", person);
        g_autoptr(CalibrationRespondent) respondent = calibration_respondent_new(package, &habits, 1, serial);
        int counts[3];
        count_marks(respondent, g_ptr_array_index(page->fields, 0), counts);
        g_assert_cmpint(counts[FORM_MARK_MARKED], >=, 1);
        g_assert_cmpint(counts[FORM_MARK_MARKED], <=, MIN(options, 4));
        seen[counts[FORM_MARK_MARKED]]++;
    }
}

/* Marks are drawn from what is left, so that choosing ends for everybody, also where only write-ins are left:
 * drawing again until it fitted had no bound. */
static void
test_several_marks(void)
{
    int seen[6];
    count_several(1, 1, seen);
    g_assert_cmpint(seen[1], ==, 400);
    count_several(2, 1, seen);
    g_assert_cmpint(seen[1], >, 60);
    g_assert_cmpint(seen[2], >, 200);
    for (int write_ins = 0; write_ins <= 7; write_ins += 7) {
        count_several(7, write_ins, seen);
        for (int n = 1; n <= 4; n++)
            g_assert_cmpint(seen[n], >, 30);
    }
}

static void
test_habits_at_their_ends(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(150);
    g_autoptr(PIX) blank = simulate(package, NULL, &scan, 1);
    g_autofree char *blank_hash = hash(blank);

    CalibrationHabits silent = only(CALIBRATION_MARK_FILL, CALIBRATION_PEN_BLUE);
    silent.blank = 1;
    silent.written = 0;
    g_autoptr(CalibrationRespondent) nobody = calibration_respondent_new(package, &silent, 3, SERIAL);
    g_autoptr(PIX) untouched = simulate(package, nobody, &scan, 1);
    g_autofree char *untouched_hash = hash(untouched);
    g_assert_cmpstr(untouched_hash, ==, blank_hash);
    g_assert_cmpstr(calibration_respondent_value(nobody, "q1"), ==, "");

    CalibrationHabits twice = only(CALIBRATION_MARK_FILL, CALIBRATION_PEN_BLUE), mended = twice,
                      complete = twice;
    twice.doubled = 1;
    mended.corrected = 1;
    g_autoptr(CalibrationRespondent) doubler = calibration_respondent_new(package, &twice, 3, SERIAL);
    g_autoptr(CalibrationRespondent) mender = calibration_respondent_new(package, &mended, 3, SERIAL);
    g_autoptr(CalibrationRespondent) careful = calibration_respondent_new(package, &complete, 3, SERIAL);
    const FormPage *page = form_package_page(package, 1);
    for (int row = 0; row < 24; row++) {
        const FormField *field = g_ptr_array_index(page->fields, row);
        int counts[3];
        count_marks(doubler, field, counts);
        g_assert_cmpint(counts[FORM_MARK_MARKED], ==, 2);
        g_assert_cmpstr(calibration_respondent_value(doubler, field->name), ==, "");
        count_marks(mender, field, counts);
        g_assert_cmpint(counts[FORM_MARK_MARKED], ==, 1);
        g_assert_cmpint(counts[FORM_MARK_CANCELLED], ==, 1);
        count_marks(careful, field, counts);
        g_assert_cmpint(counts[FORM_MARK_MARKED], ==, 1);
        g_assert_cmpint(counts[FORM_MARK_CANCELLED], ==, 0);
    }
    g_assert_cmpstr(calibration_respondent_value(careful, "opinion"), !=, "");
}

/* Positions of other makers' forms: tiny, touching, wide cells; boxes too small for what is written. */
static void
test_narrow_forms(void)
{
    g_autoptr(FormPackage) package = form_package_new("NARROW", 1);
    package->width_mm = 60;
    package->height_mm = 60;
    FormPage *page = form_package_add_page(package);
    static const FormShape shapes[] = {FORM_SHAPE_ELLIPSE, FORM_SHAPE_BOX, FORM_SHAPE_CELL};
    for (int s = 0; s < 3; s++) {
        g_autofree char *name = g_strdup_printf("f%d", s);
        FormField *field = form_page_add_field(page, name, FORM_SELECT_ONE);
        for (int i = 0; i < 4; i++) {
            g_autofree char *value = g_strdup_printf("%d", i);
            form_field_add_option(field, value, (FormRect){5 + 1.5 * i, 5 + 1.2 * s, 1.5, 1.2}, shapes[s]);
        }
    }
    FormField *wide = form_page_add_field(page, "wide", FORM_SELECT_MULTIPLE);
    form_field_add_option(wide, "1", (FormRect){5, 20, 50, 3}, FORM_SHAPE_CELL);
    add_box(package, page, "tiny", FORM_TEXT, (FormRect){1, 40, 0.5, 0.5}, 0);
    add_box(package, page, "digits", FORM_INTEGER, (FormRect){1, 45, 3, 1}, 40);
    for (guint32 seed = 0; seed < 40; seed++)
        for (int kind = 0; kind < CALIBRATION_MARK_WAYS; kind++) {
            CalibrationHabits habits = only((CalibrationMarkKind)kind, CALIBRATION_PEN_BLACK);
            habits.corrected = 0.5;
            g_autoptr(CalibrationRespondent) respondent =
                calibration_respondent_new(package, &habits, seed, SERIAL);
            CalibrationScan scan = plain_scan(100);
            g_autoptr(cairo_surface_t) paper = print_page(package, scan.dpi);
            g_autoptr(cairo_t) cr = cairo_create(paper);
            cairo_scale(cr, scan.dpi / 72, scan.dpi / 72);
            calibration_respondent_draw(respondent, 1, cr);
            calibration_respondent_draw(respondent, 2, cr);
            g_assert_cmpint(cairo_status(cr), ==, CAIRO_STATUS_SUCCESS);
            g_assert_cmpstr(calibration_respondent_value(respondent, "wide"), ==, "1");
        }
}

/* A shipped form compiled into a folder of its own. */
static FormPackage *
compile_shipped(const char *name, const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = form_shipped_definition(name, &error);
    g_assert_no_error(error);
    g_autoptr(FormDefinition) definition = form_definition_parse(name, bytes, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(dir, "f.form.json", NULL);
    FormPackage *package = form_layout_compile(definition, NULL, path, &error);
    g_assert_no_error(error);
    return package;
}

static void
remove_dir(const char *dir)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    for (const char *name; (name = g_dir_read_name(open));) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_unlink(path);
    }
    g_rmdir(dir);
}

static void
check_simulated_page(FormPrinter *printer, const CalibrationRespondent *respondent, const FormSheetId *id)
{
    const FormPackage *package = form_printer_package(printer);
    CalibrationScan scan = plain_scan(100);
    g_autoptr(GRand) random = calibration_random(1, id->serial, id->page, "scan");
    g_autoptr(PIX) blank = calibration_simulate(printer, id, NULL, &scan, random);
    g_autoptr(PIX) filled = calibration_simulate(printer, id, respondent, &scan, random);
    const FormPage *page = form_package_page(package, id->page);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            gboolean marked =
                calibration_respondent_mark(respondent, field->name, option->value) != FORM_MARK_EMPTY;
            double ink = ink_at(blank, filled, scan.dpi, option, 0.95);
            if (marked)
                g_assert_cmpfloat(ink, >, 4);
            else
                g_assert_cmpfloat(ink, <, 0.5);
        }
        if (!field->has_box)
            continue;
        FormOption box = {.x_mm = field->box.x_mm + field->box.w_mm / 2,
                          .y_mm = field->box.y_mm + field->box.h_mm / 2,
                          .w_mm = field->box.w_mm,
                          .h_mm = field->box.h_mm};
        gboolean written = *calibration_respondent_value(respondent, field->name) != '\0';
        g_assert_cmpint(ink_at(blank, filled, scan.dpi, &box, 1) > 0.2, ==, written);
    }
}

/* The whole way on the forms that come with the program: what the truth says lies on the printed page. */
static void
test_shipped_forms(void)
{
    static const char *const names[] = {"demo", "sipas-2026"};
    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *dir = g_dir_make_tmp("phieu-simulation-XXXXXX", &error);
        g_assert_no_error(error);
        g_autoptr(FormPackage) package = compile_shipped(names[n], dir);
        g_autoptr(FormPrinter) printer = form_printer_new(package, &error);
        g_assert_no_error(error);
        for (int copy = 0; copy < 3; copy++) {
            FormSheetId id = {.version = package->version};
            g_strlcpy(id.code, package->code, sizeof id.code);
            g_snprintf(id.serial, sizeof id.serial, "%d", 100 + copy);
            CalibrationHabits habits =
                only(copy == 2 ? CALIBRATION_MARK_TICK : CALIBRATION_MARK_FILL, (CalibrationPen)copy);
            g_autoptr(CalibrationRespondent) respondent =
                calibration_respondent_new(package, &habits, 1, id.serial);
            for (id.page = 1; id.page <= (int)package->pages->len; id.page++)
                check_simulated_page(printer, respondent, &id);
            CalibrationScan scan = plain_scan(100);
            g_autoptr(GRand) random = calibration_random(1, id.serial, id.page, "scan");
            g_assert_null(
                calibration_simulate(printer, &id, respondent, &scan, random)); /* past the last page */
        }
        remove_dir(dir);
    }
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/people/truth-is-on-paper", test_truth_is_on_paper);
    g_test_add_func("/people/kinds-differ", test_kinds_differ);
    g_test_add_func("/people/truth-of-fields", test_truth_of_fields);
    g_test_add_func("/people/hard-truth", test_hard_truth);
    g_test_add_func("/people/hard-ink", test_hard_ink);
    g_test_add_func("/people/gap-of-dots", test_gap_of_dots);
    g_test_add_func("/people/gaps-of-fields", test_gaps_of_fields);
    g_test_add_func("/people/several-marks", test_several_marks);
    g_test_add_func("/people/habits-at-their-ends", test_habits_at_their_ends);
    g_test_add_func("/people/narrow-forms", test_narrow_forms);
    g_test_add_func("/people/shipped-forms", test_shipped_forms);
    return g_test_run();
}
