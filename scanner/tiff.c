/* TIFF through libtiff: each page is found by its place in the file and opened by itself, so that a damaged
 * page does not keep the next from being read and page 500 costs no more than page 1. */
#include "file-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <tiffio.h>

#define CM_PER_INCH 2.54

/* A directory of a real page has some twenty entries. */
#define MAX_ENTRIES 4096

/* libtiff's own tables and one strip or tile; a page's pixels are ours. */
#define MAX_LIBTIFF_BYTES (1024 * 1024 * 1024)

/* A directory that the chain names but that cannot be found: its page, and those behind it, are lost. */
#define LOST 0

/* The layout of directories: classic TIFF and BigTIFF, either byte order. */
typedef struct {
    const guint8 *data;
    guint64 size;
    gboolean big_endian, big_tiff;
} TiffChain;

/* ---- finding the pages ---- */

static guint64
get_number(const TiffChain *chain, guint64 at, guint length)
{
    guint64 number = 0;
    for (guint i = 0; i < length; i++)
        number = number << 8 | chain->data[at + (chain->big_endian ? i : length - 1 - i)];
    return number;
}

static gboolean
is_inside(const TiffChain *chain, guint64 at, guint64 length)
{
    return at <= chain->size && length <= chain->size - at;
}

/* Reads the directory at `at`: where the next one is (0: none), and whether this is a thumbnail or mask of
 * another page (tag 254, NewSubfileType, bits 0 and 2). FALSE when it does not lie in the file. */
static gboolean
read_directory(const TiffChain *chain, guint64 at, guint64 *next, gboolean *is_page)
{
    guint count_size = chain->big_tiff ? 8 : 2, entry_size = chain->big_tiff ? 20 : 12;
    guint offset_size = chain->big_tiff ? 8 : 4;

    if (at < 8 || !is_inside(chain, at, count_size))
        return FALSE;
    guint64 entries = get_number(chain, at, count_size);
    at += count_size;
    if (entries == 0 || entries > MAX_ENTRIES || !is_inside(chain, at, entries * entry_size + offset_size))
        return FALSE;
    *is_page = TRUE;
    for (guint64 i = 0; i < entries; i++, at += entry_size)
        if (get_number(chain, at, 2) == TIFFTAG_SUBFILETYPE && get_number(chain, at + 2, 2) == TIFF_LONG)
            *is_page =
                !(get_number(chain, at + 4 + offset_size, 4) & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK));
    *next = get_number(chain, at, offset_size);
    return TRUE;
}

/* Walks the chain. A break in it ends the list with LOST, so that nobody takes the rest for the whole. */
static GArray *
find_pages(const TiffChain *chain, guint64 first)
{
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    guint64 next = first, lost = LOST;

    while (next != 0 && pages->len <= SCANNER_MAX_PAGES && g_hash_table_size(seen) <= 2 * SCANNER_MAX_PAGES) {
        guint64 at = next;
        gboolean is_page;
        if (!g_hash_table_add(seen, g_memdup2(&at, sizeof at)) ||
            !read_directory(chain, at, &next, &is_page)) {
            g_array_append_val(pages, lost);
            break;
        }
        if (is_page)
            g_array_append_val(pages, at);
    }
    return pages;
}

static void
close_file(ScannerFile *file)
{
    if (file->data != NULL)
        g_array_unref(file->data);
}

static gboolean
open_file(ScannerFile *file, GError **error)
{
    gsize size;
    TiffChain chain = {.data = g_bytes_get_data(file->bytes, &size)};
    chain.size = size;
    chain.big_endian = chain.data[0] == 'M';
    chain.big_tiff = chain.data[chain.big_endian ? 3 : 2] == 0x2b;

    guint at = chain.big_tiff ? 8 : 4, length = chain.big_tiff ? 8 : 4;
    if (is_inside(&chain, at, length))
        file->data = find_pages(&chain, get_number(&chain, at, length));

    const GArray *pages = file->data;
    if (pages == NULL || pages->len == 0 || g_array_index(pages, guint64, 0) == LOST)
        return scanner_fail(
            file, -1, SCANNER_ERROR_DAMAGED, error,
            _("the TIFF is damaged or cut off (no page can be found in it); copy or scan it again"));
    if (pages->len > SCANNER_MAX_PAGES)
        return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error,
                            _("more than %d pages; split it into several files"), SCANNER_MAX_PAGES);
    file->n_pages = (int)pages->len;
    return TRUE;
}

/* ---- libtiff on memory ---- */

