#include "pdf-guard-private.h"

#include <string.h>
#include <zlib.h>

#include "jpeg-private.h"
#include "scanner-pages.h"

/* Some writers pad a file; readers look for the end mark in the last 1024 bytes (ISO 32000-1, annex H, note
 * 18). */
#define END_MARK_BYTES 1024

/* A stream's dictionary is found backwards from its stream; longer ones are not images. */
#define MAX_DICTIONARY_BYTES 16384

/* Filters one over the other: real files have at most two. */
#define MAX_FILTERS 4

/* Files of 2,000 pages have some 100,000 objects; of the rest of more, no length is known. */
#define MAX_OBJECTS (1000 * 1000)

/* A part of the file. */
typedef struct {
    const char *at;
    gsize size;
} Span;

typedef struct {
    Span file;
    gboolean encrypted;
    gsize unpacked;      /* of all streams but images, so far */
    GArray *spoiled;     /* of gsize: places of width keys to be made unreadable */
    GHashTable *objects; /* guint64 of object_key() -> gsize behind "N G obj"; NULL until asked for */
} Guard;

static gboolean
is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

static gboolean
is_name_end(char c)
{
    return is_space(c) || strchr("/[]<>()%", c) != NULL;
}

static const char *
find(Span span, const char *text)
{
    return memmem(span.at, span.size, text, strlen(text));
}

static Span
rest(Span span, const char *from)
{
    return (Span){from, (gsize)(span.at + span.size - from)};
}

/* The value of `/key` in the outermost level of a dictionary, from its first character to the dictionary's
 * end; size 0 where it is not there. */
static Span
get_value(Span dictionary, const char *key)
{
    gsize length = strlen(key);
    int depth = 0;
    for (gsize i = 0; i + 1 < dictionary.size; i++) {
        const char *at = dictionary.at + i;
        if (at[0] == '<' && at[1] == '<') {
            depth++;
            i++;
        } else if (at[0] == '>' && at[1] == '>') {
            depth--;
            i++;
        } else if (depth == 1 && at[0] == '/' && i + 1 + length < dictionary.size &&
                   memcmp(at + 1, key, length) == 0 && is_name_end(at[1 + length])) {
            const char *value = at + 1 + length, *end = dictionary.at + dictionary.size;
            while (value < end && is_space(*value))
                value++;
            return rest(dictionary, value);
        }
    }
    return (Span){0};
}

/* Digits at the start of `span`; they are passed over, with the spaces behind them. */
static gboolean
take_number(Span *span, guint64 *number)
{
    gsize digits = 0, after;
    *number = 0;
    while (digits < span->size && g_ascii_isdigit(span->at[digits]) && digits < 12)
        *number = *number * 10 + (guint64)(span->at[digits++] - '0');
    for (after = digits; after < span->size && is_space(span->at[after]);)
        after++;
    *span = rest(*span, span->at + after);
    return digits > 0;
}

static guint64
object_key(guint64 number, guint64 generation)
{
    return number << 20 | (generation & 0xfffff);
}

/* The number that ends right before `*at`, which is left at its first digit. */
static gboolean
take_number_before(const char *first, const char **at, guint64 *number)
{
    const char *end = *at;
    while (*at > first && g_ascii_isdigit((*at)[-1]) && end - *at < 12)
        (*at)--;
    Span digits = {*at, (gsize)(end - *at)};
    return take_number(&digits, number);
}

/* Where each object begins: the first that bears a number, as "N G obj". */
static GHashTable *
find_objects(Span file)
{
    GHashTable *objects = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    Span left = file;
    const char *word;
    while ((word = find(left, " obj")) != NULL && g_hash_table_size(objects) < MAX_OBJECTS) {
        left = rest(left, word + strlen(" obj"));
        const char *at = word;
        guint64 number, generation;
        if (!take_number_before(file.at, &at, &generation) || at == file.at || *--at != ' ' ||
            !take_number_before(file.at, &at, &number) || at == file.at || !is_space(at[-1]))
            continue;
        guint64 key = object_key(number, generation);
        if (!g_hash_table_contains(objects, &key))
            g_hash_table_insert(objects, g_memdup2(&key, sizeof key),
                                GSIZE_TO_POINTER((gsize)(left.at - file.at)));
    }
    return objects;
}

/* A whole number, itself or as "N G R", the number of an object of its own. */
static gboolean
get_number(Guard *guard, Span dictionary, const char *key, guint64 *number)
{
    Span value = get_value(dictionary, key), after;
    guint64 generation;
    if (value.size == 0 || !take_number(&value, number))
        return FALSE;
    after = value;
    if (!take_number(&after, &generation) || after.size == 0 || after.at[0] != 'R')
        return TRUE;

    if (guard->objects == NULL)
        guard->objects = find_objects(guard->file);
    guint64 object = object_key(*number, generation);
    gsize place = GPOINTER_TO_SIZE(g_hash_table_lookup(guard->objects, &object));
    if (place == 0)
        return FALSE;
    Span where = rest(guard->file, guard->file.at + place);
    while (where.size > 0 && is_space(where.at[0]))
        where = rest(where, where.at + 1);
    return take_number(&where, number);
}

