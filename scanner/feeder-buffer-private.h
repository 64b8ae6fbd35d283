/* Page buffers: memory that the feeder process fills and the station reads (memfd). The feeder process makes
 * and grows them, never shrinks them (sealed), so that reading them cannot fail. */
#pragma once

#include <glib.h>

/* The largest: 160 M pixels in colour with padding and 16 bit are more than is ever scanned; 1 GB is refused.
 */
#define FEEDER_BUFFER_MAX_BYTES ((gsize)1024 * 1024 * 1024)

typedef struct {
    int fd; /* -1: none */
    guint8 *data;
    gsize bytes;
} FeederBuffer;

#define FEEDER_BUFFER_NONE ((FeederBuffer){.fd = -1})

void feeder_buffer_clear(FeederBuffer *buffer);

/* The feeder's side: makes the buffer, or makes it larger; what it holds stays. FALSE: no memory, or too
 * large. */
gboolean feeder_buffer_grow(FeederBuffer *buffer, gsize bytes);

/* The station's side: maps what `buffer->fd` holds for reading, at least `bytes`. FALSE where it is smaller.
 */
gboolean feeder_buffer_map(FeederBuffer *buffer, gsize bytes);
