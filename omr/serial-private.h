/* Which page an image shows when none of its QRs can be read: its print says where it lies, and the serial
 * printed there, with its check value, what it is. */
#pragma once

#include "pose-private.h"
#include "text-private.h"

/* What the search works on. */
typedef struct {
    OmrText *text;
    const OmrForms *forms;
    const OmrPyramid *image;
    const GArray *traces; /* of OmrSymbol: where codes lie that could not be read */
    const CalibrationAlign *limits;
} OmrSerialSearch;

/* Looks for a page that the image's print is aligned with beyond doubt, and whose printed serial carries a
 * check value that is right for this page of this form and for no other known one. Returns the page and sets
 * `id` and `alignment`; NULL when there is none. An image that has just the shape of a sheet takes some
 * 0.1 s where nothing is found; one of another shape is searched for the print of every page, which takes
 * more. */
const OmrBlank *omr_serial_find(const OmrSerialSearch *search, FormSheetId *id, OmrAlignment *alignment);
