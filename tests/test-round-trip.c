/* The round trip: sheets of the shipped survey are printed, filled by seeded respondents, scanned and read,
 * and what was read is compared with what was marked. A wrong answer must never come without a person being
 * asked. */
#include <math.h>
#include <string.h>

#include "calibration-simulation.h"
#include "survey-fixture.h"

#define SEED 20260

/* One page and what happens to it. */
typedef struct {
    CalibrationScan scan;
    int serial; /* of the questionnaire, and so of the respondent */
    int page;
    gboolean left_blank; /* nobody fills it in */
    double torn_mm;      /* a corner is torn off along both edges by so much, before a white lid */
} Case;

/* Of the fields with bubbles. */
typedef struct {
    guint fields, handed_over;
} Tally;

static Case
ordinary_case(double dpi, CalibrationMode mode, int serial, int page)
{
    return (Case){
        .scan = {.dpi = dpi, .mode = mode, .blur_mm = 0.05, .noise = 3, .grain = 2, .brightness = 245},
        .serial = serial,
        .page = page};
}

static char *
case_name(const Case *c)
{
    static const char *const modes[] = {"1 bit", "grey", "colour"};

    return g_strdup_printf(
        "serial %07d page %d, %g dpi %s, turned %d x 90 and %g degrees, corner %d, QR %d lost, torn %g mm",
        c->serial, c->page, c->scan.dpi, modes[c->scan.mode], c->scan.quarter_turns, c->scan.skew_deg,
        c->scan.lost_corner, c->scan.lost_qr, c->torn_mm);
}

static CalibrationRespondent *
respondent_of(const Survey *survey, const Case *c)
{
    FormSheetId id = survey_sheet(survey, c->serial, c->page);

    if (c->left_blank)
        return NULL;
    return calibration_respondent_new(survey->package, &calibration_habits_ordinary, SEED, id.serial);
}

/* The top right corner is gone: a triangle shows the lid. */
static void
tear_off(cairo_surface_t *paper, double width_mm, const Case *c)
{
    g_autoptr(cairo_t) cr = cairo_create(paper);

    cairo_scale(cr, c->scan.dpi / 25.4, c->scan.dpi / 25.4);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_move_to(cr, width_mm + 1, -1);
    cairo_line_to(cr, width_mm - c->torn_mm, -1);
    cairo_line_to(cr, width_mm - c->torn_mm, 0);
    cairo_line_to(cr, width_mm, c->torn_mm);
    cairo_line_to(cr, width_mm + 1, c->torn_mm);
    cairo_fill(cr);
}

static FormReading *
scan_and_read(const Survey *survey, const Case *c, const CalibrationRespondent *respondent)
{
    FormSheetId id = survey_sheet(survey, c->serial, c->page);
    g_autoptr(GRand) random = calibration_random(SEED, id.serial, c->page, "round trip");
    g_autoptr(cairo_surface_t) paper = form_printer_render(survey->printer, c->scan.dpi, &id, NULL, NULL);

    if (respondent != NULL) {
        g_autoptr(cairo_t) cr = cairo_create(paper);
        cairo_scale(cr, c->scan.dpi / 72, c->scan.dpi / 72);
        calibration_respondent_draw(respondent, c->page, cr);
    }
    if (c->torn_mm > 0)
        tear_off(paper, survey->package->width_mm, c);
    g_autoptr(PIX) pix = calibration_scan_paper(paper, survey->package, c->page, &c->scan, random);
    g_assert_nonnull(pix);
    return survey_read(survey, pix);
}

/* One line for each thing that is wrong. */
G_GNUC_PRINTF(1, 2)
static void
fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_test_message("WRONG %s", text);
    g_test_fail_printf("%s", text);
}

