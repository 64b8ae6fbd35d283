/* One frame as a device delivers it: the part of a side that was asked for, in the mode asked for, row by row
 * out of a page image. Nothing of it is made before it is read. */
#pragma once

#include "image-private.h"

#include <sane/sane.h>

#define VIRTUAL_MM_PER_INCH 25.4

/* The largest window, an A3's width and 84 cm: at 600 dpi it stays below VIRTUAL_MAX_SIDE_PX. */
#define VIRTUAL_MAX_WIDTH_MM  305
#define VIRTUAL_MAX_HEIGHT_MM 840
#define VIRTUAL_MIN_DPI       75
#define VIRTUAL_MAX_DPI       600

typedef enum {
    VIRTUAL_LINEART,
    VIRTUAL_GRAY,
    VIRTUAL_COLOR,
} VirtualMode;

typedef struct {
    VirtualMode mode;
    int depth; /* 8 or 16, of gray and colour */
    int dpi;
    SANE_Fixed tl_x, tl_y, br_x, br_y; /* mm */
    gboolean three_pass;               /* colour comes as three frames */
    gboolean unknown_height;           /* lines are -1, the page ends with the paper */
    int row_padding;                   /* bytes behind each row */
} VirtualRequest;

/* What SANE tells of a frame. `channel` is 0 to 2 for the frames of a three pass page. `lines` is -1 when
 * the height is unknown. */
SANE_Parameters virtual_request_parameters(const VirtualRequest *request, int channel);

typedef struct {
    SANE_Parameters parameters;
    int rows; /* as many as really come */
    gsize bytes;
    VirtualRequest request;
    int channel;         /* three pass: 0 to 2; else -1 */
    VirtualImage *image; /* not owned */
    gboolean blank;      /* a white side of the image's size */
    gboolean upside_down;
    int channels;                        /* of the rows before they take the mode's form: 1 or 3 */
    int paper_width_px, paper_height_px; /* of the whole side at the dpi asked for */
    int left_px, top_px;                 /* of the window */
    int flat_from, garbage_from;         /* rows from which on a fault spoils them; `rows` or beyond: none */
    gboolean plain;                      /* rows are the image's own bytes */
    guint8 *row, *side_row;              /* scratch: a finished row; a row of the whole side */
    float *sums;                         /* scratch of scaling */
    int row_held;                        /* which stands in `row`; -1: none */
} VirtualFrame;

/* Makes a frame of `image` ready, which must outlive it; decodes the image unless its bytes serve as they
 * are. `upside_down` turns the side by 180 degrees; FALSE when the image is damaged. `frame` is cleared by
 * the caller in any case. */
gboolean virtual_frame_init(VirtualFrame *frame, const VirtualRequest *request, int channel,
                            VirtualImage *image, gboolean blank, gboolean upside_down, GError **error);
void virtual_frame_clear(VirtualFrame *frame);

/* Copies `n` bytes from byte `at` of the frame on; both lie within `bytes`. FALSE when the file has gone. */
gboolean virtual_frame_read(VirtualFrame *frame, guint8 *to, gsize at, gsize n);

/* Spoils the rows from `row` on: all of one grey as an incomplete JPEG's, or noise. */
void virtual_frame_flatten(VirtualFrame *frame, int row);
void virtual_frame_garble(VirtualFrame *frame, int row);
