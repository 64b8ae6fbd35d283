/* The sheets of a batch as its ledger has them, and what can be told from them. */
#pragma once

#include "feed-private.h"

typedef enum {
    LEDGER_SIDE_NONE, /* no line in the ledger */
    LEDGER_SIDE_HELD, /* its page was stored, or held already, or it has none */
    LEDGER_SIDE_LOST,
} LedgerSideState;

typedef enum {
    LEDGER_PAGE_NONE, /* lost or bare */
    LEDGER_PAGE_HELD,
    LEDGER_PAGE_DOUBLED,
    LEDGER_PAGE_REFUSED,
} LedgerPageState;

/* Texts belong to the LedgerSheets. */
typedef struct {
    LedgerSideState state;
    LedgerPageState page_state;
    gint64 image_page;  /* id of the page, 0 for a side that has none */
    gboolean fed;       /* its page was first stored by this side, or in another batch: it is no page of this
                           batch that came as a file */
    const char *serial; /* or NULL */
    int page;           /* of the form, 0: unknown */
    const char *key;    /* what tells this page of a form from every other, NULL: unknown; equal keys are one
                           pointer */
    const char *cause;  /* of a lost side */
} LedgerSide;

enum { LEDGER_NO_SHEET = G_MAXUINT }; /* as an index */

typedef struct {
    guint number;
    guint position; /* in its feed, from 1 */
    gint64 feed;
    gboolean duplex; /* its feed */
    LedgerSide sides[2];
    gboolean whole;
    gboolean settled;    /* a sheet that is not whole: its paper is held all the same */
    const char *mended;  /* serial of a sheet that is settled because its questionnaire has all pages, though
                            the paper never came whole */
    guint before, after; /* index of the nearest whole sheet; `after` of the same feed */
    guint paper;         /* index of a sheet that is the same paper; its own: the first of them */
} LedgerSheet;

typedef struct {
    GArray *sheets; /* of LedgerSheet, by number */
    GStringChunk *strings;
    GHashTable *whole_keys; /* of what whole sheets bear */
    guint papers;           /* that the whole sheets are */
    gint64 last_feed;       /* the last one that has a whole sheet */
} LedgerSheets;

void ledger_sheets_clear(LedgerSheets *sheets);

/* Loads the sheets of a batch, and tells which are whole. `sheets` is empty before. */
gboolean ledger_sheets_load(Store *store, gint64 batch, LedgerSheets *sheets, GError **error);

/* Whether the sides bear two serials, or one page twice. */
gboolean ledger_sheet_is_mixed(const LedgerSheet *sheet);

/* Finds out which whole sheets are one paper. */
void ledger_sheets_join(LedgerSheets *sheets);

/* Fills in what has become of the sheets that are not whole, and the neighbours of all. */
gboolean ledger_sheets_settle(Store *store, LedgerSheets *sheets, GError **error);

/* As many papers are held as were counted: settles the sheets of which nothing is known and after whose feed
 * another was fed, as told. */
void ledger_sheets_settle_counted(LedgerSheets *sheets);

/* Refused pages that feeders gave and that need nobody any more, because the paper came again, on a whole
 * sheet of which every page is held. */
guint ledger_sheets_count_reread(const LedgerSheets *sheets);

static inline LedgerSheet *
ledger_sheet_at(const LedgerSheets *sheets, guint index)
{
    return &g_array_index(sheets->sheets, LedgerSheet, index);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LedgerSheets, ledger_sheets_clear)
