#include "progress-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRAW_INTERVAL_US (G_USEC_PER_SEC / 8)
/* Plain lines: one a tenth of the job, but not in haste, and now and then when tenths take long. */
#define LINE_LEAST_US    (2 * G_USEC_PER_SEC)
#define LINE_INTERVAL_US (30 * G_USEC_PER_SEC)
#define SAY_INTERVAL_US  (10 * G_USEC_PER_SEC)
#define BAR_MAX_COLUMNS  40
#define BAR_MIN_COLUMNS  8

struct Progress {
    char *what, *unit;
    guint total;
    gboolean terminal;
    gboolean drawn; /* a bar stands on the terminal's last line */
    guint tenth;    /* the last tenth of the job that got a line */
    gint64 start_us, last_us;
    char *said; /* the last plain line of progress_say() */
    FILE *stream;
};

Progress *
progress_new(const char *what, const char *unit, guint total)
{
    return progress_new_on(stdout, what, unit, total);
}

Progress *
progress_new_on(FILE *stream, const char *what, const char *unit, guint total)
{
    Progress *progress = g_new0(Progress, 1);
    progress->what = g_strdup(what);
    progress->unit = g_strdup(unit);
    progress->total = total;
    progress->stream = stream;
    const char *kind = g_getenv("TERM");
    progress->terminal = isatty(fileno(stream)) && kind && !g_str_equal(kind, "dumb");
    progress->start_us = progress->last_us = g_get_monotonic_time();
    return progress;
}

static guint
terminal_columns(const Progress *progress)
{
    struct winsize size = {0};
    if (ioctl(fileno(progress->stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

/* "412/960  85.3 pages/s  0:06 left" */
static char *
describe(const Progress *progress, guint done, guint64 count, gint64 now_us)
{
    double seconds = (double)(now_us - progress->start_us) / G_USEC_PER_SEC;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%u/%u", done, progress->total);
    if (seconds <= 0 || !done)
        return g_string_free(text, FALSE);
    g_string_append_printf(text, "  %.1f %s/s", (double)count / seconds, progress->unit);
    if (done < progress->total) {
        guint left = (guint)(seconds * (progress->total - done) / done + 0.5);
        g_autofree char *clock =
            left < 3600 ? g_strdup_printf("%u:%02u", left / 60, left % 60)
                        : g_strdup_printf("%u:%02u:%02u", left / 3600, left / 60 % 60, left % 60);
        g_string_append_printf(text, _("  %s left"), clock);
    }
    return g_string_free(text, FALSE);
}

/* Ends the line that `line` holds behind a carriage return, and shows it. */
static void
draw_line(Progress *progress, GString *line, long columns)
{
    if (g_utf8_strlen(line->str + 1, -1) >= columns)
        g_string_truncate(line, (gsize)(g_utf8_offset_to_pointer(line->str + 1, columns - 1) - line->str));
    g_string_append(line, "\033[K");
    fputs(line->str, progress->stream);
    fflush(progress->stream);
    progress->drawn = TRUE;
}

static void
draw_bar(Progress *progress, guint done, const char *state)
{
    long columns = terminal_columns(progress);
    long bar = columns - 1 - g_utf8_strlen(progress->what, -1) - g_utf8_strlen(state, -1) - 5;
    bar = MIN(bar, BAR_MAX_COLUMNS);
    GString *line = g_string_new("\r");
    g_string_append(line, progress->what);
    if (bar >= BAR_MIN_COLUMNS) {
        long full = progress->total ? bar * (long)done / (long)progress->total : bar;
        g_string_append(line, " [");
        for (long i = 0; i < bar; i++)
            g_string_append_c(line, i < full ? '#' : '.');
        g_string_append(line, "] ");
    } else {
        g_string_append_c(line, ' ');
    }
    g_string_append(line, state);
    draw_line(progress, line, columns);
    g_string_free(line, TRUE);
}

void
progress_update(Progress *progress, guint done, guint64 count)
{
    gint64 now_us = g_get_monotonic_time();
    guint tenth = progress->total ? (guint)((guint64)done * 10 / progress->total) : 10;
    gint64 since_us = now_us - progress->last_us;
    gboolean due = progress->terminal ? since_us >= DRAW_INTERVAL_US
                                      : (tenth > progress->tenth && since_us >= LINE_LEAST_US) ||
                                            since_us >= LINE_INTERVAL_US;
    if (!due && done < progress->total)
        return;
    if (!progress->terminal && done == progress->total && progress->tenth == 10)
        return;
    progress->last_us = now_us;
    progress->tenth = tenth;
    g_autofree char *state = describe(progress, done, count, now_us);
    if (progress->terminal) {
        draw_bar(progress, done, state);
    } else {
        fprintf(progress->stream, "%s: %s\n", progress->what, state);
        fflush(progress->stream);
    }
}

static void
draw_state(Progress *progress, const char *state)
{
    GString *line = g_string_new("\r");
    g_string_append_printf(line, "%s: %s", progress->what, state);
    draw_line(progress, line, terminal_columns(progress));
    g_string_free(line, TRUE);
}

void
progress_say(Progress *progress, const char *state)
{
    gint64 now_us = g_get_monotonic_time(), since_us = now_us - progress->last_us;
    if (progress->terminal && (since_us >= DRAW_INTERVAL_US || !progress->drawn)) {
        progress->last_us = now_us;
        draw_state(progress, state);
    } else if (!progress->terminal && since_us >= SAY_INTERVAL_US && g_strcmp0(state, progress->said) != 0) {
        progress->last_us = now_us;
        fprintf(progress->stream, "%s: %s\n", progress->what, state);
        fflush(progress->stream);
        g_free(progress->said);
        progress->said = g_strdup(state);
    }
}

void
progress_hide(Progress *progress)
{
    if (!progress || !progress->drawn)
        return;
    fputs("\r\033[K", progress->stream);
    fflush(progress->stream);
    progress->drawn = FALSE;
}

void
progress_free(Progress *progress)
{
    if (!progress)
        return;
    progress_hide(progress);
    g_free(progress->said);
    g_free(progress->what);
    g_free(progress->unit);
    g_free(progress);
}
