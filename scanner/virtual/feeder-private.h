/* A virtual feeder while it is open: its pile, its script and the job it is at.
 *
 *     idle --start--> reading --EOF--> between --start--> reading ...
 *       ^                |                |
 *       +---- fault, cancel, end of the pile ----+
 *
 * A sheet is out of the pile once sane_start() for its first side has got past the faults at its start. A
 * fault or a cancel ends the job: what has not been read of the sheet then is lost, the next job begins with
 * the sheet that lies on top. */
#pragma once

#include "options-private.h"
#include "pile-private.h"

typedef struct {
    VirtualScript script;
    VirtualPile pile;
    VirtualOptions options;

    /* the job */
    gboolean working; /* from the first start to the end of the job */
    int side;         /* of which frames are read; 0: none */
    guint feed;       /* sides fed since it was opened */
    VirtualImage image;
    VirtualFrame frame;
    gboolean reading;    /* a frame is begun, and EOF not told yet */
    gsize at;            /* bytes read of the frame */
    VirtualFault *fault; /* the next in this frame */
    int wrong_reads;     /* reads of a wrong length still to come; -1: until a cancel */
    VirtualWhat wrong;   /* which */
    gboolean ending;     /* the pile has ended, the first read tells it */

    /* sensors */
    gboolean cover_open, double_feed;

    /* pace: monotonic µs */
    gint64 sheet_began, next_sheet;

    int cancel_fd;      /* an eventfd, so that cancel may come from another thread or a signal */
    int cancel_pending; /* atomic */
} VirtualFeeder;

/* NULL when the folder or its script cannot be used (virtual_log() tells why). */
VirtualFeeder *virtual_feeder_open(const char *dir);
void virtual_feeder_free(VirtualFeeder *feeder);

/* As SANE has them. Only cancel may be called from another thread. */
SANE_Status virtual_feeder_start(VirtualFeeder *feeder);
SANE_Status virtual_feeder_read(VirtualFeeder *feeder, SANE_Byte *data, SANE_Int most, SANE_Int *length);
void virtual_feeder_cancel(VirtualFeeder *feeder);

/* Ends the job if it was cancelled; to be called before anything else that the device is asked. TRUE when it
 * was. */
gboolean virtual_feeder_settle(VirtualFeeder *feeder);
