#include "faint-private.h"

#include "order-private.h"

/* The faintest marks of a page, but for a few. */
#define FAINT_SHARE 0.1

/* Of the fields that seem blank, so many with traces are too many. */
#define TRACES_SHARE 0.3

/* Once or twice is no regularity. */
#define LEAST_TRACES 3

/* How far the faintest of the page's marks, but for a few, stand out from empty positions; 0 where there is
 * no mark. Rings leave their insides empty and say nothing. */
static double
faintest_of(const OmrBlank *blank, const GArray *measures, const CalibrationMarks *model)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint i = 0; i < measures->len; i++) {
        const CalibrationMark *mark = &g_array_index(measures, OmrMeasure, i).mark;
        if (g_array_index(blank->targets, OmrTarget, i).option != NULL && mark->ring < model->ring_half &&
            calibration_mark_probability(model, mark) >= model->accept)
            g_array_append_val(values, mark->prominence);
    }
    g_array_sort(values, omr_compare_doubles);
    return values->len > 0 ? g_array_index(values, double, (guint)(FAINT_SHARE * values->len)) : 0;
}

/* Whether the page's print has gaps: then ink as thin as print has them, too, as in 1 bit with a light
 * threshold. */
static gboolean
has_broken_print(const OmrBlank *blank, const GArray *measures, const CalibrationMarks *model)
{
    guint n = 0, n_broken = 0;

    for (guint i = 0; i < measures->len; i++) {
        gboolean counts = g_array_index(blank->targets, OmrTarget, i).option != NULL;
        n += counts;
        n_broken += counts && g_array_index(measures, OmrMeasure, i).outline < model->vague_print;
    }
    return 2 * n_broken > n;
}

/* Marks, in every field, the position that stands out from the others. */
static void
find_outstanding(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    for (guint at = 0, n; at < measures->len; at += n) {
        OmrMeasure *field = &g_array_index(measures, OmrMeasure, at), *first = field;
        double next = 0;
        n = MAX(g_array_index(blank->targets, OmrTarget, at).field->options->len, 1);
        for (guint i = 1; i < n; i++) {
            double most = first->mark.prominence, here = field[i].mark.prominence;
            next = MAX(next, MIN(most, here));
            first = here > most ? &field[i] : first;
        }
        first->stands_out = first->mark.prominence >= model->overlooked &&
                            first->mark.prominence >= model->overlooked_next * next;
    }
}

/* Whether many of the single choices that seem blank are not quite: something stands out in them or, on paper
 * without scatter, where the strokes of a pale pen fall apart, is inked. Dust does not fall so regularly.
 * Where all of a page in black and white seems blank, a few are enough: hardly anybody leaves a whole page
 * out, but a threshold takes a pen away. */
static gboolean
has_traces(const OmrBlank *blank, const GArray *measures, const OmrResponse *response,
           const CalibrationMarks *model)
{
    gboolean clean = response->noise < 1;
    guint n_single = 0, n_blank = 0, n_traces = 0;

    for (guint at = 0, n; at < measures->len; at += n) {
        const FormField *field = g_array_index(blank->targets, OmrTarget, at).field;
        gboolean trace = FALSE, marked = FALSE;
        n = MAX(field->options->len, 1);
        for (guint i = at; i < at + n; i++) {
            const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
            marked = marked || calibration_mark_probability(model, &measure->mark) > model->reject;
            gboolean seen = measure->stands_out && measure->mark.prominence >= model->alone_least;
            trace = trace || seen || (clean && measure->mark.cover > 0);
        }
        if (field->type != FORM_SELECT_ONE || field->options->len == 0)
            continue;
        n_single++;
        if (marked)
            continue;
        n_blank++;
        n_traces += trace;
    }
    double least = response->bilevel && n_blank == n_single ? 0 : TRACES_SHARE * n_blank;
    return n_traces >= LEAST_TRACES && n_traces >= least;
}

void
omr_faint_find(const OmrBlank *blank, GArray *measures, const OmrResponse *response,
               const CalibrationMarks *model)
{
    double faintest = faintest_of(blank, measures, model);

    find_outstanding(blank, measures, model);
    gboolean vague = (faintest > 0 && faintest < model->vague) || has_broken_print(blank, measures, model) ||
                     has_traces(blank, measures, response, model);

    for (guint i = 0; i < measures->len; i++) {
        g_array_index(measures, OmrMeasure, i).faintest = faintest;
        g_array_index(measures, OmrMeasure, i).vague = vague;
    }
}
