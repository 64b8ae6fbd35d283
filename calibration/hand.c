/* The hand: how one person makes marks. */
#include "people-private.h"

/* How dark a pencil must be for a mark: a paler dot would be a speck, and paler small strokes are lost in the
 * grain of a poor scan. */
static double
least_contrast(CalibrationMarkKind way)
{
    if (way == CALIBRATION_MARK_DOT)
        return 0.35;
    return way == CALIBRATION_MARK_SLASH || way == CALIBRATION_MARK_SMALL_CROSS ? 0.2 : 0;
}

void
calibration_hand_init(CalibrationHand *hand, const CalibrationHabits *habits, GRand *random)
{
    hand->kind = (CalibrationMarkKind)calibration_pick(random, habits->kind, G_N_ELEMENTS(habits->kind));
    hand->pen = (CalibrationPen)calibration_pick(random, habits->pen, G_N_ELEMENTS(habits->pen));
    hand->size = g_rand_double_range(random, 0.85, 1.3);
    hand->offset_x_mm = calibration_normal(random, 0.2);
    hand->offset_y_mm = calibration_normal(random, 0.2);
    hand->scatter_mm = g_rand_double_range(random, 0.08, 0.3);
    hand->hatch_rad = calibration_chance(random, 0.15) ? g_rand_double_range(random, -0.2, 0.2)
                                                       : g_rand_double_range(random, -1.2, -0.5);
    hand->coverage = g_rand_double_range(random, 0.7, 1.0);
    hand->spiral = calibration_chance(random, 0.35);
    hand->slant = g_rand_double_range(random, -0.05, 0.3);
    hand->letter = g_rand_double_range(random, 0.85, 1.15);
}

void
calibration_hand_init_pen(CalibrationHand *hand, const CalibrationHabits *habits, GRand *random)
{
    double least = CLAMP(least_contrast(hand->kind), habits->pencil_least, habits->pencil_most);
    hand->contrast = least + (habits->pencil_most - least) * g_rand_double(random);
    hand->patches = habits->pencil_patches;
    hand->nib_mm = hand->skip_mm = 0;
    if (hand->pen != CALIBRATION_PEN_PENCIL) {
        double nib = g_rand_double(random);
        if (nib < habits->thin)
            hand->nib_mm = g_rand_double_range(random, 0.22, 0.3);
        else if (nib < habits->thin + habits->felt)
            hand->nib_mm = g_rand_double_range(random, 0.9, 1.3);
        else if (nib < habits->thin + habits->felt + habits->skipping)
            hand->skip_mm = g_rand_double_range(random, 1.5, 5);
    }
}

CalibrationMarkKind
calibration_hand_way(const CalibrationHand *hand, CalibrationMarkKind way)
{
    gboolean pale = hand->pen == CALIBRATION_PEN_PENCIL && hand->contrast < least_contrast(way);
    return pale ? CALIBRATION_MARK_TICK : way;
}
