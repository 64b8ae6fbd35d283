#include "calibration-deck.h"

/* Copies after those in which every option has its turn: only in these an answer may be struck out, taken
 * back or left out, which could leave an option without its mark. */
#define EXTRA_COPIES 2

/* In how many copies every option and every way of marking has had its turn. */
static guint
copies_of_turns(const FormPackage *package)
{
    guint most = CALIBRATION_MARK_WAYS;
    for (guint i = 0; i < package->pages->len; i++) {
        const FormPage *page = package->pages->pdata[i];
        for (guint k = 0; k < page->fields->len; k++)
            most = MAX(most, ((const FormField *)page->fields->pdata[k])->options->len);
    }
    return most;
}

guint
calibration_deck_copies(const FormPackage *package)
{
    return copies_of_turns(package) + EXTRA_COPIES;
}

CalibrationHabits
calibration_deck_habits(const FormPackage *package, guint copy)
{
    CalibrationHabits habits = {
        .pencil_least = 0.45,
        .pencil_most = 0.6,
        .tail = 0.1,
        .corrected = 0.15,
        .corrected_several = 0.15,
        .cancel = {1, 1, 1, 1, 1, 1},
        .remarked = 0.5,
        .doubled = 0.03,
        .written = 0.6,
        .speck = 0.02,
        .stray = 0.5,
        .ringed = 0.3,
        .underlined = 0.3,
        .noted = 0.3,
        .turn = (int)copy + 1,
    };
    habits.kind[copy % CALIBRATION_MARK_WAYS] = 1;
    habits.pen[copy % G_N_ELEMENTS(habits.pen)] = 1;
    if (copy >= copies_of_turns(package)) {
        habits.blank = habits.taken_back = habits.struck_out = 0.05;
        habits.struck_part = 1;
    }
    return habits;
}
