#include "scan-settings-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "command-private.h"

/* A sheet that a feeder takes. */
#define MIN_SIDE_MM 50
#define MAX_SIDE_MM 1000

void
scan_settings_clear(ScanSettings *settings)
{
    scanner_settings_clear(&settings->settings);
    g_clear_pointer(&settings->once, g_strfreev);
}

static const char *
keep_name(ScannerKeep keep)
{
    return keep == SCANNER_KEEP_LOSSLESS ? "lossless" : "jpeg";
}

gboolean
scan_settings_keep(ScanSettings *settings, const char *keep, GError **error)
{
    if (!keep)
        return TRUE;
    settings->keep_told = TRUE;
    settings->keep = strcmp(keep, "lossless") == 0 ? SCANNER_KEEP_LOSSLESS : SCANNER_KEEP_JPEG;
    if (strcmp(keep, keep_name(settings->keep)) == 0)
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--keep %s: must be jpeg or lossless"), keep);
    return FALSE;
}

static gboolean
parse_side(const char **at, double *side_mm)
{
    char *end;
    *side_mm = g_ascii_strtod(*at, &end);
    gboolean fine = end != *at && *side_mm >= MIN_SIDE_MM && *side_mm <= MAX_SIDE_MM;
    *at = end;
    return fine;
}

gboolean
scan_settings_size(ScanSettings *settings, const char *size, GError **error)
{
    static const struct {
        const char *name;
        double width_mm, height_mm;
    } sizes[] = {{"A4", 210, 297},
                 {"A5", 148, 210},
                 {"A3", 297, 420},
                 {"Letter", 215.9, 279.4},
                 {"Legal", 215.9, 355.6}};
    double width_mm, height_mm;

    if (!size)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        if (g_ascii_strcasecmp(size, sizes[i].name) == 0) {
            settings->settings.width_mm = sizes[i].width_mm;
            settings->settings.height_mm = sizes[i].height_mm;
            return TRUE;
        }
    const char *at = size;
    if (!parse_side(&at, &width_mm) || *at++ != 'x' || !parse_side(&at, &height_mm) || *at != '\0') {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("--size %s: must be A4, A5, A3, Letter, Legal or WIDTHxHEIGHT in mm, %d to %d"), size,
                    MIN_SIDE_MM, MAX_SIDE_MM);
        return FALSE;
    }
    settings->settings.width_mm = width_mm;
    settings->settings.height_mm = height_mm;
    return TRUE;
}

/* Remembering. */

static gboolean
is_of(const char *option, const char *other)
{
    gsize name = strcspn(option, "=");
    return strncmp(option, other, name) == 0 && (other[name] == '=' || other[name] == '\0');
}

static gboolean
is_among(GStrv options, const char *option)
{
    for (; options && *options; options++)
        if (is_of(option, *options))
            return TRUE;
    return FALSE;
}

/* The remembered options that are not asked for anew, then those asked for. */
static GStrv
join_options(const json_t *remembered, GStrv asked)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    for (size_t i = 0; i < json_array_size(remembered); i++) {
        const char *option = json_string_value(json_array_get(remembered, i));
        if (option && !is_among(asked, option))
            g_strv_builder_add(all, option);
    }
    for (; asked && *asked; asked++)
        g_strv_builder_add(all, *asked);
    return g_strv_builder_end(all);
}

static void
recall_text(char **text, const json_t *remembered)
{
    if (!*text && json_is_string(remembered))
        *text = g_strdup(json_string_value(remembered));
}

gboolean
scan_settings_recall(ScanSettings *settings, Store *store, const char *scanner, GError **error)
{
    ScannerSettings *asked = &settings->settings;
    g_autofree char *text = NULL;

    if (!store_scanner_settings(store, scanner, &text, error))
        return FALSE;
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    recall_text(&asked->source, json_object_get(json, "source"));
    recall_text(&asked->mode, json_object_get(json, "mode"));
    if (!asked->dpi)
        asked->dpi = (int)json_integer_value(json_object_get(json, "dpi"));
    if (asked->width_mm <= 0) {
        asked->width_mm = json_number_value(json_object_get(json, "width_mm"));
        asked->height_mm = json_number_value(json_object_get(json, "height_mm"));
    }
    GStrv options = join_options(json_object_get(json, "options"), asked->options);
    g_strfreev(asked->options);
    asked->options = options;
    if (!settings->keep_told && g_strcmp0(json_string_value(json_object_get(json, "keep")), "lossless") == 0)
        settings->keep = SCANNER_KEEP_LOSSLESS;
    json_decref(json);
    return TRUE;
}

char *
scan_settings_to_json(const ScanSettings *settings)
{
    const ScannerSettings *asked = &settings->settings;
    json_t *json = json_object(), *options = json_array();

    if (asked->source)
        json_object_set_new(json, "source", json_string(asked->source));
    if (asked->mode)
        json_object_set_new(json, "mode", json_string(asked->mode));
    if (asked->dpi)
        json_object_set_new(json, "dpi", json_integer(asked->dpi));
    if (asked->width_mm > 0) {
        json_object_set_new(json, "width_mm", json_real(asked->width_mm));
        json_object_set_new(json, "height_mm", json_real(asked->height_mm));
    }
    for (char **option = asked->options; option && *option; option++)
        json_array_append_new(options, json_string(*option));
    json_object_set_new(json, "options", options);
    json_object_set_new(json, "keep", json_string(keep_name(settings->keep)));
    char *dumped = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS), *text = g_strdup(dumped);
    free(dumped);
    json_decref(json);
    return text;
}

ScannerSettings
scan_settings_of_run(const ScanSettings *settings)
{
    ScannerSettings all = settings->settings;
    g_autoptr(GPtrArray) options = g_ptr_array_new();
    for (char **option = settings->settings.options; option && *option; option++)
        g_ptr_array_add(options, *option);
    for (char **option = settings->once; option && *option; option++)
        g_ptr_array_add(options, *option);
    g_ptr_array_add(options, NULL);
    all.options = (GStrv)g_ptr_array_steal(options, NULL);
    return all;
}
