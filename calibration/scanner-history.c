/* The history of a scanner: what is kept of a scan, and what has drifted since. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "calibration-history.h"
#include "scanner-private.h"

#define HISTORY_KEY "phieu_scanner_history"
#define BASELINE    5 /* records that drift is told against */
#define SAME_DPI    0.05

static const char *
text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text ? text : "";
}

static gboolean
is_same_image(const json_t *line, const CalibrationRecord *record)
{
    return g_str_equal(text_of(line, "scanner"), record->scanner) &&
           g_str_equal(text_of(line, "sha256"), record->sha256) &&
           json_integer_value(json_object_get(line, "index")) == record->index;
}

static gboolean
is_same_scan(const json_t *there, const json_t *record)
{
    CalibrationRecord own = {text_of(record, "scanner"), NULL, text_of(record, "sha256"),
                             (int)json_integer_value(json_object_get(record, "index"))};
    return is_same_image(there, &own);
}

static json_t *
line_of(const CalibrationRecord *record, const CalibrationScannerReading *reading)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ"),
                    *image = g_utf8_make_valid(record->image, -1);
    return json_pack("{s:i, s:s, s:s, s:s, s:i, s:s, s:o}", HISTORY_KEY, 1, "time", time, "scanner",
                     record->scanner, "image", image, "index", record->index, "sha256", record->sha256,
                     "reading", calibration_scanner_to_json(reading));
}

gboolean
calibration_scanner_history_add(const char *path, const CalibrationRecord *record,
                                const CalibrationScannerReading *reading, gboolean *added, GError **error)
{
    json_t *line = line_of(record, reading);
    gboolean fine = calibration_history_append(path, HISTORY_KEY, line, is_same_scan, added, error);
    json_decref(line);
    return fine;
}

/* A number of a reading as it stands in JSON: "tone/white", "tone/steps/6". */
static double
value_at(const json_t *reading, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, "/", -1);
    const json_t *at = reading;
    for (char **key = keys; *key; key++)
        at = json_is_array(at) ? json_array_get(at, (size_t)g_ascii_strtoull(*key, NULL, 10))
                               : json_object_get(at, *key);
    return json_is_number(at) ? json_number_value(at) : NAN;
}

/* Resolutions are compared where a change can only be the scanner's: the same page, or corrected by rulers
 * both times. */
static gboolean
is_comparable(const json_t *line, const CalibrationRecord *record, const CalibrationScannerReading *reading)
{
    const json_t *other = json_object_get(line, "reading");
    double dpi_x = value_at(other, "geometry/dpi_x"), dpi_y = value_at(other, "geometry/dpi_y");
    return !is_same_image(line, record) && g_str_equal(text_of(line, "scanner"), record->scanner) &&
           g_str_equal(text_of(other, "mode"), calibration_mode_name(reading->mode)) &&
           fabs(dpi_x / reading->dpi_x - 1) < SAME_DPI && fabs(dpi_y / reading->dpi_y - 1) < SAME_DPI;
}

/* What is compared, and from which difference on it has drifted: by itself, or as a share of what it was. */
typedef struct {
    const char *path;
    const char *what; /* translatable */
    double limit;
    gboolean relative;
} Drift;

static void
compare_one(const Drift *drift, const json_t *now, const GPtrArray *before, GPtrArray *findings)
{
    double values[BASELINE], value = value_at(now, drift->path);
    int n = 0;
    for (guint i = 0; i < before->len && n < BASELINE; i++) {
        double other = value_at(json_object_get(before->pdata[i], "reading"), drift->path);
        if (isfinite(other))
            values[n++] = other;
    }
    double was = scan_median(values, n), change = drift->relative ? value / was - 1 : value - was;
    if (!(fabs(change) > drift->limit))
        return;
    CalibrationFinding *finding = g_new0(CalibrationFinding, 1);
    finding->code = "drift";
    finding->mend = TRUE;
    finding->text =
        g_strdup_printf(_("%s has drifted: %.4g, was %.4g in the first scans of this scanner (%d)"),
                        _(drift->what), value, was, n);
    g_ptr_array_add(findings, finding);
}

static void
compare(const json_t *now, const GPtrArray *before, gboolean rulers, const CalibrationScannerLimits *limits,
        GPtrArray *findings)
{
    const Drift drifts[] = {
        {"geometry/dpi_x", rulers ? N_("the resolution across") : N_("the size across (dpi)"),
         limits->drift_scale, TRUE},
        {"geometry/dpi_y", rulers ? N_("the resolution along the feed") : N_("the size along the feed (dpi)"),
         limits->drift_scale, TRUE},
        {"tone/white", N_("the white level"), limits->drift_tone, FALSE},
        {"tone/black", N_("the black level"), limits->drift_tone, FALSE},
        {"tone/steps/6", N_("the level of middle grey"), limits->drift_tone, FALSE},
        {"tone/noise_white", N_("the noise on white"), limits->drift_noise, FALSE},
        {"sharpness/blur_across_mm", N_("the blur across (mm)"), limits->drift_blur, TRUE},
        {"sharpness/blur_along_mm", N_("the blur along the feed (mm)"), limits->drift_blur, TRUE},
        {"bilevel/threshold", N_("the threshold of 1 bit"), limits->drift_threshold, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(drifts); i++)
        /* 1 bit has two levels; only its threshold tells. */
        if (!g_str_equal(text_of(now, "mode"), "bilevel") || !g_str_has_prefix(drifts[i].path, "tone/"))
            compare_one(&drifts[i], now, before, findings);
}

gboolean
calibration_scanner_history_compare(const char *path, const CalibrationRecord *record,
                                    const CalibrationScannerReading *reading,
                                    const CalibrationScannerLimits *limits, GPtrArray *findings,
                                    guint *records, GError **error)
{
    *records = 0;
    g_autoptr(GPtrArray) lines = calibration_history_load(path, HISTORY_KEY, error);
    if (!lines)
        return FALSE;
    g_autoptr(GPtrArray) before = g_ptr_array_new();
    gboolean rulers = reading->print_scale_x > 0;
    for (guint i = 0; i < lines->len; i++) {
        const json_t *line = lines->pdata[i];
        gboolean ruled = isfinite(value_at(json_object_get(line, "reading"), "geometry/print_scale_x"));
        if (is_comparable(line, record, reading) && ruled == rulers)
            g_ptr_array_add(before, (gpointer)line);
    }
    *records = before->len;
    json_t *now = calibration_scanner_to_json(reading);
    compare(now, before, rulers, limits, findings);
    json_decref(now);
    return TRUE;
}
