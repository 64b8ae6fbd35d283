/* The simulated respondent and scanner: their truth, their geometry, and that a seed gives the same pages for
 * ever. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "calibration-error.h"
#include "calibration-simulation.h"
#include "form-definition.h"
#include "form-layout.h"
#include "form-shipped.h"

#define SERIAL "0100423"

static const FormRect fiducials[] = {{8, 8, 5, 5},     {197, 8, 5, 5}, {8, 284, 5, 5},
                                     {197, 284, 5, 5}, {8, 146, 5, 5}, {197, 146, 5, 5}};
static const FormRect codes[] = {{165, 12, 24, 24}, {165, 258, 24, 24}};

static void
add_select(FormPackage *package, FormPage *page, const char *name, FormType type, double y_mm, int options)
{
    FormQuestion *question = form_question_new(name, type);
    question->list = g_strdup("scale");
    g_ptr_array_add(package->questions, question);
    FormField *field = form_page_add_field(page, name, type);
    for (int i = 0; i < options; i++) {
        g_autofree char *value = g_strdup_printf("%d", i + 1);
        FormRect around = {109.7 + 12 * i, y_mm - 2.3, 4.6, 4.6};
        form_field_add_option(field, value, around, FORM_SHAPE_ELLIPSE);
        form_question_add_choice(question, value);
    }
}

static FormQuestion *
add_box(FormPackage *package, FormPage *page, const char *name, FormType type, FormRect box, int cells)
{
    FormQuestion *question = form_question_new(name, type);
    g_ptr_array_add(package->questions, question);
    FormField *field = form_page_add_field(page, name, type);
    field->has_box = TRUE;
    field->box = box;
    field->cells = cells;
    return question;
}

/* A page with 24 rows of 5 bubbles, a multiple choice with a write-in, and boxes of each kind. */
static FormPackage *
make_package(void)
{
    FormPackage *package = form_package_new("TEST", 1);
    package->width_mm = 210;
    package->height_mm = 297;
    FormPage *page = form_package_add_page(package);
    g_array_append_vals(page->fiducials, fiducials, G_N_ELEMENTS(fiducials));
    g_array_append_vals(page->qr, codes, G_N_ELEMENTS(codes));
    for (int row = 0; row < 24; row++) {
        g_autofree char *name = g_strdup_printf("q%d", row + 1);
        add_select(package, page, name, FORM_SELECT_ONE, 42 + 7 * row, 5);
    }
    add_select(package, page, "several", FORM_SELECT_MULTIPLE, 212, 5);
    FormQuestion *other = add_box(package, page, "other", FORM_TEXT, (FormRect){20, 206, 70, 8}, 0);
    other->write_in_of = g_strdup("several");
    other->write_in_value = g_strdup("5");
    FormQuestion *age = add_box(package, page, "age", FORM_INTEGER, (FormRect){20, 220, 15, 8}, 2);
    age->constraint = g_strdup(". >= 18 and . <= 80");
    add_box(package, page, "day", FORM_DATE, (FormRect){60, 220, 56, 8}, 8);
    add_box(package, page, "opinion", FORM_TEXT, (FormRect){20, 232, 140, 26}, 0);
    add_box(package, page, "phone", FORM_TEXT, (FormRect){20, 262, 65, 8}, 10);
    return package;
}

/* The printed page: what a form printer would give. */
static cairo_surface_t *
print_page(const FormPackage *package, double dpi)
{
    double k = dpi / 25.4;
    cairo_surface_t *paper = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(package->width_mm * k), (int)lround(package->height_mm * k));
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, k, k);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (guint i = 0; i < G_N_ELEMENTS(fiducials); i++)
        cairo_rectangle(cr, fiducials[i].x_mm, fiducials[i].y_mm, fiducials[i].w_mm, fiducials[i].h_mm);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        for (int cell = 0; cell < 400; cell++)
            if (cell * 7919 % 13 < 6)
                cairo_rectangle(cr, codes[i].x_mm + 2 + cell % 20, codes[i].y_mm + 2 + cell / 20, 1, 1);
    cairo_fill(cr);
    cairo_set_line_width(cr, 0.2);
    cairo_set_source_rgb(cr, 0.45, 0.45, 0.45);
    const FormPage *page = form_package_page(package, 1);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            cairo_new_sub_path(cr);
            cairo_arc(cr, option->x_mm, option->y_mm, option->w_mm / 2, 0, 2 * G_PI);
        }
        for (int c = 0; c < MAX(1, field->cells) && field->has_box; c++) {
            double width_mm = field->box.w_mm / MAX(1, field->cells);
            cairo_rectangle(cr, field->box.x_mm + c * width_mm, field->box.y_mm, width_mm, field->box.h_mm);
        }
    }
    cairo_stroke(cr);
    return paper;
}

