/* sane_start(): the next side, or the next pass over this one. */
#include "job-private.h"
#include "log-private.h"

static int
front_of(int sheet)
{
    return 2 * sheet - 1;
}

/* The side that comes next: the back of the sheet that is in the feeder, or the top sheet's first. */
static int
next_side(const VirtualFeeder *feeder)
{
    VirtualSource source = feeder->options.source;
    if (source == VIRTUAL_DUPLEX && feeder->side % 2 == 1)
        return feeder->side + 1;
    return front_of(feeder->pile.top) + (source == VIRTUAL_BACKS);
}

/* A blank back is as large as its front. */
static gboolean
open_image(VirtualFeeder *feeder, gboolean *blank)
{
    const char *path = virtual_pile_side(&feeder->pile, feeder->side);
    g_autoptr(GError) error = NULL;
    *blank = path == NULL;
    if (*blank)
        path = virtual_pile_side(&feeder->pile, feeder->side - 1);
    virtual_image_clear(&feeder->image);
    if (path != NULL && virtual_image_open(&feeder->image, path, &error))
        return TRUE;
    virtual_log("%s: %s", path, error != NULL ? error->message : "");
    return FALSE;
}

static SANE_Status
begin_frame(VirtualFeeder *feeder, int channel, gboolean blank)
{
    VirtualRequest request = virtual_options_request(&feeder->options, &feeder->script);
    gboolean upside_down = feeder->side % 2 == 0 && feeder->script.upside_down_backs;
    g_autoptr(GError) error = NULL;
    virtual_frame_clear(&feeder->frame);
    if (!virtual_frame_init(&feeder->frame, &request, channel, &feeder->image, blank, upside_down, &error)) {
        virtual_log("side %d: %s", feeder->side, error->message);
        virtual_job_end(feeder);
        return SANE_STATUS_IO_ERROR;
    }
    feeder->at = 0;
    feeder->reading = TRUE;
    feeder->fault = virtual_job_fault(feeder, feeder->side, FALSE);
    return SANE_STATUS_GOOD;
}

static SANE_Status
begin_side(VirtualFeeder *feeder, int side)
{
    gboolean blank;
    feeder->side = side;
    if (!open_image(feeder, &blank)) {
        virtual_job_end(feeder);
        return SANE_STATUS_IO_ERROR;
    }
    return begin_frame(feeder, 0, blank);
}

/* Some devices notice that the pile has ended only while they are read. */
static SANE_Status
end_of_pile(VirtualFeeder *feeder)
{
    virtual_pile_load(&feeder->pile, feeder->pile.top);
    if (!feeder->script.end_in_read) {
        virtual_job_end(feeder);
        return SANE_STATUS_NO_DOCS;
    }
    virtual_frame_clear(&feeder->frame);
    feeder->frame = (VirtualFrame){.row_held = -1};
    VirtualRequest request = virtual_options_request(&feeder->options, &feeder->script);
    feeder->frame.parameters = virtual_request_parameters(&request, 0);
    feeder->ending = feeder->reading = TRUE;
    return SANE_STATUS_GOOD;
}

/* The sheet's time comes. */
static gboolean
wait_for_sheet(VirtualFeeder *feeder)
{
    double pace = feeder->script.sheets_per_minute;
    if (!virtual_job_wait(feeder, pace > 0 ? feeder->next_sheet : 0))
        return FALSE;
    feeder->sheet_began = g_get_monotonic_time();
    feeder->next_sheet = feeder->sheet_began + (pace > 0 ? (gint64)(60 * G_USEC_PER_SEC / pace) : 0);
    return TRUE;
}

/* The sheet leaves the pile, unless it has. A fault leaves it there, but for a multi-pick, which is known
 * only once it is drawn. */
static SANE_Status
draw_sheet(VirtualFeeder *feeder, int side, gboolean drawn)
{
    VirtualFault *fault = virtual_job_fault(feeder, side, TRUE);
    if (!drawn && (fault == NULL || fault->what == VIRTUAL_MULTI_PICK))
        virtual_pile_draw(&feeder->pile, 1);
    if (fault == NULL)
        return SANE_STATUS_GOOD;
    virtual_script_happened(&feeder->script, fault, feeder->feed);
    return virtual_job_strike(feeder, fault);
}

static SANE_Status
start_side(VirtualFeeder *feeder)
{
    gboolean drawn = feeder->options.source == VIRTUAL_DUPLEX && feeder->side % 2 == 1;
    int side = next_side(feeder);
    feeder->working = TRUE;
    feeder->feed++;
    if (!drawn) {
        feeder->cover_open = feeder->double_feed = FALSE;
        if (!virtual_pile_is_loaded(&feeder->pile))
            return end_of_pile(feeder);
    }
    if (!drawn && !wait_for_sheet(feeder)) {
        virtual_feeder_settle(feeder);
        return SANE_STATUS_CANCELLED;
    }
    SANE_Status status = draw_sheet(feeder, side, drawn);
    return status == SANE_STATUS_GOOD ? begin_side(feeder, side) : status;
}

SANE_Status
virtual_feeder_start(VirtualFeeder *feeder)
{
    virtual_feeder_settle(feeder);
    VirtualRequest request = virtual_options_request(&feeder->options, &feeder->script);
    if (feeder->reading || request.br_x <= request.tl_x || request.br_y <= request.tl_y)
        return SANE_STATUS_INVAL;
    if (feeder->side > 0 && !feeder->frame.parameters.last_frame)
        return begin_frame(feeder, feeder->frame.channel + 1, feeder->frame.blank);
    return start_side(feeder);
}
