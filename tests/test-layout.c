/* Shipped forms, laid out: what the package says, where things stand, and what is drawn. */
#include "layout-fixture.h"

static PIX *
open_blank(const FormPackage *package, const FormPage *page)
{
    g_autofree char *path = form_package_path(package, page->blank_file);
    PIX *pix = pixRead(path);
    g_assert_nonnull(pix);
    g_assert_cmpint(pixGetDepth(pix), ==, 8);
    return pix;
}

/* ---- what is in the package ---- */

static void
assert_same_page(const FormPage *a, const FormPage *b)
{
    g_assert_cmpuint(a->fields->len, ==, b->fields->len);
    g_assert_cmpuint(a->fiducials->len, ==, b->fiducials->len);
    for (guint i = 0; i < a->fields->len; i++) {
        const FormField *fa = a->fields->pdata[i], *fb = b->fields->pdata[i];
        g_assert_cmpstr(fa->name, ==, fb->name);
        g_assert_cmpuint(fa->options->len, ==, fb->options->len);
        for (guint o = 0; o < fa->options->len; o++) {
            const FormOption *oa = &g_array_index(fa->options, FormOption, o);
            const FormOption *ob = &g_array_index(fb->options, FormOption, o);
            g_assert_cmpfloat_with_epsilon(oa->x_mm, ob->x_mm, 0.001);
            g_assert_cmpfloat_with_epsilon(oa->y_mm, ob->y_mm, 0.001);
        }
        g_assert_cmpfloat_with_epsilon(fa->box.y_mm, fb->box.y_mm, 0.001);
        g_assert_cmpint(fa->cells, ==, fb->cells);
    }
}

static void
test_saved_as_returned(void)
{
    char *dir = new_dir();
    {
        g_autoptr(GError) error = NULL;
        g_autoptr(FormPackage) package = compile_shipped("sipas-2026", dir);
        g_autofree char *path = g_build_filename(dir, "sipas-2026.form.json", NULL);
        g_autoptr(FormPackage) loaded = form_package_load(path, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(loaded->code, ==, "SIPAS26");
        g_assert_cmpstr(loaded->language, ==, "vi");
        g_assert_cmpuint(loaded->pages->len, ==, 4);
        g_assert_cmpuint(loaded->questions->len, ==, package->questions->len);
        for (guint i = 0; i < loaded->pages->len; i++)
            assert_same_page(package->pages->pdata[i], loaded->pages->pdata[i]);
        const FormQuestion *question = form_package_question(loaded, "q9_39");
        g_assert_cmpuint(question->choices->len, ==, 5);
        g_assert_cmpstr(form_text_get(((FormChoice *)question->choices->pdata[4])->label, "en"), ==,
                        "Very satisfied");
        g_assert_true(form_package_question(loaded, "phone")->personal);
        g_assert_cmpint(question->marks, ==, FORM_MARKS_CANCEL); /* as the printed instruction says */
    }
    remove_dir(dir);
}

static void
test_page_counts(void)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) sipas = compile_shipped("sipas-2026", dir);
    g_autoptr(FormPackage) demo = compile_shipped("demo", dir);
    g_assert_cmpuint(sipas->pages->len, ==, 4);
    g_assert_cmpuint(demo->pages->len, ==, 1);
    remove_dir(dir);
}

static void
test_every_question_once(gconstpointer name)
{
    char *dir = new_dir();
    g_autoptr(FormDefinition) definition = shipped_definition(name);
    g_autoptr(FormPackage) package = compile(definition, dir, name);
    guint asked = 0;
    for (guint i = 0; i < definition->items->len; i++) {
        const FormItem *item = definition->items->pdata[i];
        if (item->head || item->question->type == FORM_NOTE)
            continue;
        guint options = 0;
        asked++;
        g_assert_cmpuint(times_on_paper(package, item->question->name, &options), ==, 1);
        g_assert_cmpuint(options, ==, item->question->choices->len);
        g_assert_nonnull(form_package_question(package, item->question->name));
    }
    g_assert_cmpuint(package->questions->len, ==, asked);
    remove_dir(dir);
}

static void
test_sipas_is_whole(void)
{
    static const struct {
        const char *prefix;
        int rows;
    } grids[] = {{"q1_", 9}, {"q3_", 7}, {"q7_", 3}, {"q8_", 7}, {"q9_", 39}, {"q10_", 10}};
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped("sipas-2026", dir);
    for (gsize g = 0; g < G_N_ELEMENTS(grids); g++)
        for (int row = 1; row <= grids[g].rows; row++) {
            g_autofree char *name = g_strdup_printf("%s%d", grids[g].prefix, row);
            const FormQuestion *question = form_package_question(package, name);
            g_assert_nonnull(question);
            g_assert_nonnull(form_text_lookup(question->label, "vi"));
            g_assert_nonnull(form_text_lookup(question->label, "en"));
        }
    guint options = 0;
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        for (guint i = 0; i < page->fields->len; i++)
            options += ((FormField *)page->fields->pdata[i])->options->len;
    }
    g_assert_cmpuint(options, ==, 22 + 9 * 4 + 7 + 7 * 4 + 4 + 3 + 3 + 3 * 4 + 7 * 2 + 39 * 5 + 10 * 4);
    remove_dir(dir);
}

