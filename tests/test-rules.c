/* What several marks, weak ones and stray ones mean in a field, read by the whole reader: what a form told
 * its people about corrections holds, what its other marks look like is a page's own measure, and nothing
 * that may not be an answer is one. */
#include "marks-fixture.h"

/* A heavy way to mark and a slight one. */
static const Hand *const heavy_and_slight[] = {&hands[0], &hands[3]};

static void
set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    make_package(fixture);
    let_several(fixture);
    add_questions(fixture, FORM_MARKS_NONE);
    make_reader(fixture);
}

static void
tell_rule(const Fixture *fixture, FormMarksRule rule)
{
    for (guint i = 0; i < fixture->package->questions->len; i++) {
        FormQuestion *question = g_ptr_array_index(fixture->package->questions, i);
        question->marks = rule;
    }
}

/* To and fro over the rim, all around. */
static void
scribble_over(cairo_t *cr, int row, int column)
{
    OmrPoint at = fixture_option_mm(row, column);

    cairo_new_path(cr);
    cairo_set_line_width(cr, 0.5);
    for (int i = 0; i < 15; i++)
        cairo_line_to(cr, at.x - 3.6 + 0.52 * i, at.y + (i % 2 == 0 ? -2.9 : 2.8));
    cairo_stroke(cr);
}

/* The first mark scribbled over, another option marked. */
static void
draw_corrections(cairo_t *cr, gpointer data)
{
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        mark_with(cr, data, row, column_of(row));
        mark_with(cr, data, row, other_column_of(row));
        scribble_over(cr, row, column_of(row));
    }
}

static void
assert_correction(const FormReading *reading, int row)
{
    g_assert_cmpint(mark_of(reading, row, column_of(row))->state, ==, FORM_MARK_CANCELLED);
    g_assert_cmpint(mark_of(reading, row, column_of(row))->kind, ==, FORM_KIND_SCRIBBLE);
    g_assert_cmpint(mark_of(reading, row, other_column_of(row))->state, ==, FORM_MARK_MARKED);
}

/* Nobody told the people how to correct: what they did is a person's to judge. */
static void
test_untold_corrections(Fixture *fixture, gconstpointer data)
{
    guint seen = 0;

    (void)data;
    tell_rule(fixture, FORM_MARKS_NONE);
    for (guint h = 0; h < G_N_ELEMENTS(heavy_and_slight); h++) {
        g_autoptr(FormReading) reading = read_marks(fixture, draw_corrections, (gpointer)heavy_and_slight[h]);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            g_assert_cmpstr(field->rule, ==, "none");
            g_assert_true(form_field_needs_person(field->state) || row == SEVERAL_ROW);
            g_assert_false(has_field_flag(reading, field->name, "corrected"));
            if (!has_reason(field, "correction") || row == SEVERAL_ROW)
                continue;
            seen++;
            g_assert_cmpint(field->state, ==, FORM_FIELD_UNSURE);
            g_assert_cmpstr(field->value, ==, "");
            assert_correction(reading, row);
        }
    }
    g_test_message("%u corrections told as such", seen);
    g_assert_cmpuint(seen, >, FIXTURE_ROWS);
}

/* Told to cross out and mark anew: the crossed-out mark does not count, the other one does. */
static void
test_told_corrections(Fixture *fixture, gconstpointer data)
{
    static const FormMarksRule rules[] = {FORM_MARKS_CANCEL, FORM_MARKS_LARGEST};

    (void)data;
    for (guint r = 0; r < G_N_ELEMENTS(rules); r++) {
        guint settled = 0, n = 0;
        tell_rule(fixture, rules[r]);
        for (guint h = 0; h < G_N_ELEMENTS(heavy_and_slight); h++) {
            g_autoptr(FormReading) reading =
                read_marks(fixture, draw_corrections, (gpointer)heavy_and_slight[h]);
            for (int row = 0; row < FIXTURE_ROWS; row++, n++) {
                const FormFieldReading *field = row_of(reading, row);
                g_assert_cmpstr(field->rule, ==, form_marks_rule_name(rules[r]));
                if (field->state != FORM_FIELD_ANSWERED) {
                    g_assert_true(form_field_needs_person(field->state));
                    continue;
                }
                g_assert_true(is_answered(reading, row, other_column_of(row)));
                g_assert_true(has_field_flag(reading, field->name, "corrected"));
                g_assert_cmpuint(field->reasons->len, ==, 0);
                assert_correction(reading, row);
                settled++;
            }
        }
        g_test_message("%s: %u of %u settled", form_marks_rule_name(rules[r]), settled, n);
        g_assert_cmpuint(10 * settled, >=, 9 * n);
    }
}

