#include "serial-private.h"

#include <string.h>

#include "crop-private.h"
#include "form-image.h"
#include "form-sheet-id.h"
#include "skew-private.h"

#define LANGUAGE   "eng"
#define CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-"

#define DASHES "-."

#define CHECK_LENGTH 4

/* The serial is read at these resolutions until its check value is right: Tesseract is at its best with
 * letters of 30 to 40 px, but other sizes see other noise. */
static const double read_dpi[] = {300, 220, 400};

/* A character that Crockford's digits or a page number do not have is the digit it looks like. */
static char
digit_like(char c)
{
    return c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
}

/* Cuts what stands for the number `page` from the end of a text, and the dashes around it. */
static gboolean
cut_page(char *text, int page)
{
    g_autofree char *number = g_strdup_printf("%d", page);
    gsize length = strlen(text);

    while (length > 0 && strchr(DASHES, text[length - 1]) != NULL)
        length--;
    for (gsize i = strlen(number); i-- > 0; length--) {
        if (length == 0 || digit_like(text[length - 1]) != number[i])
            return FALSE;
    }
    while (length > 0 && strchr(DASHES, text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
    return TRUE;
}

/* Takes "0100423-2-7K3D" apart from its end. The dashes between the parts are often misread or lost; the
 * check value tells whether all is right. */
static gboolean
parse_serial(const char *text, const OmrBlank *blank, FormSheetId *id)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    g_autofree char *serial = g_strjoinv("", words);
    gsize length = strlen(serial);
    char check[CHECK_LENGTH + 1];

    if (length <= CHECK_LENGTH)
        return FALSE;
    g_autofree char *given = g_strdup(serial + length - CHECK_LENGTH);
    serial[length - CHECK_LENGTH] = '\0';
    if (!cut_page(serial, blank->page->page) || !form_serial_is_valid(serial))
        return FALSE;
    *id = (FormSheetId){.version = blank->package->version, .page = blank->page->page};
    g_strlcpy(id->code, blank->package->code, sizeof id->code);
    g_strlcpy(id->serial, serial, sizeof id->serial);
    form_sheet_id_check(id, check);
    for (int i = 0; i < CHECK_LENGTH; i++) {
        if (digit_like(given[i]) != check[i])
            return FALSE;
    }
    return TRUE;
}

/* Whether the same text would be right for another form as well, or another page. */
static gboolean
fits_another(const OmrForms *forms, const char *text, const OmrBlank *blank)
{
    FormSheetId id;

    for (guint f = 0; f < forms->forms->len; f++) {
        const OmrForm *form = g_ptr_array_index(forms->forms, f);
        for (guint p = 0; p < form->blanks->len; p++) {
            const OmrBlank *other = g_ptr_array_index(form->blanks, p);
            if (other != blank && parse_serial(text, other, &id))
                return TRUE;
        }
    }
    return FALSE;
}

static gboolean
read_serial(const OmrSerialSearch *search, const OmrBlank *blank, const OmrAlignment *alignment,
            FormSheetId *id)
{
    for (guint i = 0; i < G_N_ELEMENTS(read_dpi); i++) {
        g_autoptr(PIX) line = omr_crop(search->image, alignment, &blank->page->serial_text, read_dpi[i]);
        if (line == NULL)
            continue;
        g_autofree char *text = omr_text_read(search->text, line, LANGUAGE, CHARACTERS, NULL);
        if (text == NULL)
            return FALSE;
        if (parse_serial(text, blank, id))
            return !fits_another(search->forms, text, blank);
    }
    return FALSE;
}

/* How many places of the page its print may propose, and how far off they may be (pose.c). */
#define FEATURE_MAPS      4
#define FEATURES_ERROR_MM 4.0

static gboolean
try_poses(const OmrSerialSearch *search, const OmrBlank *blank, const OmrPose *poses, guint n,
          FormSheetId *id, OmrAlignment *alignment)
{
    for (guint i = 0; i < n; i++) {
        if (omr_align(alignment, blank, search->image, &poses[i], search->limits) &&
            omr_alignment_is_trusted(alignment, blank, search->limits, NULL))
            return read_serial(search, blank, alignment, id);
    }
    return FALSE;
}

/* Pages that have their serial printed, of all forms. */
static GPtrArray *
candidates_of(const OmrForms *forms)
{
    GPtrArray *candidates = g_ptr_array_new();

    for (guint f = 0; f < forms->forms->len; f++) {
        const OmrForm *form = g_ptr_array_index(forms->forms, f);
        for (guint p = 0; p < form->blanks->len; p++) {
            OmrBlank *blank = g_ptr_array_index(form->blanks, p);
            if (blank->page->has_serial_text)
                g_ptr_array_add(candidates, blank);
        }
    }
    return candidates;
}

/* From where codes lie that could not be read: both, and each, as one of them may be something else. */
static gboolean
try_traces(const OmrSerialSearch *search, const OmrBlank *blank, FormSheetId *id, OmrAlignment *alignment)
{
    const GArray *all = search->traces;
    OmrPose poses[OMR_MAX_POSES];

    for (guint i = all->len > 1 ? 0 : 1; i <= all->len; i++) {
        g_autoptr(GArray) some = g_array_new(FALSE, FALSE, sizeof(OmrSymbol));
        for (guint k = 0; k < all->len; k++) {
            if (i == 0 || k == i - 1)
                g_array_append_val(some, g_array_index(all, OmrSymbol, k));
        }
        guint n = omr_poses_from_symbols(some, blank->package, blank->page, &search->image->level[0], poses);
        if (try_poses(search, blank, poses, n, id, alignment))
            return TRUE;
    }
    return FALSE;
}

/* A scan of the whole sheet, askew perhaps. */
static gboolean
try_sheet(const OmrSerialSearch *search, const OmrSkew *skew, const OmrBlank *blank, FormSheetId *id,
          OmrAlignment *alignment, gboolean *whole)
{
    OmrPose poses[4];
    guint n = omr_poses_from_skew(skew, blank->package, &search->image->level[0], poses);

    *whole = n > 0;
    return try_poses(search, blank, poses, n, id, alignment);
}

/* A photo, or a scan of more than the sheet. */
static gboolean
try_print(const OmrSerialSearch *search, const OmrFeatures *features, const OmrBlank *blank, FormSheetId *id,
          OmrAlignment *alignment)
{
    const OmrFeatures *own = omr_blank_features(blank);
    OmrHomography maps[FEATURE_MAPS];
    OmrPose poses[FEATURE_MAPS];
    guint n = own != NULL ? omr_features_locate(own, features, maps, FEATURE_MAPS) : 0;

    for (guint i = 0; i < n; i++)
        poses[i] = (OmrPose){.map = maps[i], .error_mm = FEATURES_ERROR_MM, .thorough = TRUE};
    return try_poses(search, blank, poses, n, id, alignment);
}

const OmrBlank *
omr_serial_find(const OmrSerialSearch *search, FormSheetId *id, OmrAlignment *alignment)
{
    g_autoptr(GPtrArray) candidates = candidates_of(search->forms);
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    g_autoptr(OmrFeatures) features = NULL;
    OmrSkew skew;

    for (guint i = 0; i < candidates->len && search->traces->len > 0; i++) {
        const OmrBlank *blank = g_ptr_array_index(candidates, i);
        if (try_traces(search, blank, id, alignment))
            return blank;
    }
    if (candidates->len > 0)
        omr_skew_measure(search->image, &skew);
    for (guint i = 0; i < candidates->len; i++) {
        const OmrBlank *blank = g_ptr_array_index(candidates, i);
        gboolean whole;
        if (try_sheet(search, &skew, blank, id, alignment, &whole))
            return blank;
        if (!whole)
            g_ptr_array_add(others, (gpointer)blank);
    }
    if (others->len > 0)
        features = omr_features_new(search->image, 1);
    for (guint i = 0; i < others->len; i++) {
        const OmrBlank *blank = g_ptr_array_index(others, i);
        if (try_print(search, features, blank, id, alignment))
            return blank;
    }
    return NULL;
}
