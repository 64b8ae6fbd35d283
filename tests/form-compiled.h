/* Shared by the tests of layout and printing: forms compiled into a folder of the test's own. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "form-definition.h"
#include "form-error.h"
#include "form-image.h"
#include "form-layout.h"
#include "form-shipped.h"

static inline char *
new_dir(void)
{
    g_autoptr(GError) error = NULL;
    char *dir = g_dir_make_tmp("phieu-test-XXXXXX", &error);
    g_assert_no_error(error);
    return dir;
}

/* Removes a folder of plain files. */
static inline void
remove_dir(char *dir)
{
    GDir *entries = g_dir_open(dir, 0, NULL);
    for (const char *name; entries && (name = g_dir_read_name(entries));) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    if (entries)
        g_dir_close(entries);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
    g_free(dir);
}

static inline FormDefinition *
shipped_definition(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = form_shipped_definition(name, &error);
    g_assert_no_error(error);
    FormDefinition *definition = form_definition_parse(name, bytes, &error);
    g_assert_no_error(error);
    return definition;
}

/* A definition of one language: rows of survey and choices as in Markdown, with their columns fixed. */
static inline FormDefinition *
small_definition(const char *settings, const char *survey, const char *choices)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup_printf("## settings\n\n| form_id | version | form_title | "
                                            "default_language | print::head |\n|---|---|---|---|---|\n%s\n\n"
                                            "## survey\n\n| type | name | label | appearance | print::break "
                                            "| print::write_in |\n|---|---|---|---|---|---|\n%s\n\n"
                                            "## choices\n\n| list_name | name | label |\n|---|---|---|\n%s\n",
                                            settings ? settings : "| T | 1 | A test | en | |", survey,
                                            choices ? choices : "| yn | 1 | Yes |\n| yn | 2 | No |");
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    FormDefinition *definition = form_definition_parse("small.md", bytes, &error);
    g_assert_no_error(error);
    return definition;
}

static inline FormPackage *
compile(const FormDefinition *definition, const char *dir, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_strconcat(name, ".form.json", NULL);
    g_autofree char *path = g_build_filename(dir, file, NULL);
    FormPackage *package = form_layout_compile(definition, NULL, path, &error);
    g_assert_no_error(error);
    g_assert_nonnull(package);
    return package;
}

static inline FormPackage *
compile_shipped(const char *name, const char *dir)
{
    g_autoptr(FormDefinition) definition = shipped_definition(name);
    return compile(definition, dir, name);
}

static inline double
darkness(PIX *pix, int x_px, int y_px)
{
    l_uint32 value = 255;
    pixGetPixel(pix, x_px, y_px, &value);
    return 1 - value / 255.0;
}

/* Centre of the darkness along a line of pixels from `from_mm` to `to_mm`; the other coordinate is `at_mm`.
 */
static inline double
line_centre_mm(PIX *pix, double from_mm, double to_mm, double at_mm, gboolean horizontal)
{
    double px_per_mm = 300 / 25.4, sum = 0, moment = 0;
    int at_px = (int)floor(at_mm * px_per_mm);
    for (int i = (int)lround(from_mm * px_per_mm); i < (int)lround(to_mm * px_per_mm); i++) {
        double dark = horizontal ? darkness(pix, i, at_px) : darkness(pix, at_px, i);
        sum += dark;
        moment += dark * (i + 0.5);
    }
    g_assert_cmpfloat(sum, >, 0.5);
    return moment / sum / px_per_mm;
}

#define HALF_LINE_MM 0.09

/* The outline of a bubble or box is drawn where the package says, to 0.05 mm; 300 dpi. */
static inline void
assert_outline(PIX *pix, FormRect r)
{
    double cx = r.x_mm + r.w_mm / 2, cy = r.y_mm + r.h_mm / 2, reach = 0.5;
    double left = line_centre_mm(pix, r.x_mm - reach, r.x_mm + reach, cy, TRUE);
    double right = line_centre_mm(pix, r.x_mm + r.w_mm - reach, r.x_mm + r.w_mm + reach, cy, TRUE);
    double top = line_centre_mm(pix, r.y_mm - reach, r.y_mm + reach, cx, FALSE);
    double bottom = line_centre_mm(pix, r.y_mm + r.h_mm - reach, r.y_mm + r.h_mm + reach, cx, FALSE);
    g_assert_cmpfloat_with_epsilon(left, r.x_mm + HALF_LINE_MM, 0.05);
    g_assert_cmpfloat_with_epsilon(right, r.x_mm + r.w_mm - HALF_LINE_MM, 0.05);
    g_assert_cmpfloat_with_epsilon(top, r.y_mm + HALF_LINE_MM, 0.05);
    g_assert_cmpfloat_with_epsilon(bottom, r.y_mm + r.h_mm - HALF_LINE_MM, 0.05);
}
