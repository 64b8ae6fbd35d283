/* The deck of known answers: copies of a form that are printed with their marks, so that what is scanned of
 * them is known. docs/calibration.md tells how it is used. */
#pragma once

#include "calibration-simulation.h"

/* How many copies a deck has: so many that every option of every question is marked, every way of marking is
 * somebody's own, and all that people do beside is done. */
guint calibration_deck_copies(const FormPackage *package);

/* Who fills in copy `copy`, from 0. One in three writes with a pencil, dark enough to be printed. */
CalibrationHabits calibration_deck_habits(const FormPackage *package, guint copy);
