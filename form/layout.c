#include "form-layout.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "form-error.h"
#include "layout-private.h"

#define BLANK_DPI 300
#define PT_PER_MM (72 / 25.4)

/* Sizes of running text, best first. The largest that needs no more pages than the smallest is taken. */
static const double base_sizes_pt[] = {10.5, 10.25, 10, 9.75, 9.5, 9.25, 9};

/* One try of the whole form at one text size. */
typedef struct {
    LayoutBuild build;
    GPtrArray *pages; /* of GArray of LayoutPlaced */
} Trial;

static void
trial_free(Trial *trial)
{
    if (!trial)
        return;
    layout_type_free(trial->build.type);
    if (trial->build.blocks)
        g_ptr_array_unref(trial->build.blocks);
    if (trial->pages)
        g_ptr_array_unref(trial->pages);
    g_free(trial);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trial, trial_free)

static Trial *
trial_new(const FormDefinition *definition, const char *language, double base_pt, GError **error)
{
    g_autoptr(Trial) trial = g_new0(Trial, 1);
    LayoutBuild *build = &trial->build;
    build->definition = definition;
    build->language = language;
    build->words = layout_words(language);
    build->blocks = g_ptr_array_new_with_free_func((GDestroyNotify)layout_block_unref);
    build->type = layout_type_new(base_pt, error);
    if (!build->type)
        return NULL;
    layout_blocks_build(build);
    double bottom_mm = layout_frame_bottom_mm();
    double first_mm = layout_frame_top_mm(build, TRUE), other_mm = layout_frame_top_mm(build, FALSE);
    if (!layout_type_check(build->type, error))
        return NULL;
    trial->pages = layout_flow(build->blocks, bottom_mm - first_mm, bottom_mm - other_mm, error);
    return trial->pages ? g_steal_pointer(&trial) : NULL;
}

static Trial *
best_trial(const FormDefinition *definition, const char *language, GError **error)
{
    const gsize smallest = G_N_ELEMENTS(base_sizes_pt) - 1;
    g_autoptr(Trial) tightest = trial_new(definition, language, base_sizes_pt[smallest], error);
    if (!tightest)
        return NULL;
    for (gsize i = 0; i < smallest; i++) {
        g_autoptr(Trial) trial = trial_new(definition, language, base_sizes_pt[i], NULL);
        if (trial && trial->pages->len <= tightest->pages->len)
            return g_steal_pointer(&trial);
    }
    return g_steal_pointer(&tightest);
}

static void
add_fields(FormPage *page, const LayoutPlaced *placed)
{
    double top_mm = layout_placed_top(placed);
    for (guint i = 0; i < placed->block->fields->len; i++) {
        const LayoutField *from = placed->block->fields->pdata[i];
        FormField *field = form_page_add_field(page, from->question->name, from->question->type);
        field->personal = from->question->personal;
        for (guint o = 0; o < from->options->len; o++) {
            const LayoutOption *option = &g_array_index(from->options, LayoutOption, o);
            FormRect rect = option->rect;
            rect.y_mm += top_mm;
            form_field_add_option(field, option->value, rect, option->shape);
        }
        if (!from->has_box)
            continue;
        field->has_box = TRUE;
        field->box = from->box;
        field->box.y_mm += top_mm;
        field->cells = from->cells;
    }
}

static void
replace_text(FormText **text, const FormText *by)
{
    form_text_free(*text);
    *text = form_text_copy(by);
}

static FormQuestion *
copy_question(const FormQuestion *from)
{
    FormQuestion *to = form_question_new(from->name, from->type);
    replace_text(&to->label, from->label);
    replace_text(&to->hint, from->hint);
    replace_text(&to->group, from->group);
    for (guint i = 0; i < from->choices->len; i++) {
        const FormChoice *choice = from->choices->pdata[i];
        replace_text(&form_question_add_choice(to, choice->value)->label, choice->label);
    }
    to->list = g_strdup(from->list);
    to->marks = from->marks;
    to->required = from->required;
    to->relevant = g_strdup(from->relevant);
    to->constraint = g_strdup(from->constraint);
    to->personal = from->personal;
    to->write_in_of = g_strdup(from->write_in_of);
    to->write_in_value = g_strdup(from->write_in_value);
    return to;
}

/* "x.form.json" -> "x"; any other ending stays. */
static char *
stem_of(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    if (g_str_has_suffix(name, ".form.json"))
        name[strlen(name) - strlen(".form.json")] = '\0';
    return g_steal_pointer(&name);
}

