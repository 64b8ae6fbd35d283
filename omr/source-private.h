/* The blank's picture while a page is being prepared: pixels, and how to get from mm to them. */
#pragma once

#include "form-package.h"
#include "image-private.h"
#include "white-private.h"

typedef struct {
    OmrPyramid pyramid;
    OmrWhite white;
    double px_per_mm;
} OmrSource;

/* Opens the page's blank, or draws one from the geometry where the package has none. `source` is initialised
 * in any case. OMR_ERROR_INPUT when it cannot be opened or is of another size than the paper. */
gboolean omr_source_init(OmrSource *source, const FormPackage *package, const FormPage *page, GError **error);
void omr_source_clear(OmrSource *source);

/* Grey value at a place of the page, its paper made 255, as seen with pixels of `pixel_mm`. */
float omr_source_at(const OmrSource *source, double x_mm, double y_mm, double pixel_mm);

/* The whole page so, at `dpi`. `out` is initialised by the call. */
void omr_source_resample(const OmrSource *source, const FormPackage *package, double dpi, OmrImage *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrSource, omr_source_clear)