/* ---- where things stand ---- */

static void
test_nothing_overlaps(gconstpointer name)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped(name, dir);
    assert_nothing_overlaps(package);
    remove_dir(dir);
}

static void
test_bubble_sizes(gconstpointer name)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped(name, dir);
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = page->fields->pdata[i];
            for (guint o = 0; o < field->options->len; o++) {
                const FormOption *option = &g_array_index(field->options, FormOption, o);
                g_assert_cmpfloat(option->w_mm, >=, 4);
                g_assert_cmpfloat(option->h_mm, >=, 4);
                g_assert_cmpint(option->shape, ==,
                                field->type == FORM_SELECT_MULTIPLE ? FORM_SHAPE_BOX : FORM_SHAPE_ELLIPSE);
            }
            if (field->cells > 0)
                g_assert_cmpfloat(field->box.w_mm / field->cells, >=, 5);
            if (field->has_box)
                g_assert_cmpfloat(field->box.h_mm, >=, 6.5);
        }
    }
    remove_dir(dir);
}

/* Turned by 180°, no fiducial of the sides may fall on another. */
static void
test_fiducials_tell_up_from_down(void)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped("demo", dir);
    const FormPage *page = package->pages->pdata[0];
    g_assert_cmpuint(page->fiducials->len, >=, 8);
    for (guint i = 4; i < page->fiducials->len; i++)
        for (guint j = 4; j < page->fiducials->len; j++) {
            const FormRect *a = &g_array_index(page->fiducials, FormRect, i);
            const FormRect *b = &g_array_index(page->fiducials, FormRect, j);
            double dx_mm = package->width_mm - a->x_mm - a->w_mm - b->x_mm;
            double dy_mm = package->height_mm - a->y_mm - a->h_mm - b->y_mm;
            g_assert_cmpfloat(hypot(dx_mm, dy_mm), >, 8);
        }
    remove_dir(dir);
}

static const FormField *
find_box(const FormPackage *package, const char *name)
{
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = page->fields->pdata[i];
            if (strcmp(field->name, name) == 0 && field->has_box)
                return field;
        }
    }
    g_assert_not_reached();
}

static void
test_write_in_beside_its_option(void)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped("sipas-2026", dir);
    const FormOption *other = find_option(package, "a2_ethnicity", 1);
    const FormField *write_in = find_box(package, "a2_ethnicity_other");
    g_assert_cmpfloat_with_epsilon(other->y_mm, write_in->box.y_mm + write_in->box.h_mm / 2, 0.02);
    g_assert_cmpfloat(write_in->box.x_mm, >, other->x_mm + other->w_mm / 2);
    g_assert_cmpfloat(write_in->box.w_mm, >=, 30);
    remove_dir(dir);
}

static void
test_grid_columns_align(void)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped("sipas-2026", dir);
    for (int row = 2; row <= 39; row++)
        for (guint o = 0; o < 5; o++) {
            g_autofree char *name = g_strdup_printf("q9_%d", row);
            g_assert_cmpfloat_with_epsilon(find_option(package, "q9_1", o)->x_mm,
                                           find_option(package, name, o)->x_mm, 0.001);
        }
    remove_dir(dir);
}

/* ---- what is drawn ---- */

/* The number inside is there, but far lighter than ink. */
static void
assert_number(PIX *pix, const FormOption *option)
{
    double px_per_mm = 300 / 25.4, darkest = 0;
    for (int y = (int)((option->y_mm - 1.3) * px_per_mm); y < (option->y_mm + 1.3) * px_per_mm; y++)
        for (int x = (int)((option->x_mm - 1.3) * px_per_mm); x < (option->x_mm + 1.3) * px_per_mm; x++)
            darkest = MAX(darkest, darkness(pix, x, y));
    g_assert_cmpfloat(darkest, >, 0.2);
    g_assert_cmpfloat(darkest, <, 0.46);
}

