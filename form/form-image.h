/* Leptonica's PIX is our image type: its clean-up, and the way from Cairo. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <leptonica/allheaders.h>

static inline void
form_pix_free(PIX *pix)
{
    pixDestroy(&pix);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PIX, form_pix_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_t, cairo_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_surface_t, cairo_surface_destroy)

/* A copy of a CAIRO_FORMAT_RGB24 surface: 32 bpp with `colour`, else 8 bpp grey (ITU-R BT.601 luma). NULL
 * when out of memory. The caller frees it. */
PIX *form_image_from_surface(cairo_surface_t *surface, gboolean colour);