/* Who is this page, and how does it lie? */
static void
check_page(const Survey *survey, const Case *c, const FormReading *reading)
{
    FormSheetId id = survey_sheet(survey, c->serial, c->page);
    double turn_deg = 90 * c->scan.quarter_turns + c->scan.skew_deg;
    double off_deg = remainder(reading->rotation_deg - turn_deg, 360);

    g_assert_cmpstr(reading->form, ==, id.code);
    g_assert_cmpint(reading->version, ==, id.version);
    g_assert_cmpstr(reading->serial, ==, id.serial);
    g_assert_cmpint(reading->page, ==, id.page);
    g_assert_true(reading->aligned);
    g_assert_cmpfloat(fabs(off_deg), <, 0.1);
    g_assert_cmpfloat(reading->rotation_deg, >=, 0);
    g_assert_cmpfloat(reading->rotation_deg, <, 360);
    double stretch_x = c->scan.stretch_x > 0 ? c->scan.stretch_x : 1;
    double stretch_y = c->scan.stretch_y > 0 ? c->scan.stretch_y : 1;
    g_assert_cmpfloat(fabs(reading->dpi_x / c->scan.dpi / stretch_x - 1), <, 0.004);
    g_assert_cmpfloat(fabs(reading->dpi_y / c->scan.dpi / stretch_y - 1), <, 0.004);
}

static gboolean
is_torn_off(const Survey *survey, const Case *c, const FormOption *option)
{
    double reach_mm = (option->w_mm + option->h_mm) / 2;

    return survey->package->width_mm - option->x_mm + option->y_mm + reach_mm < c->torn_mm;
}

/* Whether any position of a field was marked, or its box written in. */
static gboolean
is_touched(const CalibrationRespondent *respondent, const FormField *field)
{
    if (respondent == NULL)
        return FALSE;
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *option = &g_array_index(field->options, FormOption, i);
        if (calibration_respondent_mark(respondent, field->name, option->value) != FORM_MARK_EMPTY)
            return TRUE;
    }
    return *calibration_respondent_value(respondent, field->name) != '\0';
}

/* An answer that is not the respondent's, or a blank where something was marked. */
static gboolean
is_wrong(const CalibrationRespondent *respondent, const FormField *field, const FormFieldReading *read)
{
    const char *truth = respondent != NULL ? calibration_respondent_value(respondent, field->name) : "";

    if (read->state == FORM_FIELD_ANSWERED)
        return *truth == '\0' || !g_str_equal(read->value, truth);
    return *read->value != '\0' || (read->state == FORM_FIELD_BLANK && is_touched(respondent, field));
}

/* Positions that were seen are reported where they lie; those torn off are never called empty or marked. */
static void
check_marks(const Survey *survey, const Case *c, const FormField *field, const FormFieldReading *read)
{
    g_assert_cmpuint(read->marks->len, ==, field->options->len);
    for (guint i = 0; i < read->marks->len; i++) {
        const FormOption *option = &g_array_index(field->options, FormOption, i);
        const FormMarkReading *mark = &g_array_index(read->marks, FormMarkReading, i);
        double x_px, y_px;
        g_assert_cmpstr(mark->value, ==, option->value);
        if (is_torn_off(survey, c, option)) {
            if (mark->state != FORM_MARK_UNSURE || read->state != FORM_FIELD_UNSURE)
                fail("%s: torn off, yet its mark is %s and the field %s", field->name,
                     form_mark_state_name(mark->state), form_field_state_name(read->state));
            continue;
        }
        calibration_scan_place(&c->scan, survey->package, option->x_mm, option->y_mm, &x_px, &y_px);
        double off_mm = hypot(mark->x_px + 0.5 - x_px, mark->y_px + 0.5 - y_px) / c->scan.dpi * 25.4;
        if (mark->state != FORM_MARK_UNSURE && off_mm > 0.3)
            fail("%s: %s is off by %.2f mm", field->name, option->value, off_mm);
    }
}

static void
check_fields(const Survey *survey, const Case *c, const FormReading *reading,
             const CalibrationRespondent *respondent, Tally *tally)
{
    const FormPage *page = form_package_page(survey->package, c->page);

    g_assert_cmpuint(reading->fields->len, ==, page->fields->len);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        const FormFieldReading *read = g_ptr_array_index(reading->fields, i);
        g_assert_cmpstr(read->name, ==, field->name);
        if (is_wrong(respondent, field, read))
            fail("%s: %s \"%s\", but truly \"%s\"", field->name, form_field_state_name(read->state),
                 read->value,
                 respondent != NULL ? calibration_respondent_value(respondent, field->name) : "");
        if (c->left_blank && c->torn_mm == 0 && read->state != FORM_FIELD_BLANK)
            fail("%s: %s on a page left blank (%s)", field->name, form_field_state_name(read->state),
                 read->reasons->len > 0 ? (const char *)g_ptr_array_index(read->reasons, 0) : "no reason");
        if (field->options->len == 0)
            continue;
        check_marks(survey, c, field, read);
        tally->fields++;
        tally->handed_over += form_field_needs_person(read->state);
    }
}

