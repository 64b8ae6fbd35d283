/* What start.c and read.c share. */
#pragma once

#include "feeder-private.h"

void virtual_job_end(VirtualFeeder *feeder);

/* The fault that comes next in the side being fed. */
VirtualFault *virtual_job_fault(const VirtualFeeder *feeder, int side, gboolean start);

/* Lets a fault loose that ends the job, hangs or kills: returns the status to tell, GOOD when the job goes
 * on. A multi-pick at the start has its sheet drawn already. */
SANE_Status virtual_job_strike(VirtualFeeder *feeder, VirtualFault *fault);

/* Waits until `until` (monotonic µs; -1: for ever). FALSE when a cancel came first. */
gboolean virtual_job_wait(VirtualFeeder *feeder, gint64 until);

/* When byte `at` of the frame has passed the sensor, and how many have by now. */
gint64 virtual_pace_of_byte(const VirtualFeeder *feeder, gsize at);
gsize virtual_pace_passed(const VirtualFeeder *feeder);