static PIX *
simulate(const FormPackage *package, const CalibrationRespondent *respondent, const CalibrationScan *scan,
         guint32 seed)
{
    g_autoptr(cairo_surface_t) paper = print_page(package, scan->dpi);
    if (respondent) {
        g_autoptr(cairo_t) cr = cairo_create(paper);
        cairo_scale(cr, scan->dpi / 72, scan->dpi / 72);
        calibration_respondent_draw(respondent, 1, cr);
    }
    g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "scan");
    return calibration_scan_paper(paper, package, 1, scan, random);
}

static char *
hash(PIX *pix)
{
    gsize length = (gsize)pixGetWpl(pix) * (gsize)pixGetHeight(pix) * 4;
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)pixGetData(pix), length);
}

static double
grey_at(PIX *pix, int x, int y)
{
    l_uint32 value = 255;
    pixGetPixel(pix, x, y, &value);
    return value;
}

static CalibrationScan
plain_scan(double dpi)
{
    return (CalibrationScan){.dpi = dpi, .mode = CALIBRATION_GREY};
}

/* Mean difference of two images, 0 … 255, inside an ellipse about the option (`reach` = 1: the bubble
 * itself). */
static double
ink_at(PIX *blank, PIX *filled, double dpi, const FormOption *option, double reach)
{
    double k = dpi / 25.4, sum = 0;
    int n = 0;
    double a = option->w_mm / 2 * reach * k, b = option->h_mm / 2 * reach * k;
    double cx = option->x_mm * k, cy = option->y_mm * k;
    for (int y = (int)(cy - b); y <= cy + b; y++)
        for (int x = (int)(cx - a); x <= cx + a; x++) {
            double dx = (x + 0.5 - cx) / a, dy = (y + 0.5 - cy) / b;
            if (dx * dx + dy * dy > 1)
                continue;
            sum += fabs(grey_at(blank, x, y) - grey_at(filled, x, y));
            n++;
        }
    return sum / n;
}

static CalibrationHabits
only(CalibrationMarkKind kind, CalibrationPen pen)
{
    CalibrationHabits habits = {.pencil_least = 0.45, .pencil_most = 0.45, .written = 1};
    habits.kind[kind] = 1;
    habits.pen[pen] = 1;
    return habits;
}

static void
test_random(void)
{
    g_autoptr(GRand) a = calibration_random(1, "A", 1, "x"), b = calibration_random(1, "A", 1, "x");
    g_autoptr(GRand) seed = calibration_random(2, "A", 1, "x"), serial = calibration_random(1, "B", 1, "x");
    g_autoptr(GRand) page = calibration_random(1, "A", 2, "x"), purpose = calibration_random(1, "A", 1, "y");
    guint32 first = g_rand_int(a);
    g_assert_cmpuint(first, ==, g_rand_int(b));
    g_assert_cmpuint(first, !=, g_rand_int(seed));
    g_assert_cmpuint(first, !=, g_rand_int(serial));
    g_assert_cmpuint(first, !=, g_rand_int(page));
    g_assert_cmpuint(first, !=, g_rand_int(purpose));
}

/* A whole page of one serial, as a hash. */
static char *
simulate_serial(const char *serial)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(package, &calibration_habits_ordinary, 5, serial);
    g_autoptr(GRand) random = calibration_random(5, serial, 1, "ordinary");
    CalibrationScan scan = calibration_scan_ordinary(150, CALIBRATION_COLOUR, random);
    scan.fold = 30;
    scan.seal = 0.6;
    g_autoptr(PIX) pix = simulate(package, respondent, &scan, 5);
    return hash(pix);
}

static gpointer
simulate_thread(gpointer serial)
{
    return simulate_serial(serial);
}

