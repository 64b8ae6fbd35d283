/* sane_read(): bytes, as they pass the sensor, and the faults on the way. */
#include "job-private.h"
#include "log-private.h"

/* A slow device is read in at most so many parts a frame. */
#define PARTS 16

/* A length that is not told. */
#define UNSET G_MININT

static int
row_of(const VirtualFrame *frame, const VirtualPlace *at)
{
    return at->last_row ? frame->rows - 1 : (int)(at->part * frame->rows);
}

/* Byte at which the next fault strikes; the frame's end for none. */
static gsize
fault_at(const VirtualFeeder *feeder)
{
    const VirtualFrame *frame = &feeder->frame;
    if (feeder->fault == NULL)
        return frame->bytes;
    return (gsize)row_of(frame, &feeder->fault->at) * (gsize)frame->parameters.bytes_per_line;
}

static SANE_Int
wrong_length(VirtualFeeder *feeder)
{
    if (feeder->wrong_reads > 0)
        feeder->wrong_reads--;
    return feeder->wrong == VIRTUAL_LENGTH_ZERO ? 0 : feeder->wrong == VIRTUAL_LENGTH_MINUS ? -1 : UNSET;
}

/* Faults that leave the job going change what comes; the others are struck. */
static SANE_Status
meet_fault(VirtualFeeder *feeder)
{
    VirtualFault *fault = feeder->fault;
    virtual_script_happened(&feeder->script, fault, feeder->feed);
    SANE_Status status = SANE_STATUS_GOOD;
    int row = row_of(&feeder->frame, &fault->at);
    switch (fault->what) {
    case VIRTUAL_FLAT_TAIL:
        virtual_frame_flatten(&feeder->frame, row);
        break;
    case VIRTUAL_GARBAGE:
        virtual_frame_garble(&feeder->frame, row);
        break;
    case VIRTUAL_SHORT:
        feeder->frame.bytes = feeder->at;
        break;
    case VIRTUAL_LENGTH_UNSET:
    case VIRTUAL_LENGTH_MINUS:
    case VIRTUAL_LENGTH_ZERO:
        feeder->wrong = fault->what;
        feeder->wrong_reads = fault->times > 0 ? fault->times : -1;
        break;
    default:
        status = virtual_job_strike(feeder, fault);
    }
    if (status == SANE_STATUS_GOOD)
        feeder->fault = virtual_job_fault(feeder, feeder->side, FALSE);
    return status;
}

/* Waits until a part of the frame has passed, no more than is asked for. */
static gboolean
wait_for_paper(VirtualFeeder *feeder, gsize end, gsize *n)
{
    gsize part = MIN(*n, feeder->frame.bytes / PARTS + 1);
    if (!virtual_job_wait(feeder, virtual_pace_of_byte(feeder, MIN(feeder->at + part, end))))
        return FALSE;
    gsize passed = MIN(virtual_pace_passed(feeder), end);
    if (passed > feeder->at)
        *n = MIN(*n, passed - feeder->at);
    else
        *n = MIN(*n, part);
    return TRUE;
}

static SANE_Status
read_bytes(VirtualFeeder *feeder, SANE_Byte *data, gsize most, SANE_Int *length)
{
    gsize end = MIN(fault_at(feeder), feeder->frame.bytes), n = MIN(most, end - feeder->at);
    if (feeder->script.sheets_per_minute > 0 && !wait_for_paper(feeder, end, &n)) {
        virtual_feeder_settle(feeder);
        return SANE_STATUS_CANCELLED;
    }
    if (!virtual_frame_read(&feeder->frame, data, feeder->at, n)) {
        virtual_log("side %d: its file has changed", feeder->side);
        virtual_job_end(feeder);
        return SANE_STATUS_IO_ERROR;
    }
    feeder->at += n;
    *length = (SANE_Int)n;
    return SANE_STATUS_GOOD;
}

/* `*length` is 0 at first. */
static SANE_Status
read_next(VirtualFeeder *feeder, SANE_Byte *data, SANE_Int most, SANE_Int *length)
{
    if (virtual_feeder_settle(feeder))
        return SANE_STATUS_CANCELLED;
    if (feeder->ending) {
        virtual_job_end(feeder);
        return SANE_STATUS_NO_DOCS;
    }
    if (feeder->side == 0 || most < 0)
        return SANE_STATUS_INVAL;
    while (feeder->wrong_reads == 0 && feeder->fault != NULL && feeder->at >= fault_at(feeder)) {
        SANE_Status status = meet_fault(feeder);
        if (status != SANE_STATUS_GOOD)
            return status;
    }
    if (feeder->wrong_reads != 0) {
        *length = wrong_length(feeder);
        return SANE_STATUS_GOOD;
    }
    if (feeder->at == feeder->frame.bytes) {
        feeder->reading = FALSE;
        return SANE_STATUS_EOF;
    }
    return read_bytes(feeder, data, (gsize)most, length);
}

SANE_Status
virtual_feeder_read(VirtualFeeder *feeder, SANE_Byte *data, SANE_Int most, SANE_Int *length)
{
    SANE_Int told = 0;
    SANE_Status status = read_next(feeder, data, most, &told);
    if (told != UNSET)
        *length = told;
    return status;
}
