/* A small form drawn for a test, as a package with a blank and nothing else: lines of text and rows of
 * bubbles. */
#pragma once

#include <math.h>

#include "form-image.h"
#include "form-package.h"
#include "homography-private.h"
#include "image-private.h"

#define FIXTURE_W_MM      150.0
#define FIXTURE_H_MM      200.0
#define FIXTURE_ROWS      12
#define FIXTURE_COLS      5
#define FIXTURE_DPI       200.0
#define FIXTURE_OPTION_MM 4.2

static inline OmrPoint
fixture_option_mm(int row, int column)
{
    return (OmrPoint){90 + 11 * column, 40 + 12 * row};
}

/* The form, printed on white, with marks on it; `cr` is in mm. */
static inline void
fixture_print(cairo_t *cr, void (*marks)(cairo_t *cr, gpointer data), gpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);

    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_select_font_face(cr, "Noto Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, 4);
    for (int line = 0; line < 15; line++) {
        char text[31] = {0};
        for (int i = 0; i < 30; i++)
            text[i] =
                (char)(g_rand_int_range(random, 0, 6) == 0 ? ' ' : g_rand_int_range(random, 'a', 'z' + 1));
        cairo_move_to(cr, 10, 20 + line * 12);
        cairo_show_text(cr, text);
    }
    cairo_set_line_width(cr, 0.25);
    cairo_set_source_rgb(cr, 0.5, 0.5, 0.5);
    for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
        OmrPoint at = fixture_option_mm(i / FIXTURE_COLS, i % FIXTURE_COLS);
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, FIXTURE_OPTION_MM / 2, 0, 2 * G_PI);
        cairo_stroke(cr);
    }
    if (marks != NULL)
        marks(cr, data);
}

/* The page seen through `map` (mm -> px of an image of width × height); black on white. */
static inline PIX *
fixture_draw(const OmrHomography *map, int width, int height, void (*marks)(cairo_t *cr, gpointer data),
             gpointer data)
{
    int fine_w = (int)(FIXTURE_W_MM * 16), fine_h = (int)(FIXTURE_H_MM * 16); /* 406 dpi, then sampled */
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, fine_w, fine_h);
    g_autoptr(cairo_t) cr = cairo_create(surface);

    cairo_scale(cr, 16, 16);
    fixture_print(cr, marks, data);

    g_autoptr(PIX) fine = form_image_from_surface(surface, FALSE);
    g_auto(OmrPyramid) pyramid = {0};
    OmrHomography back;
    PIX *pix = pixCreate(width, height, 8);
    omr_pyramid_init(&pyramid, fine);
    const OmrImage *half = omr_pyramid_image(&pyramid, 1);
    g_assert_true(omr_homography_invert(map, &back));
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            OmrPoint mm = omr_homography_apply(&back, (OmrPoint){x, y});
            float value = omr_image_at(half, (float)(mm.x * 8 - 0.5), (float)(mm.y * 8 - 0.5));
            pixSetPixel(pix, x, y, (l_uint32)value);
        }
    }
    return pix;
}

/* The map of an undistorted page at FIXTURE_DPI. */
static inline OmrHomography
fixture_upright(void)
{
    double s = FIXTURE_DPI / 25.4;

    return (OmrHomography){{s, 0, -0.5, 0, s, -0.5, 0, 0}};
}

/* Writes the blank into `dir` and returns a package that has nothing but it and its fields. */
static inline FormPackage *
fixture_package(const char *dir)
{
    FormPackage *package = form_package_new("FIXTURE", 1);
    FormPage *page = form_package_add_page(package);
    OmrHomography upright = fixture_upright();
    g_autoptr(PIX) blank = fixture_draw(&upright, (int)(FIXTURE_W_MM / 25.4 * FIXTURE_DPI),
                                        (int)(FIXTURE_H_MM / 25.4 * FIXTURE_DPI), NULL, NULL);
    g_autofree char *path = g_build_filename(dir, "blank.png", NULL);

    g_assert_cmpint(pixWrite(path, blank, IFF_PNG), ==, 0);
    package->width_mm = FIXTURE_W_MM;
    package->height_mm = FIXTURE_H_MM;
    package->dir = g_strdup(dir);
    page->blank_file = g_strdup("blank.png");
    page->blank_dpi = FIXTURE_DPI;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        g_autofree char *name = g_strdup_printf("q%d", row + 1);
        FormField *field = form_page_add_field(page, name, FORM_SELECT_ONE);
        for (int column = 0; column < FIXTURE_COLS; column++) {
            OmrPoint at = fixture_option_mm(row, column);
            char value[2] = {(char)('1' + column), 0};
            FormRect around = {at.x - FIXTURE_OPTION_MM / 2, at.y - FIXTURE_OPTION_MM / 2, FIXTURE_OPTION_MM,
                               FIXTURE_OPTION_MM};
            form_field_add_option(field, value, around, FORM_SHAPE_ELLIPSE);
        }
    }
    return package;
}