static FormPackage *
make_package(const Trial *trial, const char *stem, GPtrArray *pages)
{
    const FormDefinition *definition = trial->build.definition;
    LayoutBuild build = trial->build;
    FormPackage *package = form_package_new(definition->code, definition->version);
    replace_text(&package->title, definition->title);
    g_free(package->language);
    package->language = g_strdup(build.language);
    package->width_mm = LAYOUT_PAGE_W_MM;
    package->height_mm = LAYOUT_PAGE_H_MM;
    package->print_file = g_strdup_printf("%s.pdf", stem);
    for (guint i = 0; i < trial->pages->len; i++) {
        LayoutPage *page = g_new0(LayoutPage, 1);
        page->page = form_package_add_page(package);
        page->page->blank_file = g_strdup_printf("%s-p%u.png", stem, i + 1);
        page->page->blank_dpi = BLANK_DPI;
        page->frame = layout_frame(&build, page->page, trial->pages->len);
        page->placed = g_array_ref(trial->pages->pdata[i]);
        double top_mm = layout_frame_top_mm(&build, i == 0);
        for (guint p = 0; p < page->placed->len; p++) {
            LayoutPlaced *placed = &g_array_index(page->placed, LayoutPlaced, p);
            placed->y_mm = round((placed->y_mm + top_mm) * 100) / 100;
            add_fields(page->page, placed);
        }
        g_ptr_array_add(pages, page);
    }
    for (guint i = 0; i < definition->items->len; i++) {
        const FormItem *item = definition->items->pdata[i];
        if (!item->head && item->question->type != FORM_NOTE)
            g_ptr_array_add(package->questions, copy_question(item->question));
    }
    return package;
}

static gboolean
write_file(const char *path, const void *bytes, gsize size, GError **error)
{
    g_autoptr(GError) failed = NULL;
    GFileSetContentsFlags safe = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
    if (g_file_set_contents_full(path, bytes, size, safe, 0666, &failed))
        return TRUE;
    g_set_error(error, FORM_ERROR, FORM_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder and the disk"), path, failed->message);
    return FALSE;
}

static gboolean
write_blank(const LayoutPage *page, const char *path, GError **error)
{
    int width_px = (int)lround(LAYOUT_PAGE_W_MM / 25.4 * BLANK_DPI);
    int height_px = (int)lround(LAYOUT_PAGE_H_MM / 25.4 * BLANK_DPI);
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_px, height_px);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, BLANK_DPI / 25.4, BLANK_DPI / 25.4);
    layout_page_draw(page, cr);
    g_autoptr(PIX) pix = form_image_from_surface(surface, FALSE);
    l_uint8 *png = NULL;
    size_t size = 0;
    if (pix) {
        pixSetResolution(pix, BLANK_DPI, BLANK_DPI);
        pixSetZlibCompression(pix, 4);
    }
    if (!pix || pixWriteMemPng(&png, &size, pix, 0) != 0) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_MACHINE, _("%s: no memory for an image of the page"), path);
        return FALSE;
    }
    gboolean written = write_file(path, png, size, error);
    lept_free(png);
    return written;
}

static cairo_status_t
append(void *closure, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static gboolean
write_master(const GPtrArray *pages, const char *title, const char *path, GError **error)
{
    g_autoptr(GByteArray) pdf = g_byte_array_new();
    g_autoptr(cairo_surface_t) surface = cairo_pdf_surface_create_for_stream(
        append, pdf, LAYOUT_PAGE_W_MM * PT_PER_MM, LAYOUT_PAGE_H_MM * PT_PER_MM);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    /* the same definition makes the same bytes */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2026-01-01T00:00:00Z");
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_scale(cr, PT_PER_MM, PT_PER_MM);
    for (guint i = 0; i < pages->len; i++) {
        layout_page_draw(pages->pdata[i], cr);
        cairo_show_page(cr);
    }
    cairo_surface_finish(surface);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_MACHINE,
                    _("%s: cannot be drawn (%s); is there memory left?"), path,
                    cairo_status_to_string(cairo_surface_status(surface)));
        return FALSE;
    }
    return write_file(path, pdf->data, pdf->len, error);
}

FormPackage *
form_layout_compile(const FormDefinition *definition, const char *language, const char *path, GError **error)
{
    language = language ? language : definition->language ? definition->language : "";
    g_autoptr(Trial) trial = best_trial(definition, language, error);
    if (!trial)
        return NULL;
    if (trial->pages->len > FORM_MAX_PAGES) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("the form needs %u pages, but may have %d; shorten it"), trial->pages->len,
                    FORM_MAX_PAGES);
        return NULL;
    }
    g_autofree char *stem = stem_of(path);
    g_autofree char *dir = g_path_get_dirname(path);
    g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func((GDestroyNotify)layout_page_free);
    g_autoptr(FormPackage) package = make_package(trial, stem, pages);
    for (guint i = 0; i < pages->len; i++) {
        const LayoutPage *page = pages->pdata[i];
        g_autofree char *blank = g_build_filename(dir, page->page->blank_file, NULL);
        if (!write_blank(page, blank, error))
            return NULL;
    }
    g_autofree char *master = g_build_filename(dir, package->print_file, NULL);
    if (!write_master(pages, form_text_get(definition->title, language), master, error) ||
        !form_package_save(package, path, error))
        return NULL;
    return g_steal_pointer(&package);
}
