/* How frame.c comes by one row of a side. */
#pragma once

#include "frame-private.h"

/* Row `y` of the whole side at the dpi asked for, upright as the image has it: frame->channels bytes a pixel,
 * frame->paper_width_px pixels. Points into the image or into frame->side_row. */
const guint8 *virtual_frame_side_row(VirtualFrame *frame, int y);