/* Prints, fills, scans, reads and compares one page. */
static void
go_round(const Survey *survey, const Case *c, Tally *tally)
{
    g_autofree char *name = case_name(c);
    g_autoptr(CalibrationRespondent) respondent = respondent_of(survey, c);
    g_autoptr(FormReading) reading = scan_and_read(survey, c, respondent);

    g_test_message("%s", name);
    if (reading->refused) {
        const FormFlag *flag = &g_array_index(reading->flags, FormFlag, 0);
        fail("%s: refused, %s: %s", name, flag->code, flag->detail);
        return;
    }
    check_page(survey, c, reading);
    check_fields(survey, c, reading, respondent, tally);
}

/* A machine that hands over everything is never wrong, and of no use. */
static void
assert_useful(const Tally *tally, double most_handed_over)
{
    g_test_message("%u of %u fields handed over", tally->handed_over, tally->fields);
    g_assert_cmpuint(tally->fields, >, 0);
    g_assert_cmpfloat(tally->handed_over, <=, most_handed_over * tally->fields);
}

static const double resolutions[] = {150, 200, 300, 600};
static const CalibrationMode modes[] = {CALIBRATION_GREY, CALIBRATION_COLOUR, CALIBRATION_BILEVEL};

static int
page_of(const Survey *survey, guint n)
{
    return 1 + (int)(n % survey->package->pages->len);
}

static void
test_resolutions(gconstpointer data)
{
    const Survey *survey = data;
    Tally all = {0}, office = {0};

    for (guint i = 0; i < G_N_ELEMENTS(resolutions); i++) {
        for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
            Case c = ordinary_case(resolutions[i], modes[m], 100 + (int)(3 * i + m), page_of(survey, i + m));
            go_round(survey, &c, resolutions[i] >= 200 ? &office : &all);
        }
    }
    assert_useful(&office, 0.1);
    assert_useful(&all, 0.2);
}

static void
test_left_blank(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (guint i = 0; i < G_N_ELEMENTS(resolutions); i++) {
        for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
            Case c = ordinary_case(resolutions[i], modes[m], 1, 1 + (int)(i + m) % 3);
            c.left_blank = TRUE;
            go_round(survey, &c, &tally);
        }
    }
    assert_useful(&tally, 0);
}

static void
test_questionnaires(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (int serial = 200; serial < 206; serial++) {
        for (guint page = 0; page < survey->package->pages->len; page++) {
            Case c = ordinary_case(200, CALIBRATION_GREY, serial, page_of(survey, page));
            go_round(survey, &c, &tally);
        }
    }
    assert_useful(&tally, 0.1);
}

static void
test_turned(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
        for (int turns = 0; turns < 4; turns++) {
            Case c =
                ordinary_case(m == 0 ? 150 : 200, modes[m], 300 + turns, page_of(survey, (guint)turns + m));
            c.scan.quarter_turns = turns;
            go_round(survey, &c, &tally);
        }
    }
    assert_useful(&tally, 0.1);
}

static void
test_askew(gconstpointer data)
{
    static const double skews_deg[] = {-5, -3.3, -1.5, 1.5, 3.3, 5};
    const Survey *survey = data;
    Tally tally = {0};

    for (guint i = 0; i < G_N_ELEMENTS(skews_deg); i++) {
        for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
            Case c = ordinary_case(200, modes[m], 400 + (int)i, page_of(survey, i + m));
            c.scan.skew_deg = skews_deg[i];
            c.scan.quarter_turns = (int)(i % 2) * 2;
            go_round(survey, &c, &tally);
        }
    }
    assert_useful(&tally, 0.1);
}

