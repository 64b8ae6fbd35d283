/* When the paper is where: a sheet passes the sensors in most of its time, both sides at once; the rest is
 * the gap to the next. */
#include "job-private.h"

#define PASSING 0.875

static gint64
passing_us(const VirtualFeeder *feeder)
{
    double pace = feeder->script.sheets_per_minute;
    return pace > 0 ? (gint64)(PASSING * 60 * G_USEC_PER_SEC / pace) : 0;
}

gint64
virtual_pace_of_byte(const VirtualFeeder *feeder, gsize at)
{
    double part = (double)at / (double)feeder->frame.bytes;
    return feeder->sheet_began + (gint64)(part * (double)passing_us(feeder));
}

gsize
virtual_pace_passed(const VirtualFeeder *feeder)
{
    gint64 whole = passing_us(feeder), now = g_get_monotonic_time() - feeder->sheet_began;
    if (now >= whole)
        return feeder->frame.bytes;
    return (gsize)((double)feeder->frame.bytes * (double)MAX(now, 0) / (double)whole);
}
