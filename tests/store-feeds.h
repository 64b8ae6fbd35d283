/* Feeds to test the ledger with, written as text: sheets apart by commas, their sides by spaces. A side is
 *
 *   S1/2        page 2 of questionnaire S1, from a scan of its own
 *   S1/2=a      the same, and its answer is another: "1" unless given
 *   ~/2         page 2 of a form without serials
 *   ?           nothing could be read of it
 *   ?x          the same, from an image of the bytes "x": one that came before when it was there
 *   X1/1?       refused, but its serial and page are known
 *   !jammed     lost
 *   S1/2!tail   lost, but known
 *   bare        nothing is printed on it
 *   -           no line at all */
#pragma once

#include "store-ledger.h"
#include "store-station.h"

typedef struct {
    GBytes *bytes;
    char *sha256;
    FormReading *reading;
    char *cause;
    gboolean bare;
} FeedSide;

static inline void
feed_side_clear(FeedSide *side)
{
    g_clear_pointer(&side->bytes, g_bytes_unref);
    g_clear_pointer(&side->sha256, g_free);
    g_clear_pointer(&side->reading, form_reading_free);
    g_clear_pointer(&side->cause, g_free);
}

/* Every scan differs from every other by its `scan`. */
static inline FeedSide
feed_side_parse(const char *text, const char *scan)
{
    gsize name = strcspn(text, "?!=");
    g_autofree char *name_text = g_strndup(text, name);
    g_auto(GStrv) known = name > 0 ? g_strsplit(name_text, "/", 2) : NULL;
    const char *rest = text + name;
    g_autofree char *content =
        rest[0] == '?' && rest[1] != '\0' ? g_strdup(rest + 1) : g_strdup_printf("%s %s", text, scan);
    FeedSide side = {.bytes = g_bytes_new(content, strlen(content))};

    side.sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, side.bytes);
    side.bare = g_str_equal(text, "bare");
    if (known != NULL && known[1] != NULL)
        side.reading = reading_new("DEMO", 1, g_str_equal(known[0], "~") ? NULL : known[0], atoi(known[1]),
                                   rest[0] == '=' ? rest + 1 : "1");
    else if (rest[0] == '?')
        side.reading = form_reading_new("a.jpg", 0);
    if (rest[0] == '?')
        form_reading_refuse(side.reading, "no_form", NULL);
    if (rest[0] == '!')
        side.cause = g_strdup(rest + 1);
    return side;
}

static inline StoreFrame
feed_side_frame(const FeedSide *side, StoreSide which)
{
    return (StoreFrame){.side = which,
                        .image = {side->bytes, side->sha256, "jpg", "feeder", NULL, NULL},
                        .reading = side->reading,
                        .bare = side->bare,
                        .cause = side->cause};
}

/* Puts one sheet of such a text. */
static inline gboolean
feed_try_sheet(Store *store, gint64 feed, guint number, const char *text, const char *scan, GError **error)
{
    g_auto(GStrv) texts = g_strsplit(text, " ", -1);
    guint n = 0;
    FeedSide sides[2] = {0};
    StoreFrame frames[2];

    for (guint i = 0; i < 2 && texts[i] != NULL; i++) {
        g_autofree char *own = g_strdup_printf("%s %u", scan, i);
        if (g_str_equal(texts[i], "-"))
            continue;
        sides[n] = feed_side_parse(texts[i], own);
        frames[n] = feed_side_frame(&sides[n], (StoreSide)i);
        n++;
    }
    gboolean put = store_put_sheet(store, feed, number, frames, n, error);
    for (guint i = 0; i < n; i++)
        feed_side_clear(&sides[i]);
    return put;
}

static inline StoreFeed
feed_begin(Station *station, gboolean duplex, guint counted)
{
    const StoreFeedStart start = {.batch = station->batch,
                                  .scanner = "virtual:test",
                                  .settings_json = "{\"dpi\": 300}",
                                  .duplex = duplex,
                                  .sheets = counted};
    StoreFeed feed = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(store_feed_begin(station->store, &start, &feed, &error));
    g_assert_no_error(error);
    return feed;
}

/* A whole feed: "CAUSE: SHEET, SHEET"; a duplex one unless `simplex`. An empty cause leaves it running. */
static inline void
feed_run(Station *station, gboolean simplex, guint counted, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ": ", 2);
    g_auto(GStrv) sheets = g_strsplit(parts[1], ", ", -1);
    StoreFeed feed = feed_begin(station, !simplex, counted);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; sheets[i] != NULL && sheets[i][0] != '\0'; i++) {
        g_autofree char *scan = g_strdup_printf("%" G_GINT64_FORMAT "-%u", feed.id, i);
        g_assert_true(feed_try_sheet(station->store, feed.id, feed.next_sheet + i, sheets[i], scan, &error));
        g_assert_no_error(error);
    }
    if (parts[0][0] != '\0') {
        g_assert_true(store_feed_end(station->store, feed.id, parts[0], &error));
        g_assert_no_error(error);
    }
}

static inline StoreLedger *
feed_ledger(Station *station)
{
    g_autoptr(GError) error = NULL;
    StoreLedger *ledger = store_ledger(station->store, station->batch, &error);

    g_assert_no_error(error);
    return ledger;
}
