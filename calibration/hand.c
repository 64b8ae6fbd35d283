/* The hand: how one person makes marks. */
#include "people-private.h"

/* A lighter pencil than this makes no dots: they would be no darker than a speck. */
#define DOT_CONTRAST 0.35

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
    hand->contrast =
        habits->pencil_least + (habits->pencil_most - habits->pencil_least) * g_rand_double(random);
    hand->patches = habits->pencil_patches;
    hand->nib_mm = 0;
    if (hand->pen != CALIBRATION_PEN_PENCIL) {
        double nib = g_rand_double(random);
        if (nib < habits->thin)
            hand->nib_mm = g_rand_double_range(random, 0.22, 0.3);
        else if (nib < habits->thin + habits->felt)
            hand->nib_mm = g_rand_double_range(random, 0.9, 1.3);
    }
    if (!calibration_hand_can_dot(hand) && hand->kind == CALIBRATION_MARK_DOT)
        hand->kind = CALIBRATION_MARK_SLASH;
}

gboolean
calibration_hand_can_dot(const CalibrationHand *hand)
{
    return hand->pen != CALIBRATION_PEN_PENCIL || hand->contrast >= DOT_CONTRAST;
}
