/* The image archive: images/ab/cd/<sha256>.ending. */
#pragma once

#include "station-private.h"

/* An image written and synced under a temporary name beside its place. */
typedef struct {
    char *temporary; /* NULL: the image is in its place already */
    char *path;
} StoreAside;

/* Writes `image` aside, unless its place holds it already. */
gboolean store_aside_write(Store *store, const StoreImage *image, StoreAside *aside, GError **error);

/* Gives it its name, for good. */
gboolean store_aside_place(StoreAside *aside, GError **error);

/* Removes what has not been placed. */
void store_aside_clear(StoreAside *aside);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoreAside, store_aside_clear)
