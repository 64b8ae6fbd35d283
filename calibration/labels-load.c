/* Labels out of a CSV file. */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "calibration-error.h"
#include "form-csv.h"
#include "labels-private.h"

#define MAX_BYTES ((gint64)1024 * 1024 * 1024)

/* No measure comes near it. */
#define MAX_NUMBER 1e6

typedef struct {
    const char *path;
    FormCsv csv;
    int column[CALIBRATION_LABEL_COLUMNS]; /* where each stands */
    int *feature;                          /* likewise */
    guint n_columns;
} Reader;

static gboolean
fail(const Reader *reader, GError **error, const char *column, const char *wanted)
{
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT, _("%s line %d: %s must be %s"),
                reader->path, reader->csv.line, column, wanted);
    return FALSE;
}

static char *
load_text(const char *path, gsize *length, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *text = NULL;
    GStatBuf status;

    if (g_stat(path, &status) == 0 && (!S_ISREG(status.st_mode) || status.st_size > MAX_BYTES)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                    _("%s: is no file of labels: no file, or larger than %d MB"), path,
                    (int)(MAX_BYTES / 1024 / 1024));
        return NULL;
    }
    if (!g_file_get_contents(path, &text, length, &failure)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT, _("%s: cannot be read (%s)"), path,
                    failure->message);
        return NULL;
    }
    if (memchr(text, '\0', *length) != NULL || !g_utf8_validate(text, (gssize)*length, NULL)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                    _("%s: is no file of labels: it must be CSV in UTF-8, as --save-labels writes it"), path);
        return NULL;
    }
    return g_steal_pointer(&text);
}

static int
find_column(const GPtrArray *header, const char *name)
{
    for (guint i = 0; i < header->len; i++) {
        if (g_str_equal(g_ptr_array_index(header, i), name))
            return (int)i;
    }
    return -1;
}

/* Every column that is due must be there and no other: a feature that this program does not know was measured
 * by another version, whose other features may mean something else too. */
static gboolean
read_header(Reader *reader, GError **error)
{
    guint n_features = calibration_mark_n_features();
    const char *missing = NULL;

    if (form_csv_next(&reader->csv) != FORM_CSV_ROW) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                    _("%s: is no file of labels: its header is missing"), reader->path);
        return FALSE;
    }
    reader->n_columns = CALIBRATION_LABEL_COLUMNS + n_features;
    for (guint i = 0; i < reader->n_columns; i++) {
        gboolean is_feature = i >= CALIBRATION_LABEL_COLUMNS;
        const char *name = is_feature ? calibration_mark_feature_name(i - CALIBRATION_LABEL_COLUMNS)
                                      : calibration_label_columns[i];
        int column = find_column(reader->csv.fields, name);
        if (is_feature)
            reader->feature[i - CALIBRATION_LABEL_COLUMNS] = column;
        else
            reader->column[i] = column;
        missing = missing == NULL && column < 0 ? name : missing;
    }
    if (missing == NULL && reader->csv.fields->len == reader->n_columns)
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: its columns are not those that this version measures (%s); label the pages again"),
                reader->path, missing != NULL ? missing : _("there are more"));
    return FALSE;
}

/* Index of a word in a table that ends with NULL. */
static gboolean
read_word(const char *text, const char *const *words, guint *index)
{
    for (*index = 0; words[*index] != NULL; *index += 1) {
        if (g_str_equal(words[*index], text))
            return TRUE;
    }
    return FALSE;
}

static gboolean
read_feature(const char *text, double *value)
{
    char *end = NULL;

    *value = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && fabs(*value) <= MAX_NUMBER;
}

static gboolean
read_label(const Reader *reader, CalibrationLabel *label, GError **error)
{
    char *const *cells = (char *const *)reader->csv.fields->pdata;
    const char *handed = cells[reader->column[4]];
    guint truth, rule;

    label->group = cells[reader->column[0]];
    label->field = cells[reader->column[1]];
    if (!read_word(cells[reader->column[2]], calibration_truth_names, &truth))
        return fail(reader, error, "truth", _("empty, marked or cancelled"));
    if (!read_word(cells[reader->column[3]], calibration_rule_names, &rule))
        return fail(reader, error, "rule", _("model, person, empty or marked"));
    if (!g_str_equal(handed, "0") && !g_str_equal(handed, "1"))
        return fail(reader, error, "handed", _("0 or 1"));
    label->truth = (CalibrationTruth)truth;
    label->rule = (CalibrationRule)rule;
    label->handed = handed[0] == '1';
    for (guint i = 0; i < calibration_mark_n_features(); i++) {
        double value;
        if (!read_feature(cells[reader->feature[i]], &value))
            return fail(reader, error, calibration_mark_feature_name(i), _("a number"));
        calibration_mark_set_feature(&label->mark, i, value);
    }
    return TRUE;
}

static gboolean
read_rows(Reader *reader, CalibrationLabels *labels, GError **error)
{
    FormCsvResult result;

    while ((result = form_csv_next(&reader->csv)) != FORM_CSV_END) {
        CalibrationLabel label;
        if (result != FORM_CSV_ROW || reader->csv.fields->len != reader->n_columns) {
            g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                        _("%s line %d: has not as many cells as the header"), reader->path, reader->csv.line);
            return FALSE;
        }
        if (!read_label(reader, &label, error))
            return FALSE;
        if (!calibration_labels_add(labels, &label)) {
            g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                        _("%s line %d: more than %d labels, or a name of more than 200 bytes"), reader->path,
                        reader->csv.line, CALIBRATION_MAX_LABELS);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
calibration_labels_load(CalibrationLabels *labels, const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = load_text(path, &length, error);

    if (text == NULL)
        return FALSE;
    gsize mark = g_str_has_prefix(text, "\xEF\xBB\xBF") ? 3 : 0;
    Reader reader = {.path = path};
    g_autofree int *feature = reader.feature = g_new0(int, calibration_mark_n_features());
    form_csv_init(&reader.csv, text + mark, length - mark);
    gboolean loaded = read_header(&reader, error) && read_rows(&reader, labels, error);
    form_csv_clear(&reader.csv);
    return loaded;
}
