/* One page on its way into the station, in the two parts that a page and a sheet share: what is slow comes
 * before the write lock that all writers share, what must be decided and written in one go comes under it. */
#pragma once

#include "archive-private.h"
#include "form-sheet-id.h"

/* What a page is to the station: rows it belongs to, and what becomes of it. Ids are 0 where there is none.
 */
typedef struct {
    gint64 form;
    gint64 questionnaire;             /* 0: none yet */
    gint64 questionnaire_form;        /* the form (code and version) of the questionnaire's first page */
    char serial[FORM_SERIAL_MAX + 1]; /* the questionnaire's, made where the page bears none */
    gint64 page;                      /* stored for it, or held already and the same */
    StorePageResult result;
} StorePlacing;

/* The id of page `index` of an image, 0 where it is not held. */
gboolean store_page_find(Store *store, const char *sha256, int index, gint64 *page, GError **error);

/* Decides what becomes of the page; writes nothing. */
gboolean store_page_place(Store *store, const StoreImage *image, FormReading *reading, StorePlacing *placing,
                          GError **error);

/* Without the lock: checks what was given and writes the image aside. `aside` stays empty (no path) when this
 * page of these bytes is held. */
gboolean store_page_prepare(Store *store, const StoreImage *image, const FormReading *reading,
                            StoreAside *aside, GError **error);

/* Within a write transaction: decides, and stores what is to be stored. */
gboolean store_page_put(Store *store, const StoreImage *image, FormReading *reading, StoreAside *aside,
                        StorePlacing *placing, GError **error);
