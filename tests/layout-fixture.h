/* What holds of every form that is laid out: nothing overlaps, every letter can be read. */
#pragma once

#include <poppler.h>

#include "form-compiled.h"

#define MM_PER_PT (25.4 / 72)

static inline PopplerDocument *
open_master(const FormPackage *package)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = form_package_path(package, package->print_file);
    g_autoptr(GFile) file = g_file_new_for_path(path);
    PopplerDocument *document = poppler_document_new_from_gfile(file, NULL, NULL, &error);
    g_assert_no_error(error);
    return document;
}

static inline guint
times_on_paper(const FormPackage *package, const char *name, guint *options)
{
    guint times = 0;
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = page->fields->pdata[i];
            if (strcmp(field->name, name) != 0)
                continue;
            times++;
            *options = field->options->len;
        }
    }
    return times;
}

static inline FormRect
rect_of(const FormOption *option)
{
    return (FormRect){option->x_mm - option->w_mm / 2, option->y_mm - option->h_mm / 2, option->w_mm,
                      option->h_mm};
}

typedef struct {
    FormRect rect;
    const char *what;
} Thing;

static inline void
add_thing(GArray *things, FormRect rect, const char *what)
{
    Thing thing = {rect, what};
    g_array_append_val(things, thing);
}

static inline GArray *
things_of(const FormPage *page)
{
    GArray *things = g_array_new(FALSE, FALSE, sizeof(Thing));
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = page->fields->pdata[i];
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            add_thing(things, rect_of(option), field->name);
        }
        if (field->has_box)
            add_thing(things, field->box, field->name);
    }
    for (guint i = 0; i < page->fiducials->len; i++) {
        FormRect rect = g_array_index(page->fiducials, FormRect, i);
        rect = (FormRect){rect.x_mm - 2.5, rect.y_mm - 2.5, rect.w_mm + 5, rect.h_mm + 5};
        add_thing(things, rect, "fiducial with its quiet zone");
    }
    for (guint i = 0; i < page->qr->len; i++)
        add_thing(things, g_array_index(page->qr, FormRect, i), "QR");
    g_assert_true(page->has_serial_text);
    add_thing(things, page->serial_text, "serial");
    if (page->head)
        add_thing(things, page->head->rect, "head");
    return things;
}

static inline gboolean
overlap(const FormRect *a, const FormRect *b)
{
    return a->x_mm < b->x_mm + b->w_mm - 0.001 && b->x_mm < a->x_mm + a->w_mm - 0.001 &&
           a->y_mm < b->y_mm + b->h_mm - 0.001 && b->y_mm < a->y_mm + a->h_mm - 0.001;
}

static inline void
assert_nothing_overlaps(const FormPackage *package)
{
    for (guint p = 0; p < package->pages->len; p++) {
        g_autoptr(GArray) things = things_of(package->pages->pdata[p]);
        for (guint i = 0; i < things->len; i++) {
            const Thing *a = &g_array_index(things, Thing, i);
            g_assert_cmpfloat(a->rect.x_mm, >=, 5);
            g_assert_cmpfloat(a->rect.y_mm, >=, 5);
            g_assert_cmpfloat(a->rect.x_mm + a->rect.w_mm, <=, 205);
            g_assert_cmpfloat(a->rect.y_mm + a->rect.h_mm, <=, 292);
            for (guint j = 0; j < i; j++) {
                const Thing *b = &g_array_index(things, Thing, j);
                if (overlap(&a->rect, &b->rect)) {
                    g_test_message("page %u: %s lies over %s", p + 1, a->what, b->what);
                    g_test_fail();
                }
            }
        }
    }
}

static const FormOption *
find_option(const FormPackage *package, const char *name, guint index)
{
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = page->fields->pdata[i];
            if (strcmp(field->name, name) == 0)
                return &g_array_index(field->options, FormOption, index);
        }
    }
    g_assert_not_reached();
}

static inline gboolean
in_an_option(const FormPage *page, double x_mm, double y_mm)
{
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = page->fields->pdata[i];
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            if (fabs(x_mm - option->x_mm) < option->w_mm / 2 && fabs(y_mm - option->y_mm) < option->h_mm / 2)
                return TRUE;
        }
    }
    return FALSE;
}

/* Whether a letter, without the white above and below it, touches an option or a box that it does not stand
 * in. */
static inline gboolean
touches_a_field(const FormPage *page, const PopplerRectangle *letter)
{
    double high_mm = (letter->y2 - letter->y1) * MM_PER_PT;
    FormRect ink = {letter->x1 * MM_PER_PT, letter->y1 * MM_PER_PT + high_mm * 0.25,
                    (letter->x2 - letter->x1) * MM_PER_PT, high_mm * 0.5};
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = page->fields->pdata[i];
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            FormRect rect = rect_of(option);
            if (overlap(&ink, &rect))
                return TRUE;
        }
        if (field->has_box && field->cells == 0 && overlap(&ink, &field->box))
            return TRUE;
    }
    return FALSE;
}

/* Every letter of the master is at least 9 pt high and clear of fields and margins, but for the number in a
 * bubble. Returns the number of letters. */
static inline guint
assert_letters(PopplerPage *from, const FormPage *page)
{
    guint n = 0, seen = 0;
    PopplerRectangle *places = NULL;
    GList *runs = poppler_page_get_text_attributes(from);
    g_autofree char *text = poppler_page_get_text(from);
    g_assert_true(poppler_page_get_text_layout(from, &places, &n));
    for (GList *run = runs; run; run = run->next) {
        const PopplerTextAttributes *of = run->data;
        for (int i = of->start_index; i <= of->end_index && i < (int)n; i++) {
            gunichar letter = g_utf8_get_char(g_utf8_offset_to_pointer(text, i));
            double x_mm = (places[i].x1 + places[i].x2) / 2 * MM_PER_PT;
            double y_mm = (places[i].y1 + places[i].y2) / 2 * MM_PER_PT;
            if (g_unichar_isspace(letter) || in_an_option(page, x_mm, y_mm))
                continue;
            seen++;
            g_assert_cmpfloat(of->font_size, >=, 8.95);
            g_assert_cmpfloat(places[i].x1 * MM_PER_PT, >=, 15.5);
            g_assert_cmpfloat(places[i].x2 * MM_PER_PT, <=, 194.5);
            if (touches_a_field(page, &places[i])) {
                g_test_message("page %d: a letter at %.1f %.1f mm of \"%.*s\" touches a field", page->page,
                               x_mm, y_mm,
                               (int)(g_utf8_offset_to_pointer(text, of->end_index) -
                                     g_utf8_offset_to_pointer(text, of->start_index)),
                               g_utf8_offset_to_pointer(text, of->start_index));
                g_test_fail();
            }
        }
    }
    poppler_page_free_text_attributes(runs);
    g_free(places);
    return seen;
}

static inline guint
assert_all_letters(const FormPackage *package)
{
    PopplerDocument *master = open_master(package);
    guint total = 0;
    for (guint p = 0; p < package->pages->len; p++) {
        PopplerPage *page = poppler_document_get_page(master, (int)p);
        total += assert_letters(page, package->pages->pdata[p]);
        g_object_unref(page);
    }
    g_object_unref(master);
    return total;
}

static inline char *
page_text(PopplerDocument *master, int index)
{
    PopplerPage *page = poppler_document_get_page(master, index);
    char *text = poppler_page_get_text(page);
    g_strdelimit(text, "\n", ' ');
    g_object_unref(page);
    return text;
}

static inline guint
count(const char *text, const char *what)
{
    guint n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}
