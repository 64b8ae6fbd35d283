/* The sheet ledger: what a document feeder fed, sheet by sheet, so that whatever stops it, the station can
 * say the last sheet it holds, which to pull and from which to feed again (docs/station.md, the sheet
 * ledger).
 *
 * A **feed** is one run of a feeder for a batch; a **frame** is one side of a sheet as it came. Sheets are
 * numbered 1, 2, 3 … within the batch in the order fed. A number is never used again: a sheet that is fed
 * again gets a new one, and its content (serial and page) tells that it is the same paper. */
#pragma once

#include "store.h"

typedef enum {
    STORE_SIDE_FRONT,
    STORE_SIDE_BACK,
} StoreSide;

/* "front", "back". */
const char *store_side_name(StoreSide side);

typedef struct {
    const char *batch;         /* name; made when it is new */
    const char *scanner;       /* the device, 1 to 1000 characters on one line */
    const char *settings_json; /* what it is fed with: a JSON object, at most 65536 bytes; NULL: {} */
    gboolean duplex;           /* every sheet of this feed has two sides */
    guint sheets; /* the operator's count of the whole batch, up to 1000000; 0: not told, what was
                     told before stays */
} StoreFeedStart;

typedef struct {
    gint64 id;
    guint next_sheet; /* the number of the first sheet of this feed */
} StoreFeed;

/* Begins a feed. A batch has one running feed: from here until store_feed_end(), store_free() or the end of
 * the process, however it comes, this Store alone scans it, and for every other store_feed_begin() of the
 * batch is STORE_ERROR_INPUT and changes nothing. A feed of the batch that has no end though nobody else
 * scans it is dead (cause "died"), and takes no more sheets: its process died, or this Store gives it up by
 * beginning anew. A Store may run feeds of several batches, each by itself. */
gboolean store_feed_begin(Store *store, const StoreFeedStart *start, StoreFeed *feed, GError **error);

/* Ends a feed, and leaves its batch to others. `cause` is a short code, 1 to 40 of a-z, 0-9 and _: "empty"
 * "stopped" "jammed" "double_feed" "cover_open" "busy" "io_error" "hung" "crashed" … STORE_ERROR_INPUT when
 * the feed is not running. */
gboolean store_feed_end(Store *store, gint64 feed, const char *cause, GError **error);

/* One side of a sheet as it came. A stored side has an image and its reading; a lost one has a cause, and a
 * reading only where something is known of it all the same (its serial and page are kept). */
typedef struct {
    StoreSide side;
    StoreImage image;     /* its batch is the feed's, and not asked */
    FormReading *reading; /* flags are added as by store_put_page() */
    gboolean bare;        /* a side of two that has nothing printed on it, as it should be: nothing is kept */
    const char *cause;    /* NULL: not lost; else a code as of store_feed_end(): "jammed" "flat_tail" … */
    StorePageResult result; /* told by store_put_sheet() of a side that is neither lost nor bare */
} StoreFrame;

/* Archives the images of one sheet and stores its pages, their readings and its lines in the ledger, in one
 * transaction: all of it holds, or nothing. `sheet` is the next number of the batch; `frames` are the front,
 * the front and the back, or a back whose front never came; backs in a duplex feed only. STORE_ERROR_INPUT
 * for another number (a sheet that is in the ledger is held, whatever became of the answer), for a feed that
 * has ended, and for frames that are no sheet. */
gboolean store_put_sheet(Store *store, gint64 feed, guint sheet, StoreFrame *frames, guint n_frames,
                         GError **error);

/* What people find a sheet by. */
typedef struct {
    guint sheet;    /* its number; 0: there is none */
    guint position; /* in its feed, from 1 */
    char *serial;   /* as read from either side, or NULL */
    int front;      /* page numbers as read, 0: unknown, or not there */
    int back;
} StoreSheetName;

typedef enum {
    STORE_BROKEN_LOST,     /* a side of it is lost */
    STORE_BROKEN_NO_BACK,  /* a duplex feed gave a front only, and told of no loss */
    STORE_BROKEN_NO_FRONT, /* or a back only */
    STORE_BROKEN_MIXED,    /* its sides bear two serials, or one page twice: sides of different sheets */
} StoreBrokenKind;