static void
test_same_seed_same_page(void)
{
    g_autofree char *a = simulate_serial("A"), *b = simulate_serial("B");
    g_autofree char *b_again = simulate_serial("B"), *a_again = simulate_serial("A");
    GThread *thread = g_thread_new("page", simulate_thread, (gpointer) "A");
    g_autofree char *b_beside = simulate_serial("B");
    g_autofree char *a_thread = g_thread_join(thread);
    g_assert_cmpstr(a, ==, a_again);
    g_assert_cmpstr(a, ==, a_thread);
    g_assert_cmpstr(b, ==, b_again);
    g_assert_cmpstr(b, ==, b_beside);
    g_assert_cmpstr(a, !=, b);
}

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
count_marks(const CalibrationRespondent *respondent, const FormField *field, int counts[3])
{
    memset(counts, 0, 3 * sizeof counts[0]);
    for (guint o = 0; o < field->options->len; o++)
        counts[calibration_respondent_mark(respondent, field->name,
                                           g_array_index(field->options, FormOption, o).value)]++;
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

/* Centroid of what is dark in a square window, px. */
static void
dark_centre(PIX *pix, double x_px, double y_px, double half_px, double *cx_px, double *cy_px)
{
    double sum = 0, sum_x = 0, sum_y = 0;
    for (int y = (int)(y_px - half_px); y <= y_px + half_px; y++)
        for (int x = (int)(x_px - half_px); x <= x_px + half_px; x++) {
            double dark = MAX(0, 235 - grey_at(pix, x, y));
            sum += dark;
            sum_x += dark * (x + 0.5);
            sum_y += dark * (y + 0.5);
        }
    g_assert_cmpfloat(sum, >, 0);
    *cx_px = sum_x / sum;
    *cy_px = sum_y / sum;
}

static void
check_geometry(const FormPackage *package, const CalibrationScan *scan)
{
    g_autoptr(PIX) pix = simulate(package, NULL, scan, 1);
    for (guint i = 0; i < G_N_ELEMENTS(fiducials); i++) {
        double x_px, y_px, cx_px, cy_px;
        calibration_scan_place(scan, package, fiducials[i].x_mm + 2.5, fiducials[i].y_mm + 2.5, &x_px, &y_px);
        dark_centre(pix, x_px, y_px, 4.2 * scan->dpi / 25.4, &cx_px, &cy_px);
        double off_mm = hypot(cx_px - x_px, cy_px - y_px) * 25.4 / scan->dpi;
        g_assert_cmpfloat(off_mm, <, 0.1);
    }
}

static void
test_geometry(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const double dpis[] = {150, 300, 600};
    for (guint i = 0; i < G_N_ELEMENTS(dpis); i++)
        for (int turns = 0; turns < 4; turns++) {
            CalibrationScan scan = plain_scan(dpis[i]);
            scan.quarter_turns = turns;
            scan.skew_deg = turns % 2 ? 1.1 : -0.9;
            scan.shift_x_mm = 1.3;
            scan.shift_y_mm = -0.8;
            scan.stretch_x = 0.994;
            scan.stretch_y = 1.006;
            check_geometry(package, &scan);
        }
    for (int sign = -1; sign <= 1; sign += 2) {
        CalibrationScan scan = plain_scan(200);
        scan.skew_deg = 5 * sign;
        scan.wobble_mm = 0.03;
        check_geometry(package, &scan);
    }
}

/* The page's top left corner goes clockwise round the image with the turns. */
static void
test_orientation(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const gboolean right[] = {FALSE, TRUE, TRUE, FALSE}, low[] = {FALSE, FALSE, TRUE, TRUE};
    for (int turns = 0; turns < 4; turns++) {
        CalibrationScan scan = plain_scan(100);
        scan.quarter_turns = turns;
        g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
        g_assert_cmpint(pixGetWidth(pix), ==, turns % 2 ? 1169 : 827);
        g_assert_cmpint(pixGetHeight(pix), ==, turns % 2 ? 827 : 1169);
        double x_px, y_px;
        calibration_scan_place(&scan, package, 0, 0, &x_px, &y_px);
        g_assert_cmpint(x_px > 400, ==, right[turns]);
        g_assert_cmpint(y_px > 400, ==, low[turns]);
    }
    /* Clockwise skew takes the top of the page to the right. */
    CalibrationScan skewed = plain_scan(100);
    skewed.skew_deg = 1;
    double x_px, y_px;
    calibration_scan_place(&skewed, package, 105, 0, &x_px, &y_px);
    g_assert_cmpfloat(x_px, >, 827 / 2.0);
}

static void
test_modes(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const int depths[] = {1, 8, 32};
    for (int mode = 0; mode < 3; mode++) {
        CalibrationScan scan = plain_scan(200);
        scan.mode = (CalibrationMode)mode;
        g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
        g_assert_cmpint(pixGetDepth(pix), ==, depths[mode]);
        g_assert_cmpint(pixGetXRes(pix), ==, 200);
        g_assert_cmpint(pixGetYRes(pix), ==, 200);
        l_uint32 dark = 0, light = 0;
        pixGetPixel(pix, (int)(10.5 * 200 / 25.4), (int)(10.5 * 200 / 25.4), &dark);
        pixGetPixel(pix, (int)(60 * 200 / 25.4), (int)(30 * 200 / 25.4), &light);
        if (mode == CALIBRATION_BILEVEL) {
            g_assert_cmpuint(dark, ==, 1);
            g_assert_cmpuint(light, ==, 0);
        } else {
            guint32 shift = mode == CALIBRATION_COLOUR ? 24 : 0;
            g_assert_cmpuint(dark >> shift, <, 60);
            g_assert_cmpuint(light >> shift, ==, 255);
        }
    }
}

/* Lightest less darkest grey within a square, px. */
static double
contrast_at(PIX *pix, double x_px, double y_px, double half_px)
{
    double least = 255, most = 0;
    for (int y = (int)(y_px - half_px); y <= y_px + half_px; y++)
        for (int x = (int)(x_px - half_px); x <= x_px + half_px; x++) {
            least = MIN(least, grey_at(pix, x, y));
            most = MAX(most, grey_at(pix, x, y));
        }
    return most - least;
}

static void
test_lost_corner(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const int corner_fiducial[] = {0, 1, 3, 2}; /* clockwise from the top left */
    for (int corner = 1; corner <= 4; corner++)
        for (guint32 seed = 0; seed < 4; seed++) {
            CalibrationScan scan = plain_scan(150);
            scan.lost_corner = corner;
            g_autoptr(PIX) pix = simulate(package, NULL, &scan, seed);
            for (int other = 0; other < 4; other++) {
                const FormRect *r = &fiducials[corner_fiducial[other]];
                double k = 150 / 25.4,
                       contrast = contrast_at(pix, (r->x_mm + 2.5) * k, (r->y_mm + 2.5) * k, 3 * k);
                if (other == corner - 1)
                    g_assert_cmpfloat(contrast, <, 60);
                else
                    g_assert_cmpfloat(contrast, >, 180);
            }
        }
}

static void
test_lost_qr(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int lost = 1; lost <= 2; lost++)
        for (guint32 seed = 0; seed < 6; seed++) {
            CalibrationScan scan = plain_scan(150);
            scan.lost_qr = lost;
            g_autoptr(PIX) pix = simulate(package, NULL, &scan, seed);
            for (int code = 0; code < 2; code++) {
                double k = 150 / 25.4;
                double contrast =
                    contrast_at(pix, (codes[code].x_mm + 12) * k, (codes[code].y_mm + 12) * k, 10 * k);
                if (code == lost - 1)
                    g_assert_cmpfloat(contrast, <, 20);
                else
                    g_assert_cmpfloat(contrast, >, 180);
            }
        }
}

