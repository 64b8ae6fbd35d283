#include "text-private.h"

#include <dlfcn.h>
#include <tesseract/capi.h>

#define LANGUAGES 4

typedef struct {
    char *language;
    TessBaseAPI *api; /* NULL: it could not be started */
} Engine;

struct OmrText {
    Engine engine[LANGUAGES];
    guint n;
};

OmrText *
omr_text_new(void)
{
    return g_new0(OmrText, 1);
}

void
omr_text_free(OmrText *text)
{
    if (text == NULL)
        return;
    for (guint i = 0; i < text->n; i++) {
        g_free(text->engine[i].language);
        if (text->engine[i].api != NULL)
            TessBaseAPIDelete(text->engine[i].api);
    }
    g_free(text);
}

/* Pages are read side by side already: Tesseract's own threads would only stand in their way. What its
 * OpenMP reads from the environment it has read by now, so it is asked directly, where it is loaded. */
static void
forbid_threads(void)
{
    void (*set_levels)(int) = NULL;

    *(void **)&set_levels = dlsym(RTLD_DEFAULT, "omp_set_max_active_levels");
    if (set_levels != NULL)
        set_levels(0);
}

static TessBaseAPI *
start(const char *language)
{
    TessBaseAPI *api = TessBaseAPICreate();

    forbid_threads();
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    if (TessBaseAPIInit2(api, NULL, language, OEM_LSTM_ONLY) != 0) {
        TessBaseAPIDelete(api);
        return NULL;
    }
    TessBaseAPISetPageSegMode(api, PSM_SINGLE_LINE);
    return api;
}

static TessBaseAPI *
engine_for(OmrText *text, const char *language)
{
    for (guint i = 0; i < text->n; i++) {
        if (g_str_equal(text->engine[i].language, language))
            return text->engine[i].api;
    }
    if (text->n == LANGUAGES)
        return NULL;
    text->engine[text->n] = (Engine){g_strdup(language), start(language)};
    return text->engine[text->n++].api;
}

const char *
omr_text_missing(const OmrText *text)
{
    for (guint i = 0; i < text->n; i++) {
        if (text->engine[i].api == NULL)
            return text->engine[i].language;
    }
    return NULL;
}

static double
least_confidence(TessBaseAPI *api)
{
    TessResultIterator *at = TessBaseAPIGetIterator(api);
    double least = 100;

    if (at == NULL)
        return 0;
    do {
        least = MIN(least, (double)TessResultIteratorConfidence(at, RIL_SYMBOL));
    } while (TessResultIteratorNext(at, RIL_SYMBOL));
    TessResultIteratorDelete(at);
    return CLAMP(least / 100, 0, 1);
}

char *
omr_text_read(OmrText *text, PIX *line, const char *language, const char *only, double *confidence)
{
    TessBaseAPI *api = engine_for(text, language);

    if (confidence != NULL)
        *confidence = 0;
    if (api == NULL)
        return NULL;
    TessBaseAPISetVariable(api, "tessedit_char_whitelist", only != NULL ? only : "");
    TessBaseAPISetImage2(api, line);
    char *raw = TessBaseAPIRecognize(api, NULL) == 0 ? TessBaseAPIGetUTF8Text(api) : NULL;
    char *read = g_utf8_make_valid(raw != NULL ? raw : "", -1);
    if (confidence != NULL && raw != NULL)
        *confidence = least_confidence(api);
    TessDeleteText(raw);
    TessBaseAPIClear(api);
    return g_strstrip(read);
}