/* A sheet that is not whole. */
typedef struct {
    StoreSheetName name;
    StoreBrokenKind kind;
    gboolean front_lost, back_lost;
    char *cause;                  /* of the front if that is lost, else of the back; NULL unless lost */
    StoreSheetName before, after; /* the nearest whole sheets, `after` of the same feed only */
    /* Its paper is held all the same: a whole sheet bears a page of it, or its questionnaire has all pages. A
     * sheet of which nothing is known is settled when its feed had no whole sheet after it and a later feed
     * began with one; or when a later feed has a whole sheet, and as many papers are held as were counted. */
    gboolean settled;
} StoreBrokenSheet;

typedef struct {
    guint counted; /* the operator's count of the whole batch; 0: nobody counted */
    guint fed;     /* sheets in the ledger */
    guint whole;   /* of them: every side stored, or held before, and the sides fit each other */
    /* Papers: the whole sheets, of which those that bear one page (or no page that is known, and the same
     * images) are one paper; and broken sheets whose questionnaire has all pages from elsewhere, one a
     * serial. It is never more than there are, but for pages that are refused, and forms without serials
     * where sheets are fed twice: so it hides no loss. */
    guint held;
    guint repeated;  /* whole sheets that are the paper of an earlier one */
    gint difference; /* held − counted; 0 where nobody counted */
    guint next_sheet;

    /* The last sheet that is whole: when a feeder stopped, every sheet that went in after it is fed again, in
     * order. Unsettled ones before it lie in the tray between their neighbours, and are fed again at any
     * time. */
    StoreSheetName last;
    GPtrArray *broken; /* of StoreBrokenSheet*, by number */
    guint unsettled;   /* of them */
    guint odd;         /* of the unsettled ones: with one side, or mixed */

    GPtrArray *missing;   /* of StoreMissing*: questionnaires of the batch that lack pages, by serial; at most
                             1000 */
    gint64 missing_total; /* of them all */
    GPtrArray *unseen; /* of char*: serials of the sample list between the lowest and the highest of the batch
                          that the station has no page of, in order; at most 1000. Of a pile in the order of
                          the list they are what was lost; of another they say little */
    gint64 unseen_total; /* of them all */
    /* Pages of the batch and its sheets that are refused, but for those of a sheet that came again (its page,
     * or the page on its other side, is on a whole sheet of which every page is held) … */
    gint64 refused;
    gint64 doubled; /* … and doubled: a serial printed twice makes held less than counted */

    guint feeds;
    char *scanner; /* of the last feed, and so the three below; NULL: there is no feed */
    char *begun;   /* ISO 8601, UTC */
    char *ended;   /* NULL: it runs, or died */
    char *cause;   /* NULL: it runs, or its station died and no feed was begun since */
} StoreLedger;

/* The ledger of a batch; STORE_ERROR_INPUT when there is no such batch. */
StoreLedger *store_ledger(Store *store, const char *batch, GError **error);
void store_ledger_free(StoreLedger *ledger);

/* Whether nothing is lacking: counted and no difference, nothing unsettled, no questionnaire that lacks
 * pages, `refused` is 0, and the last feed came to an end. An empty feeder alone never makes a batch
 * complete. */
gboolean store_ledger_complete(const StoreLedger *ledger);

/* A line of the ledger. Texts live until the visit returns. */
typedef struct {
    guint sheet;
    StoreSide side;
    gint64 feed;
    const char *state;  /* "stored": its page was new to the station; "same": it was held; "lost"; "bare" */
    const char *cause;  /* of a lost one, else NULL */
    const char *serial; /* as read, or NULL */
    int page;           /* as read, 0: unknown */
    const char *page_state; /* "held" "doubled" "refused": of the page stored; NULL for a lost one */
    const char *refusal;    /* the first flag of a refused page, else NULL */
    const char *sha256;     /* of the page's image, NULL for a lost one … */
    const char *ending;     /* … and its ending, as of store_image_path() */
} StoreLedgerFrame;

/* Returns FALSE with an error set to stop. It must not write to the store. */
typedef gboolean (*StoreFrameVisit)(const StoreLedgerFrame *frame, gpointer data, GError **error);

/* Calls `each` for every line of a batch whose sheet number is greater than `after`, by sheet, front first.
 * STORE_ERROR_INPUT when there is no such batch. */
gboolean store_ledger_frames(Store *store, const char *batch, guint after, StoreFrameVisit each,
                             gpointer data, GError **error);

/* What was last used with a scanner: a JSON object, or NULL where it was never used. The caller frees it. */
gboolean store_scanner_settings(Store *store, const char *scanner, char **settings_json, GError **error);

/* Remembers it; limits as of StoreFeedStart. */
gboolean store_scanner_settings_put(Store *store, const char *scanner, const char *settings_json,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLedger, store_ledger_free)
