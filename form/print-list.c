/* Printing a whole sample list: one PDF, or one a value of a column. */
#include "form-print.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "form-error.h"
#include "form-image.h"
#include "print-head-private.h"

#define PT_PER_MM      (72 / 25.4)
#define NAME_MAX_BYTES 120 /* of a value in a file name; names may have 255 with the rest around it */

/* One output file and the questionnaires in it. */
typedef struct {
    char *value; /* of the split column, or NULL */
    char *path;
    char *temporary; /* NULL while there is nothing to be removed */
    GPtrArray *rows; /* of FormSampleRow*, not owned */
} Part;

static void
part_free(gpointer data)
{
    Part *part = data;
    if (part->temporary)
        g_unlink(part->temporary);
    g_free(part->temporary);
    g_free(part->value);
    g_free(part->path);
    g_ptr_array_unref(part->rows);
    g_free(part);
}

static Part *
part_new(GPtrArray *parts, const char *value, char *path)
{
    Part *part = g_new0(Part, 1);
    part->value = g_strdup(value);
    part->path = path;
    part->rows = g_ptr_array_new();
    g_ptr_array_add(parts, part);
    return part;
}

/* A value as part of a file name: letters of any script and digits stay, what else there is becomes one "_".
 */
static char *
file_name_part(const char *value)
{
    g_autofree char *composed = g_utf8_normalize(value, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    GString *name = g_string_new(NULL);
    for (const char *c = composed ? composed : ""; *c && name->len < NAME_MAX_BYTES;
         c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);
        if (g_unichar_isalnum(u) || g_unichar_ismark(u) || u == '-' || (u == '.' && name->len > 0))
            g_string_append_unichar(name, u);
        else if (name->len == 0 || name->str[name->len - 1] != '_')
            g_string_append_c(name, '_');
    }
    if (name->len == 0)
        g_string_append_c(name, '_');
    return g_string_free(name, FALSE);
}

/* OUT.pdf -> OUT-VALUE.pdf, or OUT-VALUE-2.pdf … where another value has that name already (in any case,
 * since some file systems do not tell cases apart). */
static char *
split_path(const char *output, const char *value, GHashTable *taken)
{
    gboolean pdf = strlen(output) > 4 && g_ascii_strcasecmp(output + strlen(output) - 4, ".pdf") == 0;
    g_autofree char *stem = g_strndup(output, strlen(output) - (pdf ? 4 : 0));
    g_autofree char *name = file_name_part(value);
    for (guint i = 1;; i++) {
        g_autofree char *number = i > 1 ? g_strdup_printf("-%u", i) : g_strdup("");
        g_autofree char *path = g_strdup_printf("%s-%s%s.pdf", stem, name, number);
        g_autofree char *key = g_utf8_casefold(path, -1);
        if (g_hash_table_add(taken, g_steal_pointer(&key)))
            return g_steal_pointer(&path);
    }
}

static GPtrArray *
divide(const FormSample *sample, const FormPrintOptions *options, int column)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);
    if (column < 0) {
        Part *all = part_new(parts, NULL, g_strdup(options->output));
        for (guint i = 0; i < sample->rows->len; i++)
            g_ptr_array_add(all->rows, sample->rows->pdata[i]);
        return parts;
    }
    g_autoptr(GHashTable) by_value = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < sample->rows->len; i++) {
        FormSampleRow *row = sample->rows->pdata[i];
        const char *value = row->values[column] ? row->values[column] : "";
        Part *part = g_hash_table_lookup(by_value, value);
        if (!part) {
            part = part_new(parts, value, split_path(options->output, value, taken));
            g_hash_table_insert(by_value, part->value, part);
        }
        g_ptr_array_add(part->rows, row);
    }
    return parts;
}

typedef struct {
    FormPrinter *printer;
    const FormPackage *package;
    const FormSample *sample;
    const FormPrintOptions *options;
    guint done;
    GError *stopped; /* by options->progress */
} Job;

static cairo_status_t
write_some(void *closure, const unsigned char *data, unsigned int length)
{
    return fwrite(data, 1, length, closure) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void
print_page(Job *job, cairo_t *cr, const FormSheetId *id, const FormSampleRow *row)
{
    const FormPrintOptions *options = job->options;
    form_printer_draw(job->printer, cr, id, options->head ? NULL : job->sample, row);
    if (options->head)
        form_printer_draw_head(job->printer, cr, id->page, options->head);
    if (options->overlay)
        options->overlay(cr, id, options->data);
}

static void
print_row(Job *job, cairo_t *cr, const FormSampleRow *row)
{
    FormSheetId id = {.version = job->package->version};
    g_strlcpy(id.code, job->package->code, sizeof id.code);
    g_strlcpy(id.serial, row->serial, sizeof id.serial);
    guint n = job->package->pages->len;
    for (guint i = 0; i < n; i++) {
        id.page = (int)i + 1;
        print_page(job, cr, &id, row);
        cairo_show_page(cr);
    }
    if (n > 1 && n % 2)
        cairo_show_page(cr);
    job->done++;
    if (job->options->progress)
        job->options->progress(job->done, job->sample->rows->len, job->options->data, &job->stopped);
}

/* Draws a part's questionnaires into `file`. On failure errno tells why, or is 0 where Cairo failed by
 * itself. */
static cairo_status_t
print_rows(Job *job, const Part *part, FILE *file)
{
    const FormPackage *package = job->package;
    g_autoptr(cairo_surface_t) surface = cairo_pdf_surface_create_for_stream(
        write_some, file, package->width_mm * PT_PER_MM, package->height_mm * PT_PER_MM);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
                                   form_text_get(package->title, package->language ? package->language : ""));
    {
        g_autoptr(cairo_t) cr = cairo_create(surface);
        for (guint i = 0; i < part->rows->len && !job->stopped && cairo_status(cr) == CAIRO_STATUS_SUCCESS;
             i++)
            print_row(job, cr, part->rows->pdata[i]);
    }
    errno = 0;
    cairo_surface_finish(surface);
    return cairo_surface_status(surface);
}

