#include "refusal-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const struct {
    const char *reason, *words;
} refusals[] = {
    {"bad_check", N_("wrong check value in the QR")},
    {"blank_page", N_("blank page")},
    {"damaged_image", N_("image damaged or of a wrong size")},
    {"no_form", N_("no QR of a form")},
    {"unaligned", N_("print of the form not found")},
    {"unknown_serial", N_("serial not in the sample list")},
    {"wrong_form", N_("page of another form or version")},
};

char *
refusal_words(const char *reason)
{
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (strcmp(refusals[i].reason, reason) == 0)
            return g_strdup_printf("%s (%s)", reason, _(refusals[i].words));
    return g_strdup(reason);
}
