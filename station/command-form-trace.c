#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command-private.h"
#include "form-image.h"
#include "form-sheet-id.h"
#include "omr-trace.h"
#include "scanner-pages.h"

#define LEAST_DPI 50.0
#define MOST_DPI  1200.0
#define ENDING    ".form.json"

typedef struct {
    char *output, *overlay, *paper;
    double dpi;
} Options;

static const struct {
    const char *name;
    double width_mm, height_mm;
} papers[] = {
    {"A3", 297, 420}, {"A4", 210, 297}, {"A5", 148, 210}, {"letter", 215.9, 279.4}, {"legal", 215.9, 355.6}};

static gboolean
check_options(Options *options, const char *scan, GError **error)
{
    if (!options->output) {
        g_autofree char *base = g_path_get_basename(scan);
        char *dot = strrchr(base, '.');
        if (dot && dot != base)
            *dot = '\0';
        options->output = g_strconcat(base, ENDING, NULL);
    }
    if (!g_str_has_suffix(options->output, ENDING)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("form trace: '%s' is no package name; write '-o NAME.form.json'"), options->output);
        return FALSE;
    }
    if (options->dpi != 0 && !(options->dpi >= LEAST_DPI && options->dpi <= MOST_DPI)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--dpi %g: must be %g to %g"), options->dpi,
                    LEAST_DPI, MOST_DPI);
        return FALSE;
    }
    if (options->dpi != 0 && options->paper) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--dpi and --paper: only one of them"));
        return FALSE;
    }
    return command_need_path(scan, error) && command_need_folder(options->output, error) &&
           (!options->overlay || command_need_folder(options->overlay, error));
}

/* The paper fills the picture: its size tells the resolution. */
static gboolean
facts_of_paper(const char *paper, const ScannerPage *page, OmrTraceFacts *facts, GError **error)
{
    double width = pixGetWidth(page->pix), height = pixGetHeight(page->pix);
    for (guint i = 0; i < G_N_ELEMENTS(papers); i++) {
        if (g_ascii_strcasecmp(paper, papers[i].name) != 0)
            continue;
        gboolean lying = width > height;
        facts->dpi_x = width / (lying ? papers[i].height_mm : papers[i].width_mm) * 25.4;
        facts->dpi_y = height / (lying ? papers[i].width_mm : papers[i].height_mm) * 25.4;
        return TRUE;
    }
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("--paper %s: must be A3, A4, A5, letter or legal"), paper);
    return FALSE;
}

static gboolean
find_facts(const Options *options, const char *shown, const ScannerPage *page, OmrTraceFacts *facts,
           GError **error)
{
    *facts = (OmrTraceFacts){page->dpi_x, page->dpi_y};
    if (options->dpi != 0)
        *facts = (OmrTraceFacts){options->dpi, options->dpi};
    if (options->paper && !facts_of_paper(options->paper, page, facts, error))
        return FALSE;
    if (facts->dpi_x >= LEAST_DPI && facts->dpi_y >= LEAST_DPI && facts->dpi_x <= MOST_DPI &&
        facts->dpi_y <= MOST_DPI)
        return TRUE;
    g_set_error(
        error, STATION_ERROR, STATION_ERROR_INPUT,
        _("%s: its resolution is not known; name it with --dpi N, or the paper that fills the picture with "
          "--paper A4"),
        shown);
    return FALSE;
}

static gboolean
is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* The stem of the package's name and its blank; an edited package or the scan itself is never written over.
 */
static gboolean
check_places(const Options *options, const char *scan, char **stem, char **blank, GError **error)
{
    *stem = g_strndup(options->output, strlen(options->output) - strlen(ENDING));
    *blank = g_strconcat(*stem, "-p1.png", NULL);
    if (g_file_test(options->output, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: is there already; move it away, or name another package with -o"),
                    options->output);
        return FALSE;
    }
    if (is_same_file(scan, *blank) || (options->overlay && is_same_file(scan, options->overlay))) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: is the scan itself and would be written over; name another package with -o"),
                    scan);
        return FALSE;
    }
    return TRUE;
}

/* The form's code from the package's name: what a QR could hold. */
static char *
code_of(const char *stem)
{
    GString *code = g_string_new(NULL);
    for (const char *c = stem; *c && code->len < FORM_CODE_MAX; c++)
        if (g_ascii_isalnum(*c) || *c == '-' || *c == '.')
            g_string_append_c(code, g_ascii_toupper(*c));
    if (!code->len)
        g_string_assign(code, "FORM");
    return g_string_free(code, FALSE);
}

/* Written aside and renamed, as the package. */
static gboolean
write_png(PIX *pix, const char *path, GError **error)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    g_autoptr(GError) problem = NULL;
    gboolean written = pix && pixWriteMemPng(&bytes, &length, pix, 0) == 0 &&
                       g_file_set_contents_full(path, (const char *)bytes, (gssize)length,
                                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                                0666, &problem);
    lept_free(bytes);
    if (!written)
        g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE,
                    _("%s: cannot be written (%s); check the folder and the disk"), path,
                    problem ? problem->message : _("no memory"));
    return written;
}