static gboolean
fail_write(const Part *part, const char *why, GError **error)
{
    g_set_error(error, FORM_ERROR, FORM_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder and the disk"), part->path, why);
    return FALSE;
}

static gboolean
print_part(Job *job, Part *part, GError **error)
{
    part->temporary = g_strdup_printf("%s.XXXXXX", part->path);
    int fd = g_mkstemp_full(part->temporary, O_RDWR | O_CLOEXEC, 0666);
    if (fd < 0) {
        int why = errno;
        g_clear_pointer(&part->temporary, g_free);
        return fail_write(part, g_strerror(why), error);
    }
    FILE *file = fdopen(fd, "wb");
    if (!file) {
        close(fd);
        return fail_write(part, g_strerror(errno), error);
    }
    cairo_status_t status = print_rows(job, part, file);
    int why = errno;
    if (status == CAIRO_STATUS_SUCCESS && !job->stopped && (fflush(file) != 0 || fsync(fd) != 0)) {
        why = errno;
        status = CAIRO_STATUS_WRITE_ERROR;
    }
    if (fclose(file) != 0 && status == CAIRO_STATUS_SUCCESS) {
        why = errno;
        status = CAIRO_STATUS_WRITE_ERROR;
    }
    if (job->stopped) {
        g_propagate_error(error, g_steal_pointer(&job->stopped));
        return FALSE;
    }
    if (status == CAIRO_STATUS_SUCCESS)
        return TRUE;
    return fail_write(
        part, status == CAIRO_STATUS_WRITE_ERROR && why ? g_strerror(why) : cairo_status_to_string(status),
        error);
}

/* All parts are whole: only now do they take their names. */
static gboolean
keep_parts(GPtrArray *parts, GError **error)
{
    for (guint i = 0; i < parts->len; i++) {
        Part *part = parts->pdata[i];
        if (g_rename(part->temporary, part->path) != 0)
            return fail_write(part, g_strerror(errno), error);
        g_clear_pointer(&part->temporary, g_free);
    }
    return TRUE;
}

static gboolean
unknown_column(const FormSample *sample, const char *column, const char *wanted_by, GError **error)
{
    g_autofree char *columns = g_strjoinv(", ", sample->columns);
    g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT, _("%s: the sample list has no column “%s”; it has: %s"),
                wanted_by, column, columns);
    return FALSE;
}

static gboolean
check(const FormPackage *package, const FormSample *sample, const FormPrintOptions *options, GError **error)
{
    if (sample->rows->len == 0) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("the sample list has no rows; a questionnaire is printed for every row"));
        return FALSE;
    }
    if (options->split_by && print_column(sample, options->split_by) < 0)
        return unknown_column(sample, options->split_by, "--split-by", error);
    for (guint i = 0; i < package->pages->len && !options->head; i++) {
        const FormPage *page = package->pages->pdata[i];
        g_autofree char *unknown = page->head ? print_head_unknown(page->head->text, sample) : NULL;
        if (unknown)
            return unknown_column(sample, unknown, "print::head", error);
    }
    for (guint i = 0; i < sample->rows->len; i++) {
        const FormSampleRow *row = sample->rows->pdata[i];
        if (!form_serial_is_valid(row->serial)) {
            g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                        _("line %d of the sample list: “%.40s” cannot be a serial; use 1 to %d of the "
                          "characters A-Z 0-9 . -"),
                        row->line, row->serial, FORM_SERIAL_MAX);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
form_print(const FormPackage *package, const FormSample *sample, const FormPrintOptions *options,
           GError **error)
{
    if (!check(package, sample, options, error))
        return FALSE;
    g_autoptr(FormPrinter) printer = form_printer_new(package, error);
    if (!printer)
        return FALSE;
    int column = options->split_by ? print_column(sample, options->split_by) : -1;
    g_autoptr(GPtrArray) parts = divide(sample, options, column);
    Job job = {.printer = printer, .package = package, .sample = sample, .options = options};
    for (guint i = 0; i < parts->len; i++)
        if (!print_part(&job, parts->pdata[i], error))
            return FALSE;
    return keep_parts(parts, error);
}
