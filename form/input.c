#include "input-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "form-error.h"

#define CHUNK_BYTES (1 << 20)

static void
close_descriptor(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

static GBytes *
fail(const char *path, int code, GError **error)
{
    gboolean machine = code == EIO || code == ENOMEM || code == EMFILE || code == ENFILE;
    g_set_error(error, FORM_ERROR, machine ? FORM_ERROR_MACHINE : FORM_ERROR_INPUT,
                _("%s: cannot be read: %s; check its name and permissions"), path, g_strerror(code));
    return NULL;
}

static GBytes *
fail_too_large(const char *path, gsize max_bytes, GError **error)
{
    g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT, _("%s: larger than %u MB; is it the right file?"), path,
                (guint)(max_bytes >> 20));
    return NULL;
}

GBytes *
input_read(const char *path, gsize max_bytes, GError **error)
{
    __attribute__((cleanup(close_descriptor))) int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) < 0)
        return fail(path, errno, error);
    gsize told = S_ISREG(status.st_mode) ? (gsize)status.st_size : 0;
    if (told > max_bytes)
        return fail_too_large(path, max_bytes, error);
    g_autoptr(GByteArray) bytes = g_byte_array_sized_new((guint)told + CHUNK_BYTES);
    /* Read until the end and not by the size told: a pipe has none, and a file may grow. */
    for (;;) {
        guint filled = bytes->len;
        g_byte_array_set_size(bytes, filled + CHUNK_BYTES);
        ssize_t got = read(descriptor, bytes->data + filled, CHUNK_BYTES);
        if (got < 0 && errno != EINTR)
            return fail(path, errno, error);
        g_byte_array_set_size(bytes, filled + (guint)MAX(got, 0));
        if (got == 0)
            return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
        if (bytes->len > max_bytes)
            return fail_too_large(path, max_bytes, error);
    }
}