static gulong
count_red(PIX *pix)
{
    gulong n = 0;
    for (int y = 0; y < pixGetHeight(pix); y++)
        for (int x = 0; x < pixGetWidth(pix); x++) {
            l_int32 red, green, blue;
            pixGetRGBPixel(pix, x, y, &red, &green, &blue);
            n += red - green > 50 && red - blue > 50;
        }
    return n;
}

static void
test_seal_and_fold(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.mode = CALIBRATION_COLOUR;
    g_autoptr(PIX) clean = simulate(package, NULL, &scan, 2);
    scan.seal = 0.7;
    g_autoptr(PIX) sealed = simulate(package, NULL, &scan, 2);
    g_assert_cmpuint(count_red(clean), ==, 0);
    g_assert_cmpuint(count_red(sealed), >, 500);

    CalibrationScan folded = plain_scan(100);
    folded.fold = 60;
    g_autoptr(PIX) pix = simulate(package, NULL, &folded, 2);
    double darkest = 255;
    for (int y = 200; y < 1000; y++) /* a column without print */
        darkest = MIN(darkest, grey_at(pix, 100, y));
    g_assert_cmpfloat(darkest, <, 225);
    g_assert_cmpfloat(darkest, >, 150);
}

/* Standard deviation and mean of white paper. */
static void
paper_statistics(PIX *pix, double *mean, double *deviation)
{
    double sum = 0, squares = 0, n = 0;
    for (int y = 300; y < 700; y++)
        for (int x = 100; x < 500; x++) {
            double value = grey_at(pix, x, y);
            sum += value;
            squares += value * value;
            n++;
        }
    *mean = sum / n;
    *deviation = sqrt(squares / n - *mean * *mean);
}

