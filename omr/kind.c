#include "kind-private.h"

/* A fill covers this share of its position, or has a stroke as thick as this. */
#define FILL_COVER    0.5
#define FILL_WIDTH_MM 1.3

/* A dot is shorter than this share of the position. */
#define DOT_REACH 0.6

/* Paper that is darker by this than expected is stained. */
#define STAIN_SHADE 0.06

/* Less ink than this is none. */
#define LEAST_COVER 0.008

static FormMarkKind
kind_of_mark(const CalibrationMark *mark, const CalibrationMarks *model)
{
    if (mark->ring >= model->ring_half && mark->cover < mark->around)
        return FORM_KIND_CIRCLE;
    if (mark->cover >= FILL_COVER || mark->width >= FILL_WIDTH_MM)
        return FORM_KIND_FILL;
    if (mark->arms >= 3)
        return FORM_KIND_CROSS;
    if (mark->reach < DOT_REACH && mark->exits == 0)
        return FORM_KIND_DOT;
    return mark->straight >= model->stray_straight ? FORM_KIND_STROKE : FORM_KIND_TICK;
}

/* A mark that is in doubt or taken back: a fill with a stroke through and beyond is crossed out. */
static FormMarkKind
kind_of_doubt(const CalibrationMark *mark, const CalibrationMarks *model)
{
    FormMarkKind kind = kind_of_mark(mark, model);

    return kind == FORM_KIND_FILL && mark->leaves >= 2 && mark->spill < model->spill ? FORM_KIND_STRUCK
                                                                                     : kind;
}

static FormMarkKind
kind_of_rest(const CalibrationMark *mark, const CalibrationMarks *model)
{
    if (mark->cover < LEAST_COVER && mark->mass < model->mass_half / 2)
        return FORM_KIND_NOTHING;
    if (mark->style >= model->style_least && mark->depth < model->style_share * mark->style)
        return FORM_KIND_RESIDUE;
    return mark->reach < model->reach_half ? FORM_KIND_SPECK : FORM_KIND_STRAY;
}

FormMarkKind
omr_kind_of(const OmrMeasure *measure, FormMarkState state, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    if (measure->streaked)
        return FORM_KIND_STREAK;
    if (state == FORM_MARK_CANCELLED)
        return mark->cover >= model->scribble_cover ? FORM_KIND_SCRIBBLE : kind_of_doubt(mark, model);
    if (state == FORM_MARK_EMPTY)
        return kind_of_rest(mark, model);
    if (measure->stray)
        return FORM_KIND_STRAY;
    if (state == FORM_MARK_MARKED)
        return kind_of_mark(mark, model);
    if (mark->shade >= STAIN_SHADE)
        return FORM_KIND_STAIN;
    if (mark->spill >= model->spill && mark->cover >= model->spill_cover && mark->ring < 1)
        return mark->cover >= model->scribble_cover ? FORM_KIND_SCRIBBLE : FORM_KIND_STAIN;
    return calibration_mark_probability(model, mark) >= model->accept ? kind_of_doubt(mark, model)
                                                                      : kind_of_rest(mark, model);
}