/* One page being read. */
typedef struct {
    const ScannerFile *file;
    int index;
    toff_t at;
    char problem[160]; /* the first that libtiff told of; "" while there is none */
    TIFF *tiff;
} TiffReader;

static tmsize_t
memory_read(thandle_t handle, void *to, tmsize_t length)
{
    TiffReader *reader = handle;
    gsize size;
    const guint8 *data = g_bytes_get_data(reader->file->bytes, &size);
    gsize left = reader->at < size ? size - reader->at : 0, n = MIN((gsize)length, left);
    memcpy(to, data + (left > 0 ? reader->at : 0), n);
    reader->at += n;
    return (tmsize_t)n;
}

static tmsize_t
memory_write(G_GNUC_UNUSED thandle_t handle, G_GNUC_UNUSED void *from, G_GNUC_UNUSED tmsize_t length)
{
    return 0;
}

static toff_t
memory_size(thandle_t handle)
{
    TiffReader *reader = handle;
    return g_bytes_get_size(reader->file->bytes);
}

static toff_t
memory_seek(thandle_t handle, toff_t offset, int whence)
{
    TiffReader *reader = handle;
    reader->at =
        whence == SEEK_SET ? offset : (whence == SEEK_CUR ? reader->at : memory_size(handle)) + offset;
    return reader->at;
}

static int
memory_close(G_GNUC_UNUSED thandle_t handle)
{
    return 0;
}

static int
memory_map(thandle_t handle, void **base, toff_t *size)
{
    TiffReader *reader = handle;
    gsize length;
    /* libtiff reads only in what it maps. */
    *base = (void *)(guintptr)g_bytes_get_data(reader->file->bytes, &length);
    *size = length;
    return 1;
}

static void
memory_unmap(G_GNUC_UNUSED thandle_t handle, G_GNUC_UNUSED void *base, G_GNUC_UNUSED toff_t size)
{
}

G_GNUC_PRINTF(4, 0)
static int
on_error(G_GNUC_UNUSED TIFF *tiff, void *data, G_GNUC_UNUSED const char *module, const char *format,
         va_list arguments)
{
    TiffReader *reader = data;
    if (reader->problem[0] == '\0')
        g_vsnprintf(reader->problem, sizeof reader->problem, format, arguments);
    return 1;
}

/* While a directory is read warnings are about tags; while pixels are read they are about pixels that were
 * made up, but for these. */
G_GNUC_PRINTF(4, 0)
static int
on_warning(G_GNUC_UNUSED TIFF *tiff, void *data, G_GNUC_UNUSED const char *module, const char *format,
           va_list arguments)
{
    TiffReader *reader = data;
    static const char *const harmless[] = {"Old-style LZW codes", "Improper JPEG strip/tile size",
                                           "before marker 0xd9"};
    if (reader->tiff == NULL)
        return 1;
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    for (guint i = 0; i < G_N_ELEMENTS(harmless); i++)
        if (strstr(message, harmless[i]) != NULL)
            return 1;
    if (reader->problem[0] == '\0')
        g_strlcpy(reader->problem, message, sizeof reader->problem);
    return 1;
}

static TIFF *
open_directory(TiffReader *reader, guint64 offset)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, MAX_LIBTIFF_BYTES);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, reader);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, reader);
    /* h: the header only; the first page may be damaged. */
    TIFF *tiff = TIFFClientOpenExt(reader->file->name, "rh", reader, memory_read, memory_write, memory_seek,
                                   memory_close, memory_size, memory_map, memory_unmap, options);
    TIFFOpenOptionsFree(options);
    if (tiff != NULL && !TIFFSetSubDirectory(tiff, offset)) {
        TIFFClose(tiff);
        return NULL;
    }
    return tiff;
}

/* ---- pixels ---- */

static gboolean
fail(const TiffReader *reader, GError **error)
{
    return scanner_fail(reader->file, reader->index, SCANNER_ERROR_DAMAGED, error,
                        _("the TIFF page is damaged, cut off or of a sort that cannot be read (%s); "
                          "copy or scan it again"),
                        reader->problem[0] != '\0' ? reader->problem : _("its data end too early"));
}

typedef struct {
    guint32 width_px, height_px;
    guint16 bits, samples, photometric, compression, planar;
} TiffLayout;

static TiffLayout
get_layout(TIFF *tiff)
{
    TiffLayout layout = {0};
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width_px);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height_px);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout.compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planar);
    /* Fax files may leave it out; ink is 1 there. */
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric))
        layout.photometric = layout.bits == 1 ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK;
    return layout;
}

