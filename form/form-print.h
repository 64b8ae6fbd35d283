/* Printing: a package's pages with QR, serial and head of each questionnaire. */
#pragma once

#include <cairo.h>

#include "form-package.h"
#include "form-sample.h"
#include "form-sheet-id.h"

/* Draws pages of one package. Not thread-safe: one a thread. */
typedef struct FormPrinter FormPrinter;

/* The package's print master is opened, or its blanks where it has none. The package must outlive the
 * printer. */
FormPrinter *form_printer_new(const FormPackage *package, GError **error);
void form_printer_free(FormPrinter *printer);

/* The package it prints. */
const FormPackage *form_printer_package(const FormPrinter *printer);

/* Draws one page on `cr`, whose unit is the point (1/72 inch) and whose origin is the page's top left: the
 * page as compiled, its QRs, serial text and head. `sample` and `row` fill the head's template; both NULL
 * leaves it empty. */
void form_printer_draw(FormPrinter *printer, cairo_t *cr, const FormSheetId *id, const FormSample *sample,
                       const FormSampleRow *row);

/* Draws `text` where the page's head stands, or at the page's upper edge where it has none: what a copy is
 * that belongs to no sample list. */
void form_printer_draw_head(FormPrinter *printer, cairo_t *cr, int page, const char *text);

/* A page as the printer would put it on paper: a CAIRO_FORMAT_RGB24 image of paper size × dpi. The page as
 * compiled is rendered once a dpi and kept, as far as 256 MB hold it. The caller destroys the surface. */
cairo_surface_t *form_printer_render(FormPrinter *printer, double dpi, const FormSheetId *id,
                                     const FormSample *sample, const FormSampleRow *row);

typedef struct {
    const char *output;   /* the PDF; with split_by a stem: OUT.pdf becomes OUT-VALUE.pdf */
    const char *split_by; /* column of the sample list, or NULL */
    /* Called after each questionnaire; or NULL. FALSE with an error set stops the printing: nothing is left
     * of it. */
    gboolean (*progress)(guint done, guint total, gpointer data, GError **error);
    /* Printed in place of the head's template, which then needs no columns; or NULL. */
    const char *head;
    /* Draws over each page when it is printed, in points; or NULL. */
    void (*overlay)(cairo_t *cr, const FormSheetId *id, gpointer data);
    gpointer data; /* of both */
} FormPrintOptions;

/* Prints every questionnaire of `sample`, all its pages in order (so that duplex puts 1|2 on one sheet; a
 * form of three, five … pages gets a blank one after each questionnaire), into one PDF or one a value of a
 * column. Memory does not grow with the number of questionnaires. Files are built aside and renamed. */
gboolean form_print(const FormPackage *package, const FormSample *sample, const FormPrintOptions *options,
                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormPrinter, form_printer_free)
