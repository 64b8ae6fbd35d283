/* The form package: where everything stands on paper, and what the blank page looks like.
 *
 * One JSON file, NAME.form.json (docs/package.schema.json, docs/package-format.md), written by `form compile`
 * or by hand for forms printed elsewhere. All lengths in mm from the top left of the page, x to the right, y
 * down. Read-only once loaded: it may be shared between threads. */
#pragma once

#include "form-question.h"

/* Bounds of a package: every allocation by a package's numbers is below these. */
#define FORM_MAX_PAGES   200
#define FORM_MAX_FIELDS  2000  /* a page */
#define FORM_MAX_OPTIONS 10000 /* a page */

typedef struct {
    double x_mm, y_mm; /* top left corner */
    double w_mm, h_mm;
} FormRect;

typedef enum {
    FORM_SHAPE_ELLIPSE,
    FORM_SHAPE_BOX,
    FORM_SHAPE_CELL, /* an area of a ruled grid with no outline of its own */
} FormShape;

/* One answer position. */
typedef struct {
    char *value;
    double x_mm, y_mm; /* centre */
    double w_mm, h_mm;
    FormShape shape;
} FormOption;

/* A question or grid row on a page: marks to read (options) or a box that is written in. */
typedef struct {
    char *name;
    FormType type;
    GArray *options; /* of FormOption; empty unless a select */
    gboolean has_box;
    FormRect box;
    int cells; /* one-character cells of the box, side by side; 0: a free box */
    gboolean personal;
} FormField;

/* A template printed on every copy, its ${column}s taken from the sample list. */
typedef struct {
    FormRect rect;
    char *text;
} FormHead;

typedef struct {
    int page;          /* from 1 */
    char *blank_file;  /* relative to the package, or NULL */
    double blank_dpi;  /* 0 without a blank */
    GArray *fiducials; /* of FormRect: black squares */
    GArray *qr;        /* of FormRect, with the quiet zone */
    gboolean has_serial_text;
    FormRect serial_text;
    FormHead *head;    /* or NULL */
    GPtrArray *fields; /* of FormField*, owned */
} FormPage;

typedef struct {
    char *code;
    int version; /* 1 where the package names none */
    FormText *title;
    char *language; /* of the print, "" where unknown */
    double width_mm, height_mm;
    char *print_file;     /* PDF of the pages as printed but for QR, serial and head; relative; or NULL */
    GPtrArray *pages;     /* of FormPage*, owned; page N is at index N - 1 */
    GPtrArray *questions; /* of FormQuestion*, owned, in form order; every field has one: those that the
                             package does not name are made from the fields and come last */
    char *dir;            /* the folder that files are relative to */
    char *sha256;         /* of the JSON as loaded or saved */
} FormPackage;

/* Loads and checks a package; the blanks are not opened. FORM_ERROR_INPUT names file, JSON path and how to
 * mend, on one line. What is personal in a field or in its question is personal in both. */
FormPackage *form_package_load(const char *path, GError **error);

/* An empty package to be filled by the layout. */
FormPackage *form_package_new(const char *code, int version);
FormPage *form_package_add_page(FormPackage *package);
FormField *form_page_add_field(FormPage *page, const char *name, FormType type);
void form_field_add_option(FormField *field, const char *value, FormRect around, FormShape shape);

/* Writes the JSON: built aside, synced, renamed. The files it names are the caller's. Sets `sha256` and
 * `dir`. */
gboolean form_package_save(FormPackage *package, const char *path, GError **error);
void form_package_free(FormPackage *package);

/* Page `number` from 1, or NULL. */
FormPage *form_package_page(const FormPackage *package, int number);

/* The question of that name, or NULL. */
FormQuestion *form_package_question(const FormPackage *package, const char *name);

/* The path of a file that the package names. The caller frees it. */
char *form_package_path(const FormPackage *package, const char *file);

/* The words of FormShape in packages: "ellipse", "box", "cell". */
const char *form_shape_name(FormShape shape);
gboolean form_shape_from_name(const char *name, FormShape *shape);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormPackage, form_package_free)