static void
test_lost_corner(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (int corner = 1; corner <= 4; corner++) {
        for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
            Case c = ordinary_case(200, modes[m], 500 + corner, page_of(survey, (guint)corner + m));
            c.scan.lost_corner = corner;
            go_round(survey, &c, &tally);
        }
    }
    assert_useful(&tally, 0.1);
}

/* A tear that takes answers with it, before a white lid. */
static void
test_torn_answers(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};
    guint torn = 0;

    for (guint page = 0; page < survey->package->pages->len; page++) {
        for (int left_blank = 0; left_blank < 2; left_blank++) {
            Case c = ordinary_case(200, CALIBRATION_GREY, 600, page_of(survey, page));
            const FormPage *form_page = form_package_page(survey->package, c.page);
            c.torn_mm = 110;
            c.left_blank = left_blank;
            for (guint i = 0; i < form_page->fields->len; i++) {
                const FormField *field = g_ptr_array_index(form_page->fields, i);
                for (guint o = 0; o < field->options->len; o++)
                    torn += is_torn_off(survey, &c, &g_array_index(field->options, FormOption, o));
            }
            go_round(survey, &c, &tally);
        }
    }
    g_assert_cmpuint(torn, >, 40);
    assert_useful(&tally, 0.4);
}

static void
test_lost_qr(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (guint page = 0; page < survey->package->pages->len; page++) {
        for (int qr = 1; qr <= 2; qr++) {
            Case c = ordinary_case(200, modes[page % G_N_ELEMENTS(modes)], 700 + qr, page_of(survey, page));
            c.scan.lost_qr = qr;
            c.scan.quarter_turns = (int)page % 4;
            go_round(survey, &c, &tally);
        }
    }
    assert_useful(&tally, 0.1);
}

/* Stretch, shift, uneven feed, shading, dark paper, blur, noise, a fold, a seal, hard JPEG: one at a time. */
static void
test_one_stress_at_a_time(gconstpointer data)
{
    static const CalibrationScan stresses[] = {
        {.stretch_x = 1.008, .stretch_y = 0.992},
        {.shift_x_mm = 4, .shift_y_mm = -4},
        {.wobble_mm = 0.3},
        {.shading = 50},
        {.brightness = 190},
        {.blur_mm = 0.12},
        {.noise = 10},
        {.fold = 60},
        {.seal = 0.7},
        {.jpeg_quality = 40},
    };
    const Survey *survey = data;
    Tally tally = {0};

    for (guint i = 0; i < G_N_ELEMENTS(stresses); i++) {
        Case c = ordinary_case(200, CALIBRATION_COLOUR, 800 + (int)i, page_of(survey, i));
        c.scan = stresses[i];
        c.scan.dpi = 200;
        c.scan.mode = i % 2 == 0 ? CALIBRATION_COLOUR : CALIBRATION_GREY;
        go_round(survey, &c, &tally);
    }
    assert_useful(&tally, 0.1);
}

/* As sheets come back: everything a little. */
static void
test_ordinary_scans(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (guint i = 0; i < 24; i++) {
        g_autoptr(GRand) random = calibration_random(SEED, "ordinary", (int)i, "scan");
        Case c = {.serial = 900 + (int)i, .page = page_of(survey, i)};
        c.scan = calibration_scan_ordinary(i % 2 == 0 ? 200 : 300, modes[i % G_N_ELEMENTS(modes)], random);
        go_round(survey, &c, &tally);
    }
    assert_useful(&tally, 0.1);
}

int
main(int argc, char *argv[])
{
    static const SurveyTest tests[] = {
        {"/round-trip/resolutions-and-modes", test_resolutions},
        {"/round-trip/left-blank", test_left_blank},
        {"/round-trip/questionnaires", test_questionnaires},
        {"/round-trip/turned", test_turned},
        {"/round-trip/askew", test_askew},
        {"/round-trip/lost-corner", test_lost_corner},
        {"/round-trip/torn-answers", test_torn_answers},
        {"/round-trip/lost-qr", test_lost_qr},
        {"/round-trip/one-stress-at-a-time", test_one_stress_at_a_time},
        {"/round-trip/ordinary-scans", test_ordinary_scans},
    };

    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* every field that is wrong is named, not only the first */
    return survey_run(tests, G_N_ELEMENTS(tests));
}
