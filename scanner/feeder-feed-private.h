/* One run of the feeder, in the feeder process: sheet after sheet into page buffers, until something ends it.
 *
 * The rule of SANE is kept: start, read to the end, start …, one cancel at the end. Only sane_cancel() is
 * ever called from another thread, once, and only while the device thread is within a call. */
#pragma once

#include "feeder-buffer-private.h"
#include "feeder-device-private.h"

#define FEEDER_MAX_BUFFERS 4

typedef struct {
    int socket;                               /* to the station */
    FeederDevice device;                      /* the device thread's alone, but for sane_cancel() */
    FeederBuffer buffers[FEEDER_MAX_BUFFERS]; /* likewise */
    gboolean sent[FEEDER_MAX_BUFFERS];        /* likewise: the station has this one's descriptor */

    GMutex mutex; /* guards all below */
    GCond changed;
    gboolean lent[FEEDER_MAX_BUFFERS]; /* the station reads this one */
    gboolean paused;
    gboolean stop;    /* after the sheet in work */
    gboolean cancel;  /* at once */
    gboolean calling; /* the device thread is within sane_start() or sane_read() */
} FeederFeed;

void feeder_feed_init(FeederFeed *feed, int socket);
void feeder_feed_clear(FeederFeed *feed);

/* Feeds until something ends the run, and tells the station of each page, of what was lost, and of the end:
 * the messages "calling", "waiting", "reading", "page", "ending", "ended". For the device thread. */
void feeder_feed_run(FeederFeed *feed);

/* For the other thread. The first comes before every run: what was asked of an earlier one is forgotten. */
void feeder_feed_prepare(FeederFeed *feed);
void feeder_feed_pause(FeederFeed *feed, gboolean paused);
void feeder_feed_stop(FeederFeed *feed);
void feeder_feed_cancel(FeederFeed *feed);
void feeder_feed_give_back(FeederFeed *feed, guint buffer);
