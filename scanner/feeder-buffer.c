#include "feeder-buffer-private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
unmap(FeederBuffer *buffer)
{
    if (buffer->data)
        munmap(buffer->data, buffer->bytes);
    buffer->data = NULL;
    buffer->bytes = 0;
}

void
feeder_buffer_clear(FeederBuffer *buffer)
{
    unmap(buffer);
    if (buffer->fd >= 0)
        close(buffer->fd);
    buffer->fd = -1;
}

static gboolean
map(FeederBuffer *buffer, gsize bytes, int access)
{
    unmap(buffer);
    void *data = mmap(NULL, bytes, access, MAP_SHARED, buffer->fd, 0);
    if (data == MAP_FAILED)
        return FALSE;
    buffer->data = data;
    buffer->bytes = bytes;
    return TRUE;
}

gboolean
feeder_buffer_grow(FeederBuffer *buffer, gsize bytes)
{
    if (bytes <= buffer->bytes)
        return TRUE;
    if (bytes > FEEDER_BUFFER_MAX_BYTES)
        return FALSE;
    if (buffer->fd < 0) {
        buffer->fd = memfd_create("phieu page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (buffer->fd < 0 || fcntl(buffer->fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0)
            return FALSE;
    }
    return ftruncate(buffer->fd, (off_t)bytes) == 0 && map(buffer, bytes, PROT_READ | PROT_WRITE);
}

gboolean
feeder_buffer_map(FeederBuffer *buffer, gsize bytes)
{
    struct stat about;
    if (bytes <= buffer->bytes)
        return TRUE;
    int seals = fcntl(buffer->fd, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(buffer->fd, &about) != 0 ||
        (guint64)about.st_size > FEEDER_BUFFER_MAX_BYTES || (gsize)about.st_size < bytes)
        return FALSE;
    return map(buffer, (gsize)about.st_size, PROT_READ);
}
