/* Questionnaires that lack pages, of the station and of a batch. */
#pragma once

#include "database-private.h"

/* Entries of the lists of a status or a ledger; the totals count all. */
#define STORE_MAX_LISTED 1000

/* Questionnaires with a page held that lack others, by serial, as store_missing_read() takes them. `which` is
 * a condition on page.questionnaire that begins with " AND", or "". */
#define STORE_MISSING_SQL(which)                                                                             \
    "SELECT questionnaire.serial, form.code, form.pages, ',' || seen.list || ','"                            \
    " FROM (SELECT questionnaire, count(*) AS held, group_concat(page) AS list FROM page"                    \
    "  WHERE state = 'held'" which " GROUP BY questionnaire) AS seen"                                        \
    " JOIN questionnaire ON questionnaire.id = seen.questionnaire"                                           \
    " JOIN form ON form.id = questionnaire.form WHERE seen.held < form.pages"                                \
    " ORDER BY questionnaire.serial"

/* A row of it; the caller owns what is returned. */
StoreMissing *store_missing_read(StoreQuery *row);

/* A GDestroyNotify of StoreMissing. */
void store_missing_free(gpointer missing);