static void
draw_only_scribbles(cairo_t *cr, gpointer data)
{
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        mark_with(cr, data, row, column_of(row));
        if (row % 3 == 0)
            scribble_over(cr, row, column_of(row));
    }
}

/* A scribble with nothing beside it may be a careless fill: no rule makes it an answer or a blank. */
static void
test_lone_scribbles(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int rule = FORM_MARKS_NONE; rule <= FORM_MARKS_LARGEST; rule++) {
        tell_rule(fixture, rule);
        g_autoptr(FormReading) reading = read_marks(fixture, draw_only_scribbles, (gpointer)&pen_fill);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            if (row % 3 == 0)
                g_assert_true(form_field_needs_person(row_of(reading, row)->state));
            else
                g_assert_true(is_answered(reading, row, column_of(row)));
        }
    }
}

static void
draw_small_tick(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x - 1.1, y);
    cairo_line_to(cr, x - 0.3, y + 1);
    cairo_line_to(cr, x + 1.2, y - 1.1);
}

static void
fill_and_tick(cairo_t *cr, gpointer data)
{
    static const Hand tick = {"a small tick", draw_small_tick, 0.35, 0.05, FALSE};

    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        mark_with(cr, &tick, row, other_column_of(row));
        mark_with(cr, &pen_fill, row, column_of(row));
    }
}

/* The larger of two marks counts only where the form said so, and not where several may be marked. */
static void
test_largest_counts(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int rule = FORM_MARKS_NONE; rule <= FORM_MARKS_LARGEST; rule++) {
        tell_rule(fixture, rule);
        g_autoptr(FormReading) reading = read_marks(fixture, fill_and_tick, NULL);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            gboolean settled = rule == FORM_MARKS_LARGEST && row != SEVERAL_ROW;
            g_assert_cmpstr(field->rule, ==, form_marks_rule_name(rule));
            g_assert_true(has_field_flag(reading, field->name, "corrected") == settled);
            g_assert_cmpint(mark_of(reading, row, column_of(row))->state, ==, FORM_MARK_MARKED);
            g_assert_cmpint(mark_of(reading, row, other_column_of(row))->state, ==,
                            settled ? FORM_MARK_CANCELLED : FORM_MARK_MARKED);
            if (settled)
                g_assert_true(is_answered(reading, row, column_of(row)));
            else if (row != SEVERAL_ROW)
                g_assert_cmpint(field->state, ==, FORM_FIELD_MULTIPLE);
        }
        g_assert_cmpstr(row_of(reading, SEVERAL_ROW)->value, ==, "1 3");
    }
}

static void
mark_two_alike(cairo_t *cr, gpointer data)
{
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        mark_with(cr, data, row, column_of(row));
        mark_with(cr, data, row, other_column_of(row));
    }
}

static void
test_like_marks_are_several(Fixture *fixture, gconstpointer data)
{
    (void)data;
    tell_rule(fixture, FORM_MARKS_LARGEST);
    for (guint h = 0; h < G_N_ELEMENTS(heavy_and_slight); h++) {
        g_autoptr(FormReading) reading = read_marks(fixture, mark_two_alike, (gpointer)heavy_and_slight[h]);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            if (row == SEVERAL_ROW)
                continue;
            g_assert_cmpint(row_of(reading, row)->state, ==, FORM_FIELD_MULTIPLE);
            g_assert_false(has_field_flag(reading, row_of(reading, row)->name, "corrected"));
        }
    }
}

/* A pencil so light that it is hardly seen, all over the page: it is this person's way. */
static void
test_light_pencil(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (double grey = 0.86; grey < 0.885; grey += 0.02) {
        Hand pencil = {"filled with a very light pencil", draw_fill, 0.5, grey, FALSE};
        g_autoptr(FormReading) reading = read_marks(fixture, mark_every_row, &pencil);
        guint answered = 0;
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            g_assert_cmpint(row_of(reading, row)->state, !=, FORM_FIELD_BLANK);
            if (row_of(reading, row)->state != FORM_FIELD_ANSWERED)
                continue;
            answered++;
            g_assert_true(is_answered(reading, row, column_of(row)));
        }
        g_test_message("grey %.2f: %u of %d answered", grey, answered, FIXTURE_ROWS);
        g_assert_cmpuint(10 * answered, >=, 9 * FIXTURE_ROWS);
    }
}

