/* People's decisions as labels: the archived images are read again, for what was measured is not kept. */
#include "marks-labels-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"
#include "store.h"

typedef struct {
    const Store *store;
    GPtrArray *images; /* of MarksImage*; their data: the fields decided, GHashTable of char* -> char* */
    char *sha256;      /* of the page at hand */
    int index;
} Gathering;

static void
decided_image_free(gpointer data)
{
    MarksImage *image = data;
    g_hash_table_unref(image->data);
    marks_image_free(image);
}

/* Two marks were left to stand: which, the decision does not say. */
static gboolean
take_decision(const StoreDecision *decision, gpointer data, GError **error G_GNUC_UNUSED)
{
    Gathering *gathering = data;
    if (decision->state == FORM_FIELD_MULTIPLE)
        return TRUE;
    if (g_strcmp0(gathering->sha256, decision->sha256) != 0 || gathering->index != decision->index) {
        g_autofree char *path = store_image_path(gathering->store, decision->sha256, decision->ending);
        GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        g_ptr_array_add(gathering->images, marks_image_new(path, decision->index, decision->page, values));
        g_free(gathering->sha256);
        gathering->sha256 = g_strdup(decision->sha256);
        gathering->index = decision->index;
    }
    const MarksImage *image = gathering->images->pdata[gathering->images->len - 1];
    g_hash_table_insert(image->data, g_strdup(decision->field), g_strdup(decision->value));
    return TRUE;
}

static gboolean
judge_decided(const FormReading *reading G_GNUC_UNUSED, const OmrPosition *position, gpointer data,
              CalibrationTruth *truth)
{
    const char *values = g_hash_table_lookup(data, position->field->name);
    if (values)
        *truth = marks_truth_of(values, position);
    return values != NULL;
}

static GPtrArray *
gather_images(Store *store, const char *scanner, const char *station_dir, GError **error)
{
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func(decided_image_free);
    Gathering gathering = {.store = store, .images = images};
    gboolean fine = store_decisions_each(store, scanner, take_decision, &gathering, error);
    g_free(gathering.sha256);
    if (!fine)
        return NULL;
    if (images->len)
        return g_steal_pointer(&images);
    if (scanner)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: nobody has decided about a page of the scanner '%s'; is its name right?"),
                    station_dir, scanner);
    else
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: nobody has decided about a page of this station yet"), station_dir);
    return NULL;
}

gboolean
marks_labels_decisions(const char *station_dir, const char *scanner, const CalibrationProfile *profile,
                       guint threads, CalibrationLabels *labels, MarksCount *count, GError **error)
{
    g_autoptr(Store) store = store_open(station_dir, error);
    g_autoptr(GPtrArray) images = store ? gather_images(store, scanner, station_dir, error) : NULL;
    g_autoptr(GPtrArray) packages = images ? store_load_forms(store, error) : NULL;
    if (!packages)
        return FALSE;
    g_autoptr(OmrForms) forms = omr_forms_new();
    for (guint i = 0; i < packages->len; i++)
        if (!omr_forms_add(forms, packages->pdata[i], error))
            return FALSE;
    MarksScans scans = {
        .images = images, .forms = forms, .profile = profile, .judge = judge_decided, .threads = threads};
    return marks_labels_read(&scans, labels, count, error);
}
