/* Opening a file, telling its kind, and what all kinds share. */
#include "file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "words-private.h"

#define MIN_DPI 50
#define MAX_DPI 2400

typedef struct {
    const char *name;
    guint offset;
    const char *magic;
    guint length;
} Magic;

/* Kinds that people try, and that are named to them. */
static const Magic foreign_kinds[] = {
    {"BMP", 0, "BM", 2},
    {"GIF", 0, "GIF8", 4},
    {"WebP", 8, "WEBP", 4},
    {"HEIC", 4, "ftyphei", 7},
    {"HEIC", 4, "ftypmif1", 8},
    {"AVIF", 4, "ftypavif", 8},
    {"JPEG 2000", 4, "jP  ", 4},
    {"JPEG 2000", 0, "\xff\x4f\xff\x51", 4},
    {"JPEG XL", 4, "JXL ", 4},
    {"JPEG XL", 0, "\xff\x0a", 2},
    {"DjVu", 0, "AT&TFORM", 8},
    {"PostScript", 0, "%!PS", 4},
    {"ZIP or Office", 0, "PK\x03\x04", 4},
};

static gboolean
has_magic(const guint8 *head, gsize size, guint offset, const char *magic, guint length)
{
    return size >= offset + length && memcmp(head + offset, magic, length) == 0;
}

const ScannerKind *
scanner_kind_of(const guint8 *head, gsize size)
{
    static const char *const tiff_magics[] = {"II\x2a\x00", "MM\x00\x2a", "II\x2b\x00", "MM\x00\x2b"};

    if (has_magic(head, size, 0, "\xff\xd8\xff", 3))
        return &scanner_kind_jpeg;
    if (has_magic(head, size, 0, "\x89PNG\r\n\x1a\n", 8))
        return &scanner_kind_png;
    for (guint i = 0; i < G_N_ELEMENTS(tiff_magics); i++)
        if (has_magic(head, size, 0, tiff_magics[i], 4))
            return &scanner_kind_tiff;
    /* A PDF may have bytes before its header (ISO 32000-1, annex H, note 13: within the first 1024). */
    if (memmem(head, MIN(size, SCANNER_HEAD_BYTES), "%PDF-", 5) != NULL)
        return &scanner_kind_pdf;
    return NULL;
}

static const char *
foreign_kind_of(const guint8 *head, gsize size)
{
    for (guint i = 0; i < G_N_ELEMENTS(foreign_kinds); i++)
        if (has_magic(head, size, foreign_kinds[i].offset, foreign_kinds[i].magic, foreign_kinds[i].length))
            return foreign_kinds[i].name;
    if (size >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' && g_ascii_isspace(head[2]))
        return "PNM";
    return NULL;
}

/* One printable line: libraries put line ends, and bytes of the damaged file, into their words. */
static char *
one_line(const char *text)
{
    char *line = g_utf8_make_valid(text, -1);
    for (char *at = line; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    return line;
}

gboolean
scanner_fail(const ScannerFile *file, int index, ScannerError code, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *what = one_line(text);

    if (index >= 0 && file->n_pages > 1)
        g_set_error(error, SCANNER_ERROR, code, _("%s, page %d: %s"), file->name, index + 1, what);
    else
        g_set_error(error, SCANNER_ERROR, code, _("%s: %s"), file->name, what);
    return FALSE;
}

gboolean
scanner_check_size(const ScannerFile *file, int index, double width_px, double height_px, GError **error)
{
    if (MIN(width_px, height_px) < SCANNER_MIN_SIDE_PX)
        return scanner_fail(
            file, index, SCANNER_ERROR_DAMAGED, error,
            _("%.0f × %.0f pixels are too few for a page (at least %d each way); scan it at 150 dpi or more"),
            width_px, height_px, SCANNER_MIN_SIDE_PX);
    if (MAX(width_px, height_px) > SCANNER_MAX_SIDE_PX || width_px * height_px > SCANNER_MAX_PIXELS)
        return scanner_fail(
            file, index, SCANNER_ERROR_DAMAGED, error,
            _("%.0f × %.0f pixels are too many for a page (at most %d each way, %d million in all); "
              "scan it at 300 dpi"),
            width_px, height_px, SCANNER_MAX_SIDE_PX, SCANNER_MAX_PIXELS / 1000000);
    return TRUE;
}

PIX *
scanner_pix_new(const ScannerFile *file, int index, int width_px, int height_px, int depth, GError **error)
{
    PIX *pix = pixCreateNoInit(width_px, height_px, depth);
    if (pix == NULL)
        scanner_fail(file, index, SCANNER_ERROR_MACHINE, error, _("not enough memory for %d × %d pixels"),
                     width_px, height_px);
    return pix;
}

void
scanner_pix_from_byte_order(PIX *pix)
{
    words_turn(pixGetData(pix), pixGetData(pix), (gsize)pixGetWpl(pix) * (gsize)pixGetHeight(pix));
    pixSetPadBits(pix, 0);
}

PIX *
scanner_pix_least_depth(PIX *pix)
{
    if (pixGetDepth(pix) != 32)
        return pixClone(pix);
    gsize n = (gsize)pixGetWpl(pix) * (gsize)pixGetHeight(pix);
    const guint32 *data = pixGetData(pix);
    for (gsize i = 0; i < n; i++)
        if ((data[i] ^ data[i] << 8) & 0xffff0000)
            return pixClone(pix);
    PIX *grey = pixConvertRGBToGrayFast(pix);
    return grey != NULL ? grey : pixClone(pix);
}

double
scanner_believable_dpi(double dpi)
{
    return isfinite(dpi) && dpi >= MIN_DPI && dpi <= MAX_DPI ? dpi : 0;
}

void
scanner_page_clear(ScannerPage *page)
{
    pixDestroy(&page->pix);
    *page = (ScannerPage){0};
}

/* Whose fault it is that a path cannot be opened or read. */
static ScannerError
error_code_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case ENXIO:
        return SCANNER_ERROR_INPUT;
    default:
        return SCANNER_ERROR_MACHINE;
    }
}