static void
test_tone(void)
{
    g_autoptr(FormPackage) package = make_package();
    double mean, deviation;
    CalibrationScan scan = plain_scan(200);
    scan.brightness = 200;
    scan.noise = 5;
    g_autoptr(PIX) noisy = simulate(package, NULL, &scan, 4);
    paper_statistics(noisy, &mean, &deviation);
    g_assert_cmpfloat_with_epsilon(mean, 200, 1);
    g_assert_cmpfloat_with_epsilon(deviation, 5, 0.4);
    scan.noise = 0;
    scan.grain = 4;
    g_autoptr(PIX) grainy = simulate(package, NULL, &scan, 4);
    paper_statistics(grainy, &mean, &deviation);
    g_assert_cmpfloat_with_epsilon(deviation, 4, 0.8);
    scan.grain = 0;
    scan.shading = 40;
    g_autoptr(PIX) shaded = simulate(package, NULL, &scan, 4);
    double left = grey_at(shaded, 300, 1100), right = grey_at(shaded, 1640, 1100);
    double top = grey_at(shaded, 820, 20), low = grey_at(shaded, 820, 2320);
    g_assert_cmpfloat(MAX(fabs(left - right), fabs(top - low)), >, 25);
}

/* Blur widens an edge to what a Gaussian of that deviation makes of it: 16 % … 84 % is two deviations. */
static void
test_blur(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(300);
    scan.blur_mm = 0.2;
    g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
    int y = (int)(10.5 * 300 / 25.4), from = 0, to = 0;
    for (int x = (int)(6 * 300 / 25.4); x < (int)(10 * 300 / 25.4); x++) {
        double share = (255 - grey_at(pix, x, y)) / (255 - 24);
        from += share < 0.16;
        to += share < 0.84;
    }
    g_assert_cmpfloat_with_epsilon((to - from) * 25.4 / 300, 0.4, 0.1);
}

static double
distance(PIX *a, PIX *b)
{
    double sum = 0;
    for (int y = 0; y < pixGetHeight(a); y += 3)
        for (int x = 0; x < pixGetWidth(a); x += 3)
            sum += fabs(grey_at(a, x, y) - grey_at(b, x, y));
    return sum;
}

static void
test_jpeg(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    g_autoptr(PIX) exact = simulate(package, NULL, &scan, 1);
    scan.jpeg_quality = 92;
    g_autoptr(PIX) fine = simulate(package, NULL, &scan, 1);
    scan.jpeg_quality = 30;
    g_autoptr(PIX) coarse = simulate(package, NULL, &scan, 1);
    g_assert_cmpfloat(distance(exact, fine), >, 0);
    g_assert_cmpfloat(distance(exact, coarse), >, 1.5 * distance(exact, fine));
}

static void
test_write(void)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("phieu-simulation-XXXXXX", &error);
    g_assert_no_error(error);
    static const char *const names[] = {"a.tif", "b.jpg", "c.jpg"};
    for (int mode = 0; mode < 3; mode++) {
        CalibrationScan scan = plain_scan(150);
        scan.mode = (CalibrationMode)mode;
        g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
        g_autofree char *path = g_build_filename(dir, names[mode], NULL);
        g_assert_true(calibration_write(pix, &scan, path, &error));
        g_assert_no_error(error);
        g_autoptr(PIX) back = pixRead(path);
        g_assert_nonnull(back);
        g_assert_cmpint(pixGetWidth(back), ==, pixGetWidth(pix));
        g_assert_cmpint(pixGetHeight(back), ==, pixGetHeight(pix));
        g_assert_cmpint(pixGetDepth(back), ==, pixGetDepth(pix));
        g_assert_cmpint(pixGetXRes(back), ==, 150);
        l_int32 same = 0;
        if (mode == CALIBRATION_BILEVEL) {
            g_assert_cmpint(pixGetInputFormat(back), ==, IFF_TIFF_G4);
            pixEqual(pix, back, &same);
            g_assert_true(same);
        }
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    CalibrationScan scan = plain_scan(100);
    g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
    g_autofree char *nowhere = g_build_filename(dir, "no", "such", "folder.jpg", NULL);
    g_assert_false(calibration_write(pix, &scan, nowhere, &error));
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE);
    /* Nothing is left behind: the folder can go. */
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
test_ordinary_scans(void)
{
    g_autoptr(GRand) random = calibration_random(1, "", 0, "many");
    int folds = 0, seals = 0, upside_down = 0;
    for (int i = 0; i < 2000; i++) {
        CalibrationScan scan = calibration_scan_ordinary(300, CALIBRATION_GREY, random);
        g_assert_cmpfloat(fabs(scan.skew_deg), <=, 1.2);
        g_assert_cmpfloat(fabs(scan.shift_x_mm), <=, 2);
        g_assert_cmpfloat(fabs(scan.stretch_y - 1), <=, 0.0101);
        g_assert_cmpint(scan.jpeg_quality, >=, 80);
        g_assert_cmpint(scan.jpeg_quality, <=, 92);
        g_assert_cmpint(scan.lost_corner + scan.lost_qr, ==, 0);
        folds += scan.fold > 0;
        seals += scan.seal > 0;
        upside_down += scan.quarter_turns == 2;
    }
    g_assert_cmpint(folds, >, 200);
    g_assert_cmpint(folds, <, 400);
    g_assert_cmpint(seals, >, 100);
    g_assert_cmpint(seals, <, 220);
    g_assert_cmpint(upside_down, >, 25);
    g_assert_cmpint(upside_down, <, 105);
    CalibrationScan line_art = calibration_scan_ordinary(300, CALIBRATION_BILEVEL, random);
    g_assert_cmpint(line_art.jpeg_quality, ==, 0);
}