static void
test_blank_agrees_with_package(gconstpointer name)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped(name, dir);
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        g_autoptr(PIX) pix = open_blank(package, page);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = page->fields->pdata[i];
            for (guint o = 0; o < field->options->len; o++) {
                const FormOption *option = &g_array_index(field->options, FormOption, o);
                assert_outline(pix, (FormRect){option->x_mm - option->w_mm / 2,
                                               option->y_mm - option->h_mm / 2, option->w_mm, option->h_mm});
                assert_number(pix, option);
            }
            if (field->has_box)
                g_assert_cmpfloat_with_epsilon(line_centre_mm(pix, field->box.x_mm - 0.5,
                                                              field->box.x_mm + 0.5, field->box.y_mm + 1,
                                                              TRUE),
                                               field->box.x_mm + HALF_LINE_MM, 0.05);
        }
        for (guint i = 0; i < page->fiducials->len; i++) {
            const FormRect *r = &g_array_index(page->fiducials, FormRect, i);
            double x = line_centre_mm(pix, r->x_mm - 2, r->x_mm + r->w_mm + 2, r->y_mm + r->h_mm / 2, TRUE);
            double y = line_centre_mm(pix, r->y_mm - 2, r->y_mm + r->h_mm + 2, r->x_mm + r->w_mm / 2, FALSE);
            g_assert_cmpfloat_with_epsilon(x, r->x_mm + r->w_mm / 2, 0.05);
            g_assert_cmpfloat_with_epsilon(y, r->y_mm + r->h_mm / 2, 0.05);
        }
    }
    remove_dir(dir);
}

static void
assert_white(PIX *pix, FormRect r)
{
    double px_per_mm = 300 / 25.4;
    for (int y = (int)ceil(r.y_mm * px_per_mm); y < floor((r.y_mm + r.h_mm) * px_per_mm); y++)
        for (int x = (int)ceil(r.x_mm * px_per_mm); x < floor((r.x_mm + r.w_mm) * px_per_mm); x++)
            if (darkness(pix, x, y) > 0)
                g_error("not white at %d,%d", x, y);
}

static void
test_places_to_print_into_are_white(gconstpointer name)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped(name, dir);
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = package->pages->pdata[p];
        g_autoptr(PIX) pix = open_blank(package, page);
        g_assert_cmpuint(page->qr->len, ==, 2);
        for (guint i = 0; i < page->qr->len; i++)
            assert_white(pix, g_array_index(page->qr, FormRect, i));
        assert_white(pix, page->serial_text);
        g_assert_nonnull(page->head);
        assert_white(pix, page->head->rect);
        for (guint i = 0; i < page->fiducials->len; i++) {
            FormRect r = g_array_index(page->fiducials, FormRect, i);
            assert_white(pix, (FormRect){r.x_mm - 2.5, r.y_mm - 2.5, 2.4, r.h_mm + 5});
            assert_white(pix, (FormRect){r.x_mm + r.w_mm + 0.1, r.y_mm - 2.5, 2.4, r.h_mm + 5});
            assert_white(pix, (FormRect){r.x_mm - 2.5, r.y_mm - 2.5, r.w_mm + 5, 2.4});
            assert_white(pix, (FormRect){r.x_mm - 2.5, r.y_mm + r.h_mm + 0.1, r.w_mm + 5, 2.4});
        }
    }
    remove_dir(dir);
}

static void
test_text_is_legible(gconstpointer name)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped(name, dir);
    g_assert_cmpuint(assert_all_letters(package), >, 500);
    remove_dir(dir);
}

/* The scale once a grid, and again where it goes on. */
static void
test_scale_is_repeated(void)
{
    char *dir = new_dir();
    g_autoptr(FormPackage) package = compile_shipped("sipas-2026", dir);
    PopplerDocument *master = open_master(package);
    guint heads = 0, continued = 0, pages_with_q9 = 0;
    for (guint p = 0; p < package->pages->len; p++) {
        g_autofree char *text = page_text(master, (int)p);
        const FormPage *page = package->pages->pdata[p];
        gboolean q9 = FALSE;
        for (guint i = 0; i < page->fields->len; i++)
            q9 |= g_str_has_prefix(((FormField *)page->fields->pdata[i])->name, "q9_");
        pages_with_q9 += q9;
        g_assert_cmpuint(count(text, "Bình"), ==, q9 ? 1 : 0);
        heads += count(text, "Bình");
        continued += count(text, "theo)");
    }
    g_assert_cmpuint(pages_with_q9, >, 1);
    g_assert_cmpuint(heads, ==, pages_with_q9);
    g_assert_cmpuint(continued, ==, pages_with_q9 - 1);
    g_object_unref(master);
    remove_dir(dir);
}

/* ---- the same again ---- */