/* Rows of three kinds: an answer with something weak beside it, the weak thing alone, an answer alone. */
static gboolean
has_answer(int row)
{
    return row % 3 != 1;
}

static gboolean
has_weak(int row)
{
    return row % 3 != 2;
}

static void
draw_speck(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x + 0.7, y - 0.5);
    cairo_line_to(cr, x + 0.7, y - 0.5);
}

static void
draw_answers_and_weak(cairo_t *cr, gpointer data)
{
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (has_answer(row))
            mark_with(cr, &pen_fill, row, column_of(row));
        if (has_weak(row))
            mark_with(cr, data, row, other_column_of(row));
    }
}

/* Beside a clear answer it takes nothing away; alone it is none. */
static void
test_weak_things(Fixture *fixture, gconstpointer data)
{
    static const Hand weak[] = {
        {"a speck of 0.3 mm", draw_speck, 0.3, 0.1, FALSE},
        {"a speck of 0.4 mm", draw_speck, 0.4, 0.1, FALSE},
        {"a residue", draw_fill, 0.5, 0.94, FALSE},
        {"a lighter residue", draw_fill, 0.5, 0.97, FALSE},
        {"a ticked residue", draw_tick, 0.5, 0.92, FALSE},
    };

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(weak); i++) {
        g_autoptr(FormReading) reading = read_marks(fixture, draw_answers_and_weak, (gpointer)&weak[i]);
        g_test_message("%s", weak[i].name);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            if (has_answer(row) && row != SEVERAL_ROW)
                g_assert_true(is_answered(reading, row, column_of(row)));
            else
                g_assert_true(field->state == FORM_FIELD_BLANK || form_field_needs_person(field->state));
            if (has_weak(row))
                g_assert_cmpint(mark_of(reading, row, other_column_of(row))->state, !=, FORM_MARK_MARKED);
        }
    }
}

/* The row of the page that a test spoils. */
typedef struct {
    int row;
    const Hand *hand; /* of the page */
    gboolean answered;
    double pen_mm, slope; /* of the line; mm down over the row */
} Spoilt;

static void
draw_struck_page(cairo_t *cr, gpointer data)
{
    const Spoilt *spoilt = data;
    OmrPoint left = fixture_option_mm(spoilt->row, 0), right = fixture_option_mm(spoilt->row, 4);

    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row != spoilt->row || spoilt->answered)
            mark_with(cr, spoilt->hand, row, column_of(row));
    }
    cairo_new_path(cr);
    cairo_set_line_width(cr, spoilt->pen_mm);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    cairo_move_to(cr, left.x - 9, left.y - spoilt->slope / 2);
    cairo_line_to(cr, right.x + 9, right.y + spoilt->slope / 2);
    cairo_stroke(cr);
}

/* A line through the whole row and beyond takes it back, answered or not; the rest of the page is as it was.
 */
static void
test_struck_row(Fixture *fixture, gconstpointer data)
{
    static const Hand *const pages[] = {&hands[0], &hands[1], &hands[3], &hands[6]};
    static const double slopes[] = {0, 0.8, -1.2};

    (void)data;
    tell_rule(fixture, FORM_MARKS_LARGEST); /* not even the greatest mark counts */
    for (guint i = 0; i < 2 * G_N_ELEMENTS(pages); i++) {
        Spoilt spoilt = {
            .row = 3 + (int)i % 5,
            .hand = pages[i % G_N_ELEMENTS(pages)],
            .answered = i >= G_N_ELEMENTS(pages),
            .pen_mm = i % 2 == 0 ? 0.4 : 0.6,
            .slope = slopes[i % G_N_ELEMENTS(slopes)],
        };
        g_autoptr(FormReading) reading = read_marks(fixture, draw_struck_page, &spoilt);
        g_test_message("row %d struck, %s, %s", spoilt.row + 1, spoilt.hand->name,
                       spoilt.answered ? "answered" : "blank");
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            if (row == spoilt.row)
                g_assert_true(form_field_needs_person(row_of(reading, row)->state));
            else
                g_assert_true(is_answered(reading, row, column_of(row)));
        }
    }
}

