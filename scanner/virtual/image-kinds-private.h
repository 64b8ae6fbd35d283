/* What image.c asks of each kind of file. `data` is the file; pixels are rows without gaps. */
#pragma once

#include "image-private.h"

/* Sizes and dpi (0: not told). FALSE when the head is damaged. */
gboolean virtual_jpeg_size(VirtualImage *image, GError **error);
gboolean virtual_png_size(VirtualImage *image, GError **error);
gboolean virtual_pnm_size(VirtualImage *image, GError **error);

gboolean virtual_jpeg_decode(const VirtualImage *image, int channels, guint8 *pixels, GError **error);
gboolean virtual_png_decode(const VirtualImage *image, int channels, guint8 *pixels, GError **error);
gboolean virtual_pnm_decode(const VirtualImage *image, int channels, guint8 *pixels, GError **error);

/* Notes in `error` what is wrong with an image, and returns FALSE. */
gboolean virtual_image_fail(GError **error, const char *problem);

/* Grey from colour or colour from grey, `n` pixels. */
void virtual_grey_from_colour(const guint8 *colour, guint8 *grey, gsize n);
void virtual_colour_from_grey(const guint8 *grey, guint8 *colour, gsize n);
