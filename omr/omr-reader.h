/* Page image in, reading out: identify, align, measure, decide. docs/reading.md tells the whole way. */
#pragma once

#include <leptonica/allheaders.h>

#include "calibration-profile.h"
#include "form-package.h"
#include "form-reading.h"

#define OMR_ERROR (omr_error_quark())

typedef enum {
    OMR_ERROR_INPUT, /* a blank is missing or no image */
    OMR_ERROR_MACHINE,
} OmrError;

GQuark omr_error_quark(void);

/* The forms that a page may be of, prepared for reading: filled by one thread, then shared read-only by all
 * readers. */
typedef struct OmrForms OmrForms;

OmrForms *omr_forms_new(void);
void omr_forms_free(OmrForms *forms);

/* Opens the package's blanks and finds their structure. The package must outlive the forms. */
gboolean omr_forms_add(OmrForms *forms, const FormPackage *package, GError **error);

/* Reads pages. One a thread. `forms` and `profile` must outlive it. */
typedef struct OmrReader OmrReader;

OmrReader *omr_reader_new(const OmrForms *forms, const CalibrationProfile *profile);
void omr_reader_free(OmrReader *reader);

/* What was measured of one answer position or writing box of a page that was read: what the decision was made
 * from. For fitting mark models and for looking into errors; not kept with readings. */
typedef struct {
    const FormField *field;   /* of the package of the page that was read */
    const FormOption *option; /* NULL: the field's writing box */
    CalibrationMark mark;     /* of a box only `cover` and `darkness` mean something */
    double ink_mm2;           /* inked area inside */
    double support;           /* of the alignment there, 0 … 1; 0 where the place cannot be seen */
    double outline;           /* share of the position's own print that shows; 1 where none is due */
} OmrPosition;

typedef struct {
    PIX *pix;            /* 1, 8 or 32 bpp; not changed */
    double dpi_x, dpi_y; /* as the file says, 0 unknown; a hint only */
    const char *image;   /* name, for the reading */
    int index;
    int page; /* `read --page N`: taken for this page of the only form where no QR tells; 0 = not told */
    double decode_ms;  /* spent already, for the reading's times */
    GArray *positions; /* of OmrPosition, or NULL: emptied, then filled in the order of the page's fields and
                          their options; stays empty when the page is refused */
} OmrInput;

/* Reads one page. Never NULL: a page that cannot be read is a refused reading. The caller frees it. */
FormReading *omr_reader_read(OmrReader *reader, const OmrInput *input);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OmrForms, omr_forms_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OmrReader, omr_reader_free)