/* One sample of 1, 8 or 16 bits: nearly all scans, and read without a detour through colour. */
static gboolean
is_plain_grey(const TiffLayout *layout)
{
    return layout->samples == 1 && (layout->bits == 1 || layout->bits == 8 || layout->bits == 16) &&
           (layout->photometric == PHOTOMETRIC_MINISBLACK || layout->photometric == PHOTOMETRIC_MINISWHITE);
}

/* A strip, or a tile, of the page. */
typedef struct {
    guint32 number;
    guint32 x_px, y_px, width_px, height_px; /* as coded: a tile may lie partly beyond the page */
    gsize row_bytes;
    guint8 *data;
    gsize size;
} TiffBlock;

/* The fax decoders return success when the code ends early and leave the rest as it was; a last row that
 * still holds this noise was never decoded. */
static guint8
noise(gsize i)
{
    return (guint8)((i * 2654435761u + 0x5bd1u) >> 11);
}

static gboolean
decode_block(TiffReader *reader, gboolean tiled, TiffBlock *block)
{
    gsize last = block->size - block->row_bytes, left = 0;
    for (gsize i = 0; i < block->row_bytes; i++)
        block->data[last + i] = noise(i);
    tmsize_t got =
        tiled ? TIFFReadEncodedTile(reader->tiff, block->number, block->data, (tmsize_t)block->size)
              : TIFFReadEncodedStrip(reader->tiff, block->number, block->data, (tmsize_t)block->size);
    if (got != (tmsize_t)block->size || reader->problem[0] != '\0')
        return FALSE;
    while (left < block->row_bytes && block->data[last + left] == noise(left))
        left++;
    return left < block->row_bytes;
}

/* Puts a block into the page, still in byte order. Tiles are multiples of 16 pixels wide (TIFF 6.0, section
 * 15). */
static void
place_block(PIX *pix, const TiffLayout *layout, const TiffBlock *block)
{
    guint32 width_px = MIN(block->width_px, layout->width_px - block->x_px);
    guint32 height_px = MIN(block->height_px, layout->height_px - block->y_px);
    gsize pitch = (gsize)pixGetWpl(pix) * 4;
    for (guint32 y = 0; y < height_px; y++) {
        guint8 *to = (guint8 *)pixGetData(pix) + (block->y_px + y) * pitch;
        const guint8 *from = block->data + y * block->row_bytes;
        if (layout->bits == 1) {
            memcpy(to + block->x_px / 8, from, (width_px + 7) / 8);
        } else if (layout->bits == 8) {
            memcpy(to + block->x_px, from, width_px);
        } else {
            const guint16 *samples = (const guint16 *)(gconstpointer)from;
            for (guint32 x = 0; x < width_px; x++)
                to[block->x_px + x] = (guint8)((samples[x] * 255u + 32895) >> 16);
        }
    }
}

static gboolean
read_blocks(TiffReader *reader, const TiffLayout *layout, PIX *pix, GError **error)
{
    gboolean tiled = TIFFIsTiled(reader->tiff) != 0;
    guint32 block_width_px = layout->width_px, block_height_px = layout->height_px;
    if (tiled) {
        TIFFGetField(reader->tiff, TIFFTAG_TILEWIDTH, &block_width_px);
        TIFFGetField(reader->tiff, TIFFTAG_TILELENGTH, &block_height_px);
    } else {
        TIFFGetFieldDefaulted(reader->tiff, TIFFTAG_ROWSPERSTRIP, &block_height_px);
        block_height_px = MIN(block_height_px, layout->height_px);
    }
    TiffBlock block = {.row_bytes = ((gsize)block_width_px * layout->bits + 7) / 8};
    if (block_width_px == 0 || block_height_px == 0 || block_width_px > 2 * SCANNER_MAX_SIDE_PX ||
        block_height_px > 2 * SCANNER_MAX_SIDE_PX || (tiled && block_width_px % 16 != 0))
        return fail(reader, error);
    g_autofree guint8 *data = g_try_malloc0(block.row_bytes * block_height_px);
    if (data == NULL)
        return scanner_fail(reader->file, reader->index, SCANNER_ERROR_MACHINE, error,
                            _("not enough memory"));
    block.data = data;

    for (block.y_px = 0; block.y_px < layout->height_px; block.y_px += block_height_px)
        for (block.x_px = 0; block.x_px < layout->width_px; block.x_px += block_width_px, block.number++) {
            block.width_px = block_width_px;
            block.height_px = tiled ? block_height_px : MIN(block_height_px, layout->height_px - block.y_px);
            block.size = block.row_bytes * block.height_px;
            if (!decode_block(reader, tiled, &block))
                return fail(reader, error);
            place_block(pix, layout, &block);
        }
    return TRUE;
}

