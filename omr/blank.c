#include "blank-private.h"

OmrBlank *
omr_blank_new(const FormPackage *package, const FormPage *page, GError **error)
{
    g_auto(OmrSource) source = {0};

    if (!omr_source_init(&source, package, page, error))
        return NULL;
    OmrBlank *blank = g_new0(OmrBlank, 1);
    blank->package = package;
    blank->page = page;
    omr_blank_find_landmarks(blank, &source);
    if (page->qr->len == 0)
        blank->features = omr_features_new(&source.pyramid, source.px_per_mm);
    omr_blank_prepare_targets(blank, &source);
    omr_blank_find_outlines(blank, &source);
    return blank;
}

void
omr_blank_free(OmrBlank *blank)
{
    if (blank == NULL)
        return;
    for (int i = 0; i < OMR_SCALES; i++)
        g_array_unref(blank->scale[i].patches);
    g_array_unref(blank->targets);
    g_array_unref(blank->outlines);
    omr_features_free(blank->features);
    g_free(blank);
}
