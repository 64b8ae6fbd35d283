/* What was counted, for people and for programs. */
#pragma once

#include "accuracy-run-private.h"

/* 0 of nothing is 0. */
double accuracy_share(guint64 part, guint64 whole);

/* On standard output: one JSON object. */
void accuracy_report_json(const AccuracySubject *subject, const AccuracyResult *result);

/* On standard output: everything. */
void accuracy_report_text(const AccuracySubject *subject, const AccuracyResult *result);

/* Parts of it: the counts, by AccuracyCount; the tables. */
void accuracy_report_counts(const guint64 *count);
void accuracy_report_tables(const AccuracyTally *tally);