/* A tick of the spoilt row that runs on into the row below, which is blank. */
static void
draw_long_tail(cairo_t *cr, gpointer data)
{
    const Spoilt *spoilt = data;
    int column = column_of(spoilt->row);
    OmrPoint at = fixture_option_mm(spoilt->row, column), below = fixture_option_mm(spoilt->row + 1, column);

    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row != spoilt->row && row != spoilt->row + 1)
            mark_with(cr, spoilt->hand, row, column_of(row));
    }
    cairo_new_path(cr);
    cairo_set_line_width(cr, spoilt->pen_mm);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    cairo_move_to(cr, at.x + 1.6, at.y - 1.4);
    cairo_line_to(cr, at.x - 0.6, at.y - 0.4);
    cairo_line_to(cr, below.x + 0.2, below.y + spoilt->slope);
    cairo_stroke(cr);
}

static void
test_tail_into_the_next_row(Fixture *fixture, gconstpointer data)
{
    static const double ends_mm[] = {-1.5, 0, 1.5, 3};

    (void)data;
    for (guint h = 0; h < G_N_ELEMENTS(heavy_and_slight); h++) {
        for (guint i = 0; i < G_N_ELEMENTS(ends_mm); i++) {
            Spoilt spoilt = {1 + 2 * (int)i, heavy_and_slight[h], FALSE, 0.4, ends_mm[i]};
            g_autoptr(FormReading) reading = read_marks(fixture, draw_long_tail, &spoilt);
            g_test_message("page %s, tail ends %.1f mm below the middle", heavy_and_slight[h]->name,
                           ends_mm[i]);
            g_assert_cmpint(row_of(reading, spoilt.row)->state, !=, FORM_FIELD_BLANK);
            g_assert_cmpint(row_of(reading, spoilt.row + 1)->state, !=, FORM_FIELD_ANSWERED);
            g_assert_cmpint(row_of(reading, spoilt.row + 1)->state, !=, FORM_FIELD_MULTIPLE);
        }
    }
}

static void
draw_dot(cairo_t *cr, double x, double y)
{
    cairo_arc(cr, x + 0.1, y, 0.35, 0, 2 * G_PI);
}

/* What stands at a position is named for what it is. */
static void
test_kinds(Fixture *fixture, gconstpointer data)
{
    static const struct {
        Hand hand;
        FormMarkKind kind;
    } kinds[] = {
        {{"fill", draw_fill, 0.5, 0.05, TRUE}, FORM_KIND_FILL},
        {{"fill of light pencil", draw_fill, 0.5, 0.6, TRUE}, FORM_KIND_FILL},
        {{"cross", draw_cross, 0.4, 0.1, TRUE}, FORM_KIND_CROSS},
        {{"dot", draw_dot, 0.7, 0.05, TRUE}, FORM_KIND_DOT},
        {{"circle", draw_ring, 0.4, 0.1, TRUE}, FORM_KIND_CIRCLE},
        {{"stroke", draw_stroke, 0.4, 0.1, TRUE}, FORM_KIND_STROKE},
        {{"tick", draw_tick, 0.4, 0.1, TRUE}, FORM_KIND_TICK},
    };

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(FormReading) reading = read_marks(fixture, mark_every_row, (gpointer)&kinds[i].hand);
        guint right = 0;
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            for (int column = 0; column < FIXTURE_COLS; column++) {
                FormMarkKind kind = mark_of(reading, row, column)->kind;
                if (column != column_of(row))
                    g_assert_cmpint(kind, ==, FORM_KIND_NOTHING);
                else
                    right += kind == kinds[i].kind;
                if (column == column_of(row) && kind != kinds[i].kind)
                    g_test_message("a %s is named %s", kinds[i].hand.name, form_mark_kind_name(kind));
            }
        }
        g_test_message("%s: %u of %d named so", kinds[i].hand.name, right, FIXTURE_ROWS);
        g_assert_cmpuint(4 * right, >=, 3 * FIXTURE_ROWS);
    }
}

int
main(int argc, char *argv[])
{
    static const FixtureTest tests[] = {
        {"/rules/untold-corrections", test_untold_corrections, NULL},
        {"/rules/told-corrections", test_told_corrections, NULL},
        {"/rules/lone-scribbles", test_lone_scribbles, NULL},
        {"/rules/largest-counts", test_largest_counts, NULL},
        {"/rules/like-marks-are-several", test_like_marks_are_several, NULL},
        {"/rules/light-pencil", test_light_pencil, NULL},
        {"/rules/weak-things", test_weak_things, NULL},
        {"/rules/struck-row", test_struck_row, NULL},
        {"/rules/tail-into-the-next-row", test_tail_into_the_next_row, NULL},
        {"/rules/kinds", test_kinds, NULL},
    };

    g_test_init(&argc, &argv, NULL);
    return run_tests(tests, G_N_ELEMENTS(tests), set_up);
}