/* The filters of a stream in order; 0 for none, MAX_FILTERS + 1 for too many. */
static int
get_filters(Span dictionary, Span filters[MAX_FILTERS])
{
    Span value = get_value(dictionary, "Filter");
    int n = 0;
    if (value.size == 0 || (value.at[0] != '[' && value.at[0] != '/'))
        return 0;
    gboolean list = value.at[0] == '[';
    const char *end = value.at + value.size;
    for (const char *at = value.at + list; at < end && *at != ']';) {
        if (*at++ != '/')
            continue;
        const char *name = at;
        while (at < end && !is_name_end(*at))
            at++;
        if (n == MAX_FILTERS)
            return MAX_FILTERS + 1;
        filters[n++] = (Span){name, (gsize)(at - name)};
        if (!list)
            break;
    }
    return n;
}

static gboolean
is_name(Span name, const char *full, const char *abbreviated)
{
    return (name.size == strlen(full) && memcmp(name.at, full, name.size) == 0) ||
           (name.size == strlen(abbreviated) && memcmp(name.at, abbreviated, name.size) == 0);
}

/* Unpacks zlib data, up to `most` bytes; into `to` unless NULL. FALSE when the data are damaged or end too
 * early; a missing checksum is forgiven, as all readers do, a wrong one is not. */
static gboolean
unpack(Span packed, gsize most, GByteArray *to, gsize *unpacked)
{
    guint8 buffer[65536];
    z_stream stream = {0};
    uLong sum = adler32(0, NULL, 0);
    int state = Z_OK;

    *unpacked = 0;
    if (packed.size < 2 || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return FALSE;
    stream.next_in = (Bytef *)(guintptr)(packed.at + 2);
    stream.avail_in = (uInt)(packed.size - 2);
    while (state == Z_OK && *unpacked < most) {
        stream.next_out = buffer;
        stream.avail_out = sizeof buffer;
        state = inflate(&stream, Z_NO_FLUSH);
        guint n = (guint)(sizeof buffer - stream.avail_out);
        sum = adler32(sum, buffer, n);
        *unpacked += n;
        if (to != NULL)
            g_byte_array_append(to, buffer, n);
    }
    const guint8 *stored = stream.next_in;
    gboolean has_sum = state == Z_STREAM_END && stream.avail_in >= 4;
    uLong expected =
        has_sum ? (uLong)stored[0] << 24 | (uLong)stored[1] << 16 | (uLong)stored[2] << 8 | stored[3] : sum;
    inflateEnd(&stream);
    return *unpacked >= most || (state == Z_STREAM_END && expected == sum);
}

/* JPEG 2000 says its own size: the SIZ segment behind the start of the codestream (ISO 15444-1, A.5.1). */
static gboolean
is_bounded_jpx(Span data)
{
    const char *start = find(data, "\xff\x4f\xff\x51");
    if (start == NULL || data.size - (gsize)(start - data.at) < 16)
        return FALSE;
    guint32 width_px, height_px;
    memcpy(&width_px, start + 8, 4);
    memcpy(&height_px, start + 12, 4);
    return (double)GUINT32_FROM_BE(width_px) * GUINT32_FROM_BE(height_px) <= SCANNER_PDF_MAX_IMAGE_PIXELS;
}

static gboolean
is_sound_image(Guard *guard, Span dictionary, Span data)
{
    Span filters[MAX_FILTERS];
    guint64 width_px, height_px;
    int n = get_filters(dictionary, filters);
    gsize unpacked;

    if (n == 1 && is_name(filters[0], "JPXDecode", "JPXDecode"))
        return guard->encrypted || is_bounded_jpx(data);
    if (!get_number(guard, dictionary, "Width", &width_px) ||
        !get_number(guard, dictionary, "Height", &height_px) ||
        (double)width_px * (double)height_px > SCANNER_PDF_MAX_IMAGE_PIXELS || n > MAX_FILTERS)
        return FALSE;
    if (guard->encrypted || n == 0)
        return TRUE;
    if (is_name(filters[0], "DCTDecode", "DCT"))
        return scanner_jpeg_check((const guint8 *)data.at, data.size, SCANNER_PDF_MAX_IMAGE_PIXELS);
    if (is_name(filters[0], "FlateDecode", "Fl"))
        return unpack(data, (gsize)(width_px * height_px) * 8 + 65536, NULL, &unpacked);
    return TRUE;
}

/* How much a stream that is no image unpacks to, filter by filter; FALSE beyond the bound. Damage is left to
 * poppler. */
static gboolean
count_unpacked(Guard *guard, Span dictionary, Span data)
{
    Span filters[MAX_FILTERS];
    int n = get_filters(dictionary, filters);
    g_autoptr(GByteArray) held = NULL;

    if (n > MAX_FILTERS)
        return FALSE;
    for (int i = 0; i < n && !guard->encrypted && is_name(filters[i], "FlateDecode", "Fl"); i++) {
        g_autoptr(GByteArray) next = i + 1 < n ? g_byte_array_new() : NULL;
        gsize unpacked;
        unpack(data, SCANNER_PDF_MAX_UNPACKED_BYTES + 1 - guard->unpacked, next, &unpacked);
        guard->unpacked += unpacked;
        if (guard->unpacked > SCANNER_PDF_MAX_UNPACKED_BYTES)
            return FALSE;
        if (next == NULL)
            break;
        g_clear_pointer(&held, g_byte_array_unref);
        held = g_steal_pointer(&next);
        data = (Span){(const char *)held->data, held->len};
    }
    return TRUE;
}

/* The dictionary that ends right before `end`, found backwards by its brackets; size 0 where there is none.
 */
static Span
dictionary_before(Span file, const char *end)
{
    const char *first = (gsize)(end - file.at) > MAX_DICTIONARY_BYTES ? end - MAX_DICTIONARY_BYTES : file.at;
    int depth = 0;
    while (end > first && is_space(end[-1]))
        end--;
    for (const char *at = end - 2; at >= first; at--) {
        if (at[0] == '>' && at[1] == '>') {
            depth++;
            at--;
        } else if (at[0] == '<' && at[1] == '<') {
            if (--depth == 0)
                return (Span){at, (gsize)(end - at)};
            at--;
        }
        if (depth == 0)
            break;
    }
    return (Span){0};
}

/* The bytes of a stream: by its length where that leads to `endstream`, else up to the next one. */
static gboolean
get_data(Guard *guard, Span dictionary, const char *start, Span *data)
{
    guint64 length;
    Span left = rest(guard->file, start);
    if (get_number(guard, dictionary, "Length", &length) && length <= left.size) {
        Span after = rest(left, start + length);
        while (after.size > 0 && is_space(after.at[0]))
            after = rest(after, after.at + 1);
        if (after.size >= 9 && memcmp(after.at, "endstream", 9) == 0) {
            *data = (Span){start, length};
            return TRUE;
        }
    }
    const char *end = find(left, "endstream");
    *data = (Span){start, end != NULL ? (gsize)(end - start) : left.size};
    return end != NULL;
}

static gboolean
is_image(Span dictionary)
{
    Span subtype = get_value(dictionary, "Subtype");
    return subtype.size > 6 && memcmp(subtype.at, "/Image", 6) == 0 && is_name_end(subtype.at[6]);
}

/* Both keys that poppler knows for a width. */
static void
spoil(Guard *guard, Span dictionary)
{
    static const char *const keys[] = {"Width", "W"};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        Span value = get_value(dictionary, keys[i]);
        if (value.size == 0)
            continue;
        const char *key = value.at - 1;
        while (*key != '/')
            key--;
        gsize place = (gsize)(key + 1 - guard->file.at);
        g_array_append_val(guard->spoiled, place);
    }
}