static void
assert_same_file(const char *a, const char *b, const char *name)
{
    g_autofree char *path_a = g_build_filename(a, name, NULL), *path_b = g_build_filename(b, name, NULL);
    g_autofree char *bytes_a = NULL, *bytes_b = NULL;
    gsize size_a = 0, size_b = 0;
    g_assert_true(g_file_get_contents(path_a, &bytes_a, &size_a, NULL));
    g_assert_true(g_file_get_contents(path_b, &bytes_b, &size_b, NULL));
    g_assert_cmpmem(bytes_a, size_a, bytes_b, size_b);
}

static void
test_same_bytes(void)
{
    char *a = new_dir(), *b = new_dir();
    g_autoptr(FormPackage) first = compile_shipped("sipas-2026", a);
    g_autoptr(FormPackage) second = compile_shipped("sipas-2026", b);
    assert_same_file(a, b, "sipas-2026.form.json");
    assert_same_file(a, b, "sipas-2026.pdf");
    for (int p = 1; p <= 4; p++) {
        g_autofree char *name = g_strdup_printf("sipas-2026-p%d.png", p);
        assert_same_file(a, b, name);
    }
    remove_dir(a);
    remove_dir(b);
}

static void
test_other_language(void)
{
    char *dir = new_dir();
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) definition = shipped_definition("demo");
    g_autofree char *path = g_build_filename(dir, "en.form.json", NULL);
    g_autoptr(FormPackage) package = form_layout_compile(definition, "en", path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(package->language, ==, "en");
    PopplerDocument *master = open_master(package);
    g_autofree char *text = page_text(master, 0);
    g_assert_nonnull(strstr(text, "Page 1/1"));
    g_assert_nonnull(strstr(text, "How satisfied are you?"));
    g_assert_null(strstr(text, "Giới tính"));
    g_object_unref(master);
    assert_nothing_overlaps(package);
    remove_dir(dir);
}

/* ---- what is shipped ---- */

static void
test_shipped_names(void)
{
    g_autoptr(GError) error = NULL;
    for (const char *const *name = form_shipped_names(); *name; name++) {
        g_autoptr(FormDefinition) definition = shipped_definition(*name);
        g_assert_cmpuint(definition->remarks->len, ==, 0);
    }
    g_assert_null(form_shipped_definition("none", &error));
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, "sipas-2026"));
}

/* ---- images ---- */

static void
test_image_from_surface(void)
{
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 7, 2);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 1, 0, 0);
    cairo_rectangle(cr, 6, 1, 1, 1);
    cairo_fill(cr);
    g_autoptr(PIX) grey = form_image_from_surface(surface, FALSE);
    g_autoptr(PIX) colour = form_image_from_surface(surface, TRUE);
    l_uint32 value = 0;
    pixGetPixel(grey, 5, 1, &value);
    g_assert_cmpuint(value, ==, 255);
    pixGetPixel(grey, 6, 1, &value);
    g_assert_cmpuint(value, ==, 77);
    pixGetPixel(colour, 6, 1, &value);
    g_assert_cmphex(value >> 8, ==, 0xff0000);
    pixGetPixel(colour, 0, 0, &value);
    g_assert_cmphex(value >> 8, ==, 0xffffff);
}

static void
add_for_shipped(const char *path, GTestDataFunc function)
{
    for (const char *const *name = form_shipped_names(); *name; name++) {
        g_autofree char *full = g_strdup_printf("%s/%s", path, *name);
        g_test_add_data_func(full, *name, function);
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_add_func("/layout/package/saved-as-returned", test_saved_as_returned);
    g_test_add_func("/layout/package/page-counts", test_page_counts);
    add_for_shipped("/layout/package/every-question-once", test_every_question_once);
    g_test_add_func("/layout/package/sipas-is-whole", test_sipas_is_whole);
    add_for_shipped("/layout/places/nothing-overlaps", test_nothing_overlaps);
    add_for_shipped("/layout/places/bubble-sizes", test_bubble_sizes);
    g_test_add_func("/layout/places/fiducials-tell-up-from-down", test_fiducials_tell_up_from_down);
    g_test_add_func("/layout/places/write-in-beside-its-option", test_write_in_beside_its_option);
    g_test_add_func("/layout/places/grid-columns-align", test_grid_columns_align);
    add_for_shipped("/layout/drawn/blank-agrees-with-package", test_blank_agrees_with_package);
    add_for_shipped("/layout/drawn/places-to-print-into-are-white", test_places_to_print_into_are_white);
    add_for_shipped("/layout/drawn/text-is-legible", test_text_is_legible);
    g_test_add_func("/layout/drawn/scale-is-repeated", test_scale_is_repeated);
    g_test_add_func("/layout/same-bytes", test_same_bytes);
    g_test_add_func("/layout/other-language", test_other_language);
    g_test_add_func("/layout/shipped/names", test_shipped_names);
    g_test_add_func("/layout/image/from-surface", test_image_from_surface);
    return g_test_run();
}
