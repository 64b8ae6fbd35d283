/* Which page of which form a page image shows: its QRs. */
#pragma once

#include "form-sheet-id.h"
#include "forms-private.h"
#include "homography-private.h"

typedef enum {
    OMR_IDENTITY_NONE,      /* no QR of ours was found */
    OMR_IDENTITY_BAD_CHECK, /* one was, but damaged or made up */
    OMR_IDENTITY_CONFLICT,  /* two that name different pages */
    OMR_IDENTITY_FOUND,
} OmrIdentityResult;

/* One QR as it was found. */
typedef struct {
    char *payload;
    OmrPoint corner[4]; /* of its modules in the image: top left, top right, bottom right, bottom left of the
                           code */
} OmrSymbol;

typedef struct {
    OmrIdentityResult result;
    FormSheetId id;   /* when found */
    gboolean located; /* known by its printed serial, and so where it lies */
    GArray *symbols;  /* of OmrSymbol: those that carry the id */
    GArray *traces; /* of OmrSymbol: where nothing was read, those that seem to be codes; what they say stands
                       for a code of their size only */
} OmrIdentity;

void omr_identity_clear(OmrIdentity *identity);

/* Finds and decodes QRs, each page as if it were the first. One a thread. */
typedef struct OmrFinder OmrFinder;

OmrFinder *omr_finder_new(void);
void omr_finder_free(OmrFinder *finder);

/* Looks where the forms print their QRs, on the page as it lies and turned by quarters, and over the whole
 * page last. */
void omr_identify(OmrFinder *finder, const OmrForms *forms, const OmrPyramid *image, OmrIdentity *identity);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrIdentity, omr_identity_clear)
