/* What counts as a silent error: made readings against made truths. */
#include "accuracy-tally-private.h"

typedef struct {
    FormPackage *package;
    FormPage *page;       /* one question of three options, and a box */
    AccuracyTruth *truth; /* option 2 is marked, the box written in */
    FormReading *reading;
    AccuracyTally tally;
    FormSheetId id;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->package = form_package_new("FORM", 1);
    fixture->page = form_package_add_page(fixture->package);
    FormRect code = {10, 10, 20, 20};
    g_array_append_val(fixture->page->qr, code);
    FormField *field = form_page_add_field(fixture->page, "q", FORM_SELECT_ONE);
    for (int i = 1; i <= 3; i++) {
        g_autofree char *value = g_strdup_printf("%d", i);
        form_field_add_option(field, value, (FormRect){10.0 * i, 50, 4, 4}, FORM_SHAPE_ELLIPSE);
    }
    form_page_add_field(fixture->page, "box", FORM_TEXT)->has_box = TRUE;
    fixture->truth = accuracy_truth_new(fixture->page);
    AccuracyTruthField *q = &g_array_index(fixture->truth->fields, AccuracyTruthField, 0),
                       *box = &g_array_index(fixture->truth->fields, AccuracyTruthField, 1);
    q->marks[1] = (AccuracyTruthMark){FORM_MARK_MARKED, "tick"};
    g_free(box->value);
    box->value = g_strdup("words");
    fixture->id = (FormSheetId){"FORM", 1, "7", 1};
    fixture->reading = form_reading_new("a.png", 0);
    fixture->reading->form = "FORM";
    fixture->reading->serial = "7";
    fixture->reading->page = 1;
    accuracy_tally_init(&fixture->tally);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    accuracy_tally_clear(&fixture->tally);
    form_reading_free(fixture->reading);
    accuracy_truth_free(fixture->truth);
    form_package_free(fixture->package);
}

/* The question read as `states`, the box as `box`. */
static AccuracyVerdict
judge(Fixture *fixture, FormFieldState state, const FormMarkState states[3], FormFieldState box)
{
    FormFieldReading *q = form_reading_add_field(fixture->reading, "q");
    q->state = state;
    q->value = "";
    for (int i = 0; i < 3; i++) {
        FormMarkReading mark = {.value = "", .state = states[i]};
        g_array_append_val(q->marks, mark);
    }
    FormFieldReading *text = form_reading_add_field(fixture->reading, "box");
    text->state = box;
    text->value = "";
    AccuracyScanRows rows = {"300 dpi", NULL};
    return accuracy_judge(&fixture->tally, fixture->reading, &fixture->id, fixture->truth, &rows);
}

#define E FORM_MARK_EMPTY
#define M FORM_MARK_MARKED

static void
test_right(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    AccuracyVerdict verdict =
        judge(fixture, FORM_FIELD_ANSWERED, (FormMarkState[]){E, M, E}, FORM_FIELD_TO_KEY);
    g_assert_cmpint(verdict, ==, ACCURACY_FINE);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_POSITIONS], ==, 3);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_SILENT_ERRORS], ==, 0);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_BOXES_TO_KEY], ==, 1);
}

static void
test_moved(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    AccuracyVerdict verdict =
        judge(fixture, FORM_FIELD_ANSWERED, (FormMarkState[]){M, E, E}, FORM_FIELD_TO_KEY);
    g_assert_cmpint(verdict, ==, ACCURACY_WRONG);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_SILENT_ERRORS], ==, 2);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_FIELDS_WRONG], ==, 1);
    g_assert_cmpuint(crosstab_get(fixture->tally.kinds, "tick", 6), ==, 1);
}

static void
test_missed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    AccuracyVerdict verdict = judge(fixture, FORM_FIELD_BLANK, (FormMarkState[]){E, E, E}, FORM_FIELD_BLANK);
    g_assert_cmpint(verdict, ==, ACCURACY_WRONG);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_SILENT_ERRORS], ==, 1);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_SILENT_BOX_ERRORS], ==, 1);
}

/* What a person decides is no silent error, however it was read. */
static void
test_handed_over(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    AccuracyVerdict verdict =
        judge(fixture, FORM_FIELD_UNSURE, (FormMarkState[]){M, E, M}, FORM_FIELD_TO_KEY);
    g_assert_cmpint(verdict, ==, ACCURACY_DOUBTFUL);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_SILENT_ERRORS], ==, 0);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_FIELDS_HANDED_OVER], ==, 1);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_POSITIONS_SETTLED], ==, 0);
}

/* Every position of a page that is taken for another is one. */
static void
test_mistaken(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->reading->serial = "8";
    AccuracyVerdict verdict =
        judge(fixture, FORM_FIELD_UNSURE, (FormMarkState[]){E, M, E}, FORM_FIELD_TO_KEY);
    g_assert_cmpint(verdict, ==, ACCURACY_WRONG);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_PAGES_MISTAKEN], ==, 1);
    g_assert_cmpuint(fixture->tally.count[ACCURACY_SILENT_ERRORS], ==, 3);
}

#define ADD(name, function) g_test_add("/accuracy-judge/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("right", test_right);
    ADD("moved", test_moved);
    ADD("missed", test_missed);
    ADD("handed-over", test_handed_over);
    ADD("mistaken", test_mistaken);
    return g_test_run();
}
