/* A sheet on its way into the station: its pages and its lines in the ledger, all or nothing. */
#include <glib/gi18n-lib.h>

#include "feed-private.h"
#include "page-private.h"
#include "text-private.h"

enum { MAX_SIDES = 2 };

/* The images of a sheet, written aside. */
typedef struct {
    StoreAside sides[MAX_SIDES];
} Asides;

static void
asides_clear(Asides *asides)
{
    for (guint i = 0; i < MAX_SIDES; i++)
        store_aside_clear(&asides->sides[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asides, asides_clear)

/* The feed that a sheet belongs to. */
typedef struct {
    gint64 id, batch;
    char *batch_name;
    gboolean duplex;
} Feed;

static void
feed_clear(Feed *feed)
{
    g_clear_pointer(&feed->batch_name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Feed, feed_clear)

const char *
store_side_name(StoreSide side)
{
    return side == STORE_SIDE_FRONT ? "front" : "back";
}

static gboolean
frame_is_sound(const StoreFrame *frame)
{
    if (frame->bare)
        return frame->cause == NULL;
    if (frame->cause != NULL)
        return store_text_is_code(frame->cause);
    return frame->image.bytes != NULL && frame->reading != NULL;
}

/* What is wrong here is the caller's doing. */
static gboolean
check_frames(const StoreFrame *frames, guint n_frames, GError **error)
{
    gboolean sound = n_frames == 1
                         ? !frames[0].bare
                         : n_frames == 2 && frames[0].side == STORE_SIDE_FRONT &&
                               frames[1].side == STORE_SIDE_BACK && !(frames[0].bare && frames[1].bare);

    for (guint i = 0; sound && i < n_frames; i++)
        sound = frame_is_sound(&frames[i]);
    if (!sound)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("a sheet has a front, a back, or both, each with an image and its reading, or with the "
                      "cause of its loss; one side of two may be bare"));
    return sound;
}

static gboolean
find_feed(Store *store, Feed *feed, GError **error)
{
    gboolean row, running = FALSE;
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "SELECT batch.id, batch.name, feed.duplex, feed.cause IS NULL FROM feed"
                    " JOIN batch ON batch.id = feed.batch WHERE feed.id = :feed",
                    error);

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":feed", feed->id);
    if (!store_step(store, query, &row, error))
        return FALSE;
    if (row) {
        feed->batch = sqlite3_column_int64(query, 0);
        feed->batch_name = g_strdup(store_column(query, 1));
        feed->duplex = sqlite3_column_int(query, 2) != 0;
        running = sqlite3_column_int(query, 3) != 0;
    }
    if (!running)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("this feed has ended, or another one of its batch was begun since; begin a new one"));
    return running;
}

static gboolean
check_place(Store *store, const Feed *feed, guint sheet, gboolean has_back, GError **error)
{
    guint next;

    if (!store_feed_next_sheet(store, feed->batch, &next, error))
        return FALSE;
    if (sheet < next)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("sheet %u of batch “%s” is in the ledger already"), sheet, feed->batch_name);
    else if (sheet > next)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("sheet %u of batch “%s” cannot be taken before sheet %u"), sheet, feed->batch_name,
                    next);
    else if (has_back && !feed->duplex)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("sheet %u of batch “%s” has a back, but its feed is of fronts only"), sheet,
                    feed->batch_name);
    else
        return TRUE;
    return FALSE;
}

static void
bind_known(StoreQuery *query, const FormReading *reading)
{
    if (reading == NULL)
        return;
    if (reading->serial != NULL && form_serial_is_valid(reading->serial))
        store_bind_text(query, ":serial", reading->serial);
    if (reading->page > 0)
        store_bind_integer(query, ":page_number", reading->page);
}

static gboolean
has_page(const StoreFrame *frame)
{
    return frame->cause == NULL && !frame->bare;
}

static const char *
state_of(const StoreFrame *frame)
{
    if (frame->bare)
        return "bare";
    if (frame->cause != NULL)
        return STORE_FRAME_LOST;
    return frame->result == STORE_PAGE_SAME_FILE || frame->result == STORE_PAGE_SAME_PAGE ? "same" : "stored";
}

/* `page` is 0 for a side that has none. */
static gboolean
insert_frame(Store *store, const Feed *feed, guint sheet, const StoreFrame *frame, gint64 page,
             GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "INSERT INTO frame (batch, sheet, side, feed, state, page, serial, page_number, cause)"
                    " VALUES (:batch, :sheet, :side, :feed, :state, :page, :serial, :page_number, :cause)",
                    error);

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", feed->batch);
    store_bind_integer(query, ":sheet", sheet);
    store_bind_text(query, ":side", store_side_name(frame->side));
    store_bind_integer(query, ":feed", feed->id);
    store_bind_text(query, ":state", state_of(frame));
    if (page != 0)
        store_bind_integer(query, ":page", page);
    bind_known(query, frame->bare ? NULL : frame->reading);
    store_bind_text(query, ":cause", frame->cause);
    return store_run(store, query, error);
}

static gboolean
put_frame(Store *store, const Feed *feed, guint sheet, StoreFrame *frame, StoreAside *aside, GError **error)
{
    StoreImage image = frame->image;
    StorePlacing placing = {0};

    image.batch = feed->batch_name;
    if (has_page(frame) && !store_page_put(store, &image, frame->reading, aside, &placing, error))
        return FALSE;
    frame->result = placing.result;
    return insert_frame(store, feed, sheet, frame, placing.page, error);
}

gboolean
store_put_sheet(Store *store, gint64 feed_id, guint sheet, StoreFrame *frames, guint n_frames, GError **error)
{
    g_auto(Asides) asides = {0};
    g_auto(Feed) feed = {.id = feed_id};
    g_auto(StoreTransaction) transaction = {0};

    if (!check_frames(frames, n_frames, error))
        return FALSE;
    for (guint i = 0; i < n_frames; i++) {
        if (has_page(&frames[i]) &&
            !store_page_prepare(store, &frames[i].image, frames[i].reading, &asides.sides[i], error))
            return FALSE;
    }
    if (!store_begin(store, STORE_WRITE, &transaction, error) || !find_feed(store, &feed, error) ||
        !check_place(store, &feed, sheet, frames[n_frames - 1].side == STORE_SIDE_BACK, error))
        return FALSE;
    for (guint i = 0; i < n_frames; i++) {
        if (!put_frame(store, &feed, sheet, &frames[i], &asides.sides[i], error))
            return FALSE;
    }
    return store_commit(&transaction, error);
}