static PIX *
read_plain_grey(TiffReader *reader, const TiffLayout *layout, GError **error)
{
    int depth = layout->bits == 1 ? 1 : 8;
    g_autoptr(PIX) pix = scanner_pix_new(reader->file, reader->index, (int)layout->width_px,
                                         (int)layout->height_px, depth, error);
    if (pix == NULL || !read_blocks(reader, layout, pix, error))
        return NULL;
    /* Leptonica: 1 is ink at 1 bpp, 0 is ink at 8 bpp. */
    scanner_pix_from_byte_order(pix);
    if ((layout->photometric == PHOTOMETRIC_MINISBLACK) == (depth == 1)) {
        pixInvert(pix, pix);
        pixSetPadBits(pix, 0);
    }
    return g_steal_pointer(&pix);
}

/* Everything else by way of libtiff's RGBA, which is premultiplied: laid on white. */
static void
lay_on_white(PIX *pix)
{
    gsize n = (gsize)pixGetWpl(pix) * (gsize)pixGetHeight(pix);
    guint32 *data = pixGetData(pix);
    for (gsize i = 0; i < n; i++) {
        guint32 white = 255 - TIFFGetA(data[i]);
        guint32 red = MIN(TIFFGetR(data[i]) + white, 255), green = MIN(TIFFGetG(data[i]) + white, 255);
        guint32 blue = MIN(TIFFGetB(data[i]) + white, 255);
        data[i] = red << L_RED_SHIFT | green << L_GREEN_SHIFT | blue << L_BLUE_SHIFT;
    }
}

static PIX *
read_colour(TiffReader *reader, const TiffLayout *layout, GError **error)
{
    TIFFRGBAImage image;
    char why[1024] = "";
    if (layout->samples > 8 || !TIFFRGBAImageOK(reader->tiff, why) ||
        !TIFFRGBAImageBegin(&image, reader->tiff, 1, why)) {
        if (reader->problem[0] == '\0')
            g_strlcpy(reader->problem, why, sizeof reader->problem);
        fail(reader, error);
        return NULL;
    }
    /* As stored: whatever the tag says is up, nothing is turned. */
    image.orientation = image.req_orientation = ORIENTATION_TOPLEFT;
    g_autoptr(PIX) pix = scanner_pix_new(reader->file, reader->index, (int)layout->width_px,
                                         (int)layout->height_px, 32, error);
    gboolean done =
        pix != NULL && TIFFRGBAImageGet(&image, pixGetData(pix), layout->width_px, layout->height_px) != 0;
    TIFFRGBAImageEnd(&image);
    if (pix == NULL)
        return NULL;
    if (!done || reader->problem[0] != '\0') {
        fail(reader, error);
        return NULL;
    }
    lay_on_white(pix);
    return scanner_pix_least_depth(pix);
}

static void
read_density(TIFF *tiff, ScannerPage *page)
{
    float x = 0, y = 0;
    guint16 unit = RESUNIT_INCH;
    TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x);
    TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    double per_inch = unit == RESUNIT_INCH ? 1 : unit == RESUNIT_CENTIMETER ? CM_PER_INCH : 0;
    page->dpi_x = (double)x * per_inch;
    page->dpi_y = (double)y * per_inch;
}

static gboolean
read_opened(TiffReader *reader, ScannerPage *page, GError **error)
{
    TiffLayout layout = get_layout(reader->tiff);
    if (!scanner_check_size(reader->file, reader->index, layout.width_px, layout.height_px, error))
        return FALSE;
    read_density(reader->tiff, page);
    reader->problem[0] = '\0';
    page->pix = is_plain_grey(&layout) ? read_plain_grey(reader, &layout, error)
                                       : read_colour(reader, &layout, error);
    return page->pix != NULL;
}

static gboolean
read_page(ScannerFile *file, int index, ScannerPage *page, GError **error)
{
    guint64 offset = g_array_index((GArray *)file->data, guint64, index);
    if (offset == LOST)
        return scanner_fail(
            file, index, SCANNER_ERROR_DAMAGED, error,
            _("this page and any behind it are lost: the TIFF is damaged; copy or scan it again"));

    TiffReader reader = {.file = file, .index = index};
    TIFF *tiff = open_directory(&reader, offset);
    if (tiff == NULL)
        return fail(&reader, error);
    reader.tiff = tiff;
    gboolean done = read_opened(&reader, page, error);
    TIFFClose(tiff);
    return done;
}

const ScannerKind scanner_kind_tiff = {
    .name = "TIFF", .ending = "tif", .open = open_file, .read = read_page, .close = close_file};
