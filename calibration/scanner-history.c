/* The history of a scanner: JSON Lines, only ever added to. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calibration-error.h"
#include "scanner-private.h"

#define HISTORY_KEY "phieu_scanner_history"
#define MAX_BYTES   (64 * 1024 * 1024)
#define BASELINE    5 /* records that drift is told against */
#define SAME_DPI    0.05

typedef struct {
    int file;
    gsize size;
    gboolean torn; /* the last line was not finished */
    char *text;
    GPtrArray *lines; /* of json_t*: the records that could be read */
} History;

static void
history_clear(History *history)
{
    if (history->file >= 0)
        close(history->file);
    g_free(history->text);
    g_clear_pointer(&history->lines, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(History, history_clear)

static gboolean
fail(const char *path, GError **error)
{
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                _("%s: the history cannot be kept (%s); check the folder and the disk"), path,
                g_strerror(errno));
    return FALSE;
}

static void
drop(gpointer line)
{
    json_decref(line);
}

static gboolean
read_text(History *history, const char *path, GError **error)
{
    struct stat about;
    if (fstat(history->file, &about) != 0)
        return fail(path, error);
    if (!S_ISREG(about.st_mode) || about.st_size > MAX_BYTES) {
        g_set_error(
            error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
            _("%s: is no history of a scanner, or larger than %d MB; name another file with --history"), path,
            MAX_BYTES / 1024 / 1024);
        return FALSE;
    }
    history->size = (gsize)about.st_size;
    history->text = g_malloc(history->size + 1);
    gsize done = 0;
    while (done < history->size) {
        ssize_t n = pread(history->file, history->text + done, history->size - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(path, error);
        if (n == 0)
            break;
        done += (gsize)n;
    }
    history->size = done;
    history->text[done] = '\0';
    history->torn = done > 0 && history->text[done - 1] != '\n';
    return TRUE;
}

/* A line that a crash cut short is passed over; a file without any line of ours is another file. */
static gboolean
parse(History *history, const char *path, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(history->text, "\n", -1);
    history->lines = g_ptr_array_new_with_free_func(drop);
    for (char **line = lines; *line; line++) {
        json_t *record = **line ? json_loads(*line, 0, NULL) : NULL;
        if (json_is_object(record) && json_object_get(record, HISTORY_KEY))
            g_ptr_array_add(history->lines, record);
        else
            json_decref(record);
    }
    if (history->lines->len > 0 || history->size == 0)
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: is no history of a scanner; name another file with --history"), path);
    return FALSE;
}

/* Opens and reads; with `write`, makes the file where it is missing and locks it. */
static gboolean
history_open(History *history, const char *path, gboolean write, GError **error)
{
    int flags = write ? O_RDWR | O_CREAT | O_APPEND : O_RDONLY;
    history->file = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (history->file < 0)
        return fail(path, error);
    if (write && flock(history->file, LOCK_EX) != 0)
        return fail(path, error);
    return read_text(history, path, error) && parse(history, path, error);
}

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

static char *
line_of(const CalibrationRecord *record, const CalibrationScannerReading *reading)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ"),
                    *image = g_utf8_make_valid(record->image, -1);
    json_t *line = json_pack("{s:i, s:s, s:s, s:s, s:i, s:s, s:o}", HISTORY_KEY, 1, "time", time, "scanner",
                             record->scanner, "image", image, "index", record->index, "sha256",
                             record->sha256, "reading", calibration_scanner_to_json(reading));
    char *dumped = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(8));
    json_decref(line);
    char *text = g_strconcat(dumped, "\n", NULL);
    free(dumped);
    return text;
}

static gboolean
write_line(const History *history, const char *path, const char *line, GError **error)
{
    g_autofree char *whole = g_strconcat(history->torn ? "\n" : "", line, NULL);
    gsize length = strlen(whole);
    ssize_t n = write(history->file, whole, length);
    if (n == (ssize_t)length && fsync(history->file) == 0)
        return TRUE;
    int why = n >= 0 && n < (ssize_t)length ? ENOSPC : errno;
    if (ftruncate(history->file, (off_t)history->size) != 0)
        why = errno;
    errno = why;
    return fail(path, error);
}

/* A new file is there after a power cut only once its folder is written. */
static void
sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

gboolean
calibration_history_add(const char *path, const CalibrationRecord *record,
                        const CalibrationScannerReading *reading, gboolean *added, GError **error)
{
    g_auto(History) history = {.file = -1};
    *added = FALSE;
    if (!history_open(&history, path, TRUE, error))
        return FALSE;
    for (guint i = 0; i < history.lines->len; i++)
        if (is_same_image(history.lines->pdata[i], record))
            return TRUE;
    g_autofree char *line = line_of(record, reading);
    if (!write_line(&history, path, line, error))
        return FALSE;
    if (history.size == 0)
        sync_folder(path);
    *added = TRUE;
    return TRUE;
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
calibration_history_compare(const char *path, const CalibrationRecord *record,
                            const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
                            GPtrArray *findings, guint *records, GError **error)
{
    g_auto(History) history = {.file = -1};
    *records = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return TRUE;
    if (!history_open(&history, path, FALSE, error))
        return FALSE;
    g_autoptr(GPtrArray) before = g_ptr_array_new();
    gboolean rulers = reading->print_scale_x > 0;
    for (guint i = 0; i < history.lines->len; i++) {
        const json_t *line = history.lines->pdata[i];
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
