#include "look-private.h"

/* Where all of the inside is inked, from this cover on, and nearly all around it, from this ring on, half the
 * `spill` of the profile is enough. */
#define ALL        0.98
#define ALL_AROUND 0.8

/* Ink that covers a position and its surroundings too: nobody marks like that, but people cross out like
 * that, and so look tears and stains. */
static gboolean
overruns(const OmrMeasure *measure, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;
    double least = mark->cover >= ALL && mark->ring >= ALL_AROUND ? model->spill / 2 : model->spill;

    return mark->spill >= MAX(least, model->spill_usual * measure->usual_spill) &&
           mark->cover >= model->spill_cover;
}

/* A fill with a line over it, or with two. */
static gboolean
is_struck(const OmrMeasure *measure, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    return mark->cover >= model->struck_cover &&
           (mark->over >= model->struck_over || (mark->over >= model->crossed_over && mark->leaves >= 3));
}

OmrLook
omr_look_of(const OmrMeasure *measure, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    if (overruns(measure, model)) {
        if (mark->cover < model->scribble_cover)
            return OMR_LOOK_OVERRUN;
        return mark->ring >= model->scribble_ring ? OMR_LOOK_SCRIBBLED : OMR_LOOK_COVERED;
    }
    return is_struck(measure, model) ? OMR_LOOK_STRUCK : OMR_LOOK_PLAIN;
}