static ScannerPdfState
check_streams(Guard *guard)
{
    Span left = guard->file, data;
    const char *keyword;
    while ((keyword = find(left, "stream")) != NULL) {
        const char *start = keyword + strlen("stream"), *end = guard->file.at + guard->file.size;
        left = rest(left, start);
        Span dictionary = dictionary_before(guard->file, keyword);
        if (dictionary.size == 0)
            continue;
        if (start < end && *start == '\r')
            start++;
        if (start < end && *start == '\n')
            start++;
        if (!get_data(guard, dictionary, start, &data))
            return SCANNER_PDF_CUT_OFF;
        if (is_image(dictionary)) {
            if (!is_sound_image(guard, dictionary, data))
                spoil(guard, dictionary);
        } else if (!count_unpacked(guard, dictionary, data)) {
            return SCANNER_PDF_BOMB;
        }
        left = rest(left, data.at + data.size);
    }
    return SCANNER_PDF_SOUND;
}

static gboolean
has_end_mark(Span file)
{
    while (file.size > 0 && is_space(file.at[file.size - 1]))
        file.size--;
    gsize skipped = file.size > END_MARK_BYTES ? file.size - END_MARK_BYTES : 0;
    return find(rest(file, file.at + skipped), "%%EOF") != NULL;
}

ScannerPdfState
scanner_pdf_guard(GBytes *bytes, GBytes **checked)
{
    Guard guard = {0};
    guard.file.at = g_bytes_get_data(bytes, &guard.file.size);
    *checked = g_bytes_ref(bytes);
    if (!has_end_mark(guard.file))
        return SCANNER_PDF_CUT_OFF;

    guard.encrypted = find(guard.file, "/Encrypt") != NULL;
    guard.spoiled = g_array_new(FALSE, FALSE, sizeof(gsize));
    ScannerPdfState state = check_streams(&guard);
    if (state == SCANNER_PDF_SOUND && guard.spoiled->len > 0) {
        char *copy = g_memdup2(guard.file.at, guard.file.size);
        for (guint i = 0; i < guard.spoiled->len; i++)
            copy[g_array_index(guard.spoiled, gsize, i)] = '-';
        g_bytes_unref(*checked);
        *checked = g_bytes_new_take(copy, guard.file.size);
    }
    g_array_unref(guard.spoiled);
    g_clear_pointer(&guard.objects, g_hash_table_unref);
    return state;
}
