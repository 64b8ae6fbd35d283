#include "blank-private.h"

/* What is made of a blank only when it is needed: the one part of it that is written later. */
struct OmrBlankLater {
    GMutex lock;
    gboolean tried;
    OmrFeatures *features;
};

OmrBlank *
omr_blank_new(const FormPackage *package, const FormPage *page, GError **error)
{
    g_auto(OmrSource) source = {0};

    if (!omr_source_init(&source, package, page, error))
        return NULL;
    OmrBlank *blank = g_new0(OmrBlank, 1);
    blank->package = package;
    blank->page = page;
    blank->later = g_new0(struct OmrBlankLater, 1);
    g_mutex_init(&blank->later->lock);
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
    omr_features_free(blank->later->features);
    g_mutex_clear(&blank->later->lock);
    g_free(blank->later);
    g_free(blank);
}

const OmrFeatures *
omr_blank_features(const OmrBlank *blank)
{
    struct OmrBlankLater *later = blank->later;

    if (blank->features != NULL)
        return blank->features;
    g_mutex_lock(&later->lock);
    if (!later->tried) {
        g_auto(OmrSource) source = {0};
        later->tried = TRUE;
        if (omr_source_init(&source, blank->package, blank->page, NULL))
            later->features = omr_features_new(&source.pyramid, source.px_per_mm);
    }
    g_mutex_unlock(&later->lock);
    return later->features;
}