static gboolean
fail_by_errno(const char *name, int number, GError **error)
{
    g_set_error(error, SCANNER_ERROR, error_code_of_errno(number),
                _("%s: cannot be read: %s; check its name and permissions"), name, g_strerror(number));
    return FALSE;
}

static gboolean
read_fully(int fd, guint8 *data, gsize size, gsize *got)
{
    *got = 0;
    while (*got < size) {
        gssize n = read(fd, data + *got, size - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        if (n == 0)
            break;
        *got += (gsize)n;
    }
    return TRUE;
}

static GBytes *
read_descriptor(int fd, const char *name, GError **error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        fail_by_errno(name, errno, error);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT, _("%s: %s; name an image file"), name,
                    S_ISDIR(status.st_mode) ? _("is a folder") : _("is not a regular file"));
        return NULL;
    }
    if (status.st_size > SCANNER_MAX_FILE_BYTES) {
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_DAMAGED,
                    _("%s: larger than %d MB; split it into several files"), name,
                    (int)(SCANNER_MAX_FILE_BYTES / (1024 * 1024)));
        return NULL;
    }
    gsize size = (gsize)status.st_size, got;
    g_autofree guint8 *data = g_try_malloc(MAX(size, 1));
    if (data == NULL) {
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE, _("%s: not enough memory for the file"),
                    name);
        return NULL;
    }
    if (!read_fully(fd, data, size, &got)) {
        fail_by_errno(name, errno, error);
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&data), got);
}

ScannerFile *
scanner_file_open(const char *path, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);
    /* O_NONBLOCK: a named pipe without a writer must not hang the station. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        fail_by_errno(name, errno, error);
        return NULL;
    }
    g_autoptr(GBytes) bytes = read_descriptor(fd, name, error);
    close(fd);
    return bytes != NULL ? scanner_file_open_bytes(name, bytes, error) : NULL;
}

/* Why bytes of no kind of ours are refused. A file that lost its content (a broken copy, a power cut) may
 * have held a sheet; anything else never did. */
static gboolean
fail_unknown_kind(const ScannerFile *file, const guint8 *data, gsize size, GError **error)
{
    if (size == 0)
        return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error,
                            _("is empty (0 bytes); copy or scan it again"));

    gsize head = MIN(size, SCANNER_HEAD_BYTES), zeros = 0;
    while (zeros < head && data[zeros] == 0)
        zeros++;
    if (zeros == head)
        return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error,
                            _("holds zeros in place of an image; copy or scan it again"));

    const char *foreign = foreign_kind_of(data, size);
    if (foreign != NULL)
        return scanner_fail(file, -1, SCANNER_ERROR_INPUT, error,
                            _("is a %s file, not JPEG, PNG, TIFF or PDF; save or scan it as one of these"),
                            foreign);
    return scanner_fail(file, -1, SCANNER_ERROR_INPUT, error,
                        _("is not a JPEG, PNG, TIFF or PDF file; save or scan it as one of these"));
}

ScannerFile *
scanner_file_open_bytes(const char *name, GBytes *bytes, GError **error)
{
    g_autoptr(ScannerFile) file = g_new0(ScannerFile, 1);
    file->name = g_strdup(name);
    file->bytes = g_bytes_ref(bytes);
    file->n_pages = 1;

    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    const ScannerKind *kind = size > 0 ? scanner_kind_of(data, size) : NULL;
    if (kind == NULL) {
        fail_unknown_kind(file, data, size, error);
        return NULL;
    }
    file->kind = kind;
    if (kind->open != NULL && !kind->open(file, error))
        return NULL;
    return g_steal_pointer(&file);
}

void
scanner_file_free(ScannerFile *file)
{
    if (file == NULL)
        return;
    if (file->kind != NULL && file->kind->close != NULL)
        file->kind->close(file);
    g_bytes_unref(file->bytes);
    g_free(file->sha256);
    g_free(file->name);
    g_free(file);
}

int
scanner_file_n_pages(const ScannerFile *file)
{
    return file->n_pages;
}

gboolean
scanner_file_read(ScannerFile *file, int index, ScannerPage *page, GError **error)
{
    *page = (ScannerPage){.index = index};
    if (index < 0 || index >= file->n_pages)
        return scanner_fail(file, -1, SCANNER_ERROR_INPUT, error, _("has no page %d, only %d"), index + 1,
                            file->n_pages);

    gint64 start = g_get_monotonic_time();
    if (!file->kind->read(file, index, page, error)) {
        scanner_page_clear(page);
        return FALSE;
    }
    page->dpi_x = scanner_believable_dpi(page->dpi_x);
    page->dpi_y = scanner_believable_dpi(page->dpi_y);
    pixSetResolution(page->pix, (int)lround(page->dpi_x), (int)lround(page->dpi_y));
    page->decode_ms = (double)(g_get_monotonic_time() - start) / 1000;
    return TRUE;
}

GBytes *
scanner_file_bytes(const ScannerFile *file)
{
    return file->bytes;
}

const char *
scanner_file_sha256(ScannerFile *file)
{
    if (file->sha256 == NULL)
        file->sha256 = scanner_digest(file->bytes);
    return file->sha256;
}

const char *
scanner_file_ending(const ScannerFile *file)
{
    return file->kind->ending;
}