static void
test_bounds(void)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(cairo_surface_t) paper = print_page(package, 60);
    g_autoptr(GRand) random = calibration_random(1, "", 0, "bounds");
    CalibrationScan low = plain_scan(49), high = plain_scan(1201), none = plain_scan(NAN),
                    right = plain_scan(60);
    g_assert_null(calibration_scan_paper(paper, package, 1, &low, random));
    g_assert_null(calibration_scan_paper(paper, package, 1, &high, random));
    g_assert_null(calibration_scan_paper(paper, package, 1, &none, random));
    g_assert_null(calibration_scan_paper(paper, package, 2, &right, random));
    CalibrationScan wild = {.dpi = 60,
                            .mode = CALIBRATION_COLOUR,
                            .quarter_turns = -3,
                            .skew_deg = 217,
                            .shift_x_mm = 900,
                            .stretch_x = 0.3,
                            .stretch_y = 9,
                            .wobble_mm = 40,
                            .blur_mm = 30,
                            .noise = 1e4,
                            .grain = 1e4,
                            .brightness = 1,
                            .shading = 1e4,
                            .fold = 1e4,
                            .seal = 9,
                            .lost_corner = 4,
                            .lost_qr = 77,
                            .jpeg_quality = 400};
    g_autoptr(PIX) pix = calibration_scan_paper(paper, package, 1, &wild, random);
    g_assert_nonnull(pix);
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
    g_test_add_func("/simulation/random", test_random);
    g_test_add_func("/simulation/same-seed-same-page", test_same_seed_same_page);
    g_test_add_func("/simulation/truth-is-on-paper", test_truth_is_on_paper);
    g_test_add_func("/simulation/kinds-differ", test_kinds_differ);
    g_test_add_func("/simulation/truth-of-fields", test_truth_of_fields);
    g_test_add_func("/simulation/hard-truth", test_hard_truth);
    g_test_add_func("/simulation/hard-ink", test_hard_ink);
    g_test_add_func("/simulation/several-marks", test_several_marks);
    g_test_add_func("/simulation/habits-at-their-ends", test_habits_at_their_ends);
    g_test_add_func("/simulation/geometry", test_geometry);
    g_test_add_func("/simulation/orientation", test_orientation);
    g_test_add_func("/simulation/modes", test_modes);
    g_test_add_func("/simulation/lost-corner", test_lost_corner);
    g_test_add_func("/simulation/lost-qr", test_lost_qr);
    g_test_add_func("/simulation/seal-and-fold", test_seal_and_fold);
    g_test_add_func("/simulation/tone", test_tone);
    g_test_add_func("/simulation/blur", test_blur);
    g_test_add_func("/simulation/jpeg", test_jpeg);
    g_test_add_func("/simulation/write", test_write);
    g_test_add_func("/simulation/ordinary-scans", test_ordinary_scans);
    g_test_add_func("/simulation/bounds", test_bounds);
    g_test_add_func("/simulation/narrow-forms", test_narrow_forms);
    g_test_add_func("/simulation/shipped-forms", test_shipped_forms);
    return g_test_run();
}
