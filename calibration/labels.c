#include "labels-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "calibration-error.h"

#define MAX_TEXT 200

const char *const calibration_label_columns[CALIBRATION_LABEL_COLUMNS] = {"group", "field", "truth", "rule",
                                                                          "handed"};

const char *const calibration_truth_names[] = {"empty", "marked", "cancelled", NULL};

const char *const calibration_rule_names[] = {"model", "person", "empty", "marked", NULL};

struct CalibrationLabels {
    GArray *labels;        /* of CalibrationLabel */
    GStringChunk *strings; /* of groups and fields, each once */
};

CalibrationLabels *
calibration_labels_new(void)
{
    CalibrationLabels *labels = g_new0(CalibrationLabels, 1);

    labels->labels = g_array_new(FALSE, FALSE, sizeof(CalibrationLabel));
    labels->strings = g_string_chunk_new(4096);
    return labels;
}

void
calibration_labels_free(CalibrationLabels *labels)
{
    if (labels == NULL)
        return;
    g_array_unref(labels->labels);
    g_string_chunk_free(labels->strings);
    g_free(labels);
}

static double
rounded(double value)
{
    char text[CALIBRATION_NUMBER_SIZE];

    return g_ascii_strtod(calibration_number(text, value), NULL);
}

gboolean
calibration_labels_add(CalibrationLabels *labels, const CalibrationLabel *label)
{
    CalibrationLabel added = *label;

    if (labels->labels->len >= CALIBRATION_MAX_LABELS || strlen(label->group) > MAX_TEXT ||
        strlen(label->field) > MAX_TEXT)
        return FALSE;
    for (guint i = 0; i < calibration_mark_n_features(); i++)
        calibration_mark_set_feature(&added.mark, i, rounded(calibration_mark_feature(&label->mark, i)));
    added.group = g_string_chunk_insert_const(labels->strings, label->group);
    added.field = g_string_chunk_insert_const(labels->strings, label->field);
    g_array_append_val(labels->labels, added);
    return TRUE;
}

guint
calibration_labels_count(const CalibrationLabels *labels)
{
    return labels->labels->len;
}

const CalibrationLabel *
calibration_labels_at(const CalibrationLabels *labels, guint i)
{
    return &g_array_index(labels->labels, CalibrationLabel, i);
}

gboolean
calibration_label_is_judged(const CalibrationLabel *label)
{
    return label->rule == CALIBRATION_RULE_MODEL && !label->handed &&
           label->truth != CALIBRATION_TRUTH_CANCELLED;
}

void
calibration_labels_judged(const CalibrationLabels *labels, guint *judged, guint *marked)
{
    *judged = *marked = 0;
    for (guint i = 0; i < labels->labels->len; i++) {
        const CalibrationLabel *label = calibration_labels_at(labels, i);
        if (!calibration_label_is_judged(label))
            continue;
        *judged += 1;
        *marked += label->truth == CALIBRATION_TRUTH_MARKED;
    }
}

const char *
calibration_number(char text[CALIBRATION_NUMBER_SIZE], double value)
{
    /* a negative zero is another text than zero */
    return g_ascii_formatd(text, CALIBRATION_NUMBER_SIZE, "%.7g", value == 0 ? 0 : value);
}

static void
append_text(GString *line, const char *text)
{
    if (strpbrk(text, ",;\t\"\r\n") == NULL) {
        g_string_append(line, text);
        return;
    }
    g_string_append_c(line, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *text);
    }
    g_string_append_c(line, '"');
}

static void
write_header(GString *line)
{
    for (guint i = 0; i < CALIBRATION_LABEL_COLUMNS; i++)
        g_string_append_printf(line, "%s%s", i > 0 ? "," : "", calibration_label_columns[i]);
    for (guint i = 0; i < calibration_mark_n_features(); i++)
        g_string_append_printf(line, ",%s", calibration_mark_feature_name(i));
    g_string_append_c(line, '\n');
}

static void
write_label(GString *line, const CalibrationLabel *label)
{
    append_text(line, label->group);
    g_string_append_c(line, ',');
    append_text(line, label->field);
    g_string_append_printf(line, ",%s,%s,%d", calibration_truth_names[label->truth],
                           calibration_rule_names[label->rule], label->handed ? 1 : 0);
    for (guint i = 0; i < calibration_mark_n_features(); i++) {
        char number[CALIBRATION_NUMBER_SIZE];
        g_string_append_c(line, ',');
        g_string_append(line, calibration_number(number, calibration_mark_feature(&label->mark, i)));
    }
    g_string_append_c(line, '\n');
}

/* Line by line, so that millions of labels need no second copy. */
static gboolean
each_line(const CalibrationLabels *labels, gboolean (*take)(const GString *line, gpointer data),
          gpointer data)
{
    g_autoptr(GString) line = g_string_new(NULL);

    write_header(line);
    if (!take(line, data))
        return FALSE;
    for (guint i = 0; i < labels->labels->len; i++) {
        g_string_truncate(line, 0);
        write_label(line, calibration_labels_at(labels, i));
        if (!take(line, data))
            return FALSE;
    }
    return TRUE;
}

static gboolean
add_to_checksum(const GString *line, gpointer checksum)
{
    g_checksum_update(checksum, (const guchar *)line->str, (gssize)line->len);
    return TRUE;
}

char *
calibration_labels_digest(const CalibrationLabels *labels)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

    each_line(labels, add_to_checksum, checksum);
    return g_strdup(g_checksum_get_string(checksum));
}

static gboolean
add_to_file(const GString *line, gpointer file)
{
    return fwrite(line->str, 1, line->len, file) == line->len;
}

gboolean
calibration_labels_save(const CalibrationLabels *labels, const char *path, GError **error)
{
    g_autofree char *aside = g_strconcat(path, ".XXXXXX", NULL);
    int handle = g_mkstemp_full(aside, O_RDWR, 0666);
    FILE *file = handle < 0 ? NULL : fdopen(handle, "wb");
    gboolean written =
        file != NULL && each_line(labels, add_to_file, file) && fflush(file) == 0 && fsync(handle) == 0;

    if (file != NULL)
        written = fclose(file) == 0 && written;
    if (written && g_rename(aside, path) == 0)
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder and the disk"), path, g_strerror(errno));
    if (handle >= 0)
        g_unlink(aside);
    return FALSE;
}