static gboolean
write_package(const OmrTrace *trace, const char *output, const char *stem, const char *blank, GError **error)
{
    g_autofree char *name = g_path_get_basename(stem), *code = code_of(name),
                    *blank_name = g_path_get_basename(blank);
    g_autoptr(FormPackage) package = omr_trace_package(trace, code, blank_name);
    if (!write_png(trace->blank, blank, error) || !form_package_save(package, output, error))
        return FALSE;
    g_autoptr(FormPackage) again = form_package_load(output, error);
    return again != NULL;
}

static void
print_block(const OmrTrace *trace, guint from, guint to)
{
    const OmrTraceField *first = trace->fields->pdata[from], *last = trace->fields->pdata[to - 1];
    const FormOption *option = &g_array_index(first->options, FormOption, 0);
    const char *shape = option->shape == FORM_SHAPE_ELLIPSE ? _("bubbles") : _("boxes");
    if (to - from == 1)
        printf(_("  %s: a row of %u %s, %.1f × %.1f mm\n"), first->name, first->options->len, shape,
               option->w_mm, option->h_mm);
    else
        printf(_("  %s to %s: %u rows of %u %s, %.1f × %.1f mm\n"), first->name, last->name, to - from,
               first->options->len, shape, option->w_mm, option->h_mm);
}

static void
print_found(const OmrTrace *trace, const char *output)
{
    for (guint from = 0; from < trace->fields->len;) {
        guint to = from + 1;
        int block = ((const OmrTraceField *)trace->fields->pdata[from])->block;
        while (to < trace->fields->len && ((const OmrTraceField *)trace->fields->pdata[to])->block == block)
            to++;
        print_block(trace, from, to);
        from = to;
    }
    for (guint i = 0; i < trace->boxes->len; i++) {
        const OmrTraceBox *box = trace->boxes->pdata[i];
        if (box->cells > 0)
            printf(_("  %s: a box of %d cells, %.0f × %.0f mm\n"), box->name, box->cells, box->box.w_mm,
                   box->box.h_mm);
        else
            printf(_("  %s: a box to write in, %.0f × %.0f mm\n"), box->name, box->box.w_mm, box->box.h_mm);
    }
    printf(_("Written: %s (fields: %u, positions: %d, page: %.0f × %.0f mm)\n"), output,
           trace->fields->len + trace->boxes->len, trace->n_options,
           pixGetWidth(trace->blank) / trace->dpi * 25.4, pixGetHeight(trace->blank) / trace->dpi * 25.4);
    if (fabs(trace->skew_deg) > 0)
        printf(_("The page lay %.2f° askew: the blank is turned straight, and positions are those of the "
                 "blank.\n"),
               fabs(trace->skew_deg));
    if (trace->n_guessed > 0)
        printf(_("Check: %d positions have a broken outline or a mark and were found by their neighbours.\n"),
               trace->n_guessed);
    if (trace->n_alone > 0)
        printf(_("Check: %d shapes that stand alone or look like letters were left out.\n"), trace->n_alone);
    printf(
        "%s\n",
        _("Check and edit: names, rows that are one question, types (select_multiple), marks on the blank. "
          "Then 'phieu read' of the blank must give every field as blank."));
}

static CommandStatus
trace_page(const Options *options, const char *scan, GError **error)
{
    g_autofree char *shown = g_filename_display_name(scan);
    g_autofree char *stem = NULL, *blank = NULL;
    if (!check_places(options, scan, &stem, &blank, error))
        return COMMAND_FAILED;
    g_autoptr(ScannerFile) file = scanner_file_open(scan, error);
    g_auto(ScannerPage) page = {0};
    OmrTraceFacts facts;
    if (!file || !scanner_file_read(file, 0, &page, error) ||
        !find_facts(options, shown, &page, &facts, error))
        return COMMAND_FAILED;
    if (scanner_file_n_pages(file) > 1)
        command_warn(_("%s: only the first of its %d pages is traced; give the others one by one"), shown,
                     scanner_file_n_pages(file));
    g_autoptr(OmrTrace) trace = omr_trace(page.pix, &facts, shown, error);
    if (!trace)
        return COMMAND_FAILED;
    if (options->overlay) {
        g_autoptr(PIX) overlay = omr_trace_overlay(trace);
        if (!write_png(overlay, options->overlay, error))
            return COMMAND_FAILED;
    }
    if (!write_package(trace, options->output, stem, blank, error))
        return COMMAND_FAILED;
    print_found(trace, options->output);
    return COMMAND_DONE;
}

CommandStatus
command_form_trace(CommandCall *call, GError **error)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         N_("The package to write; its blank is written beside it (named after the scan unless given)"),
         "NAME.form.json"},
        {"dpi", 0, 0, G_OPTION_ARG_DOUBLE, &options.dpi,
         N_("The scan's resolution, where the file is wrong or silent"), "N"},
        {"paper", 0, 0, G_OPTION_ARG_STRING, &options.paper,
         N_("The paper that fills the picture (A3 A4 A5 letter legal), instead of --dpi"), "SIZE"},
        {"overlay", 0, 0, G_OPTION_ARG_FILENAME, &options.overlay,
         N_("A picture of what was found, for the eye"), "FILE.png"},
        G_OPTION_ENTRY_NULL,
    };
    CommandStatus status = COMMAND_FAILED;
    if (command_parse(call, entries, 1, 1, error) && check_options(&options, call->rest[0], error))
        status = trace_page(&options, call->rest[0], error);
    g_free(options.output);
    g_free(options.overlay);
    g_free(options.paper);
    return status;
}
