#include "command-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "calibration-error.h"
#include "export.h"
#include "form-error.h"
#include "omr-reader.h"
#include "scanner-pages.h"
#include "store.h"

#define MAX_JOBS 64

G_DEFINE_QUARK(phieu - station - error - quark, station_error)

/* GLib's own message, but that of a number that is none, which quotes it, is in English only. */
static char *
option_problem(const GError *problem)
{
    g_auto(GStrv) words = g_strsplit(problem->message, " ", -1);
    gboolean bad_number = g_error_matches(problem, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE) &&
                          strstr(problem->message, "“") != NULL;
    for (guint i = 0; bad_number && words[i]; i++)
        if (words[i][0] == '-')
            return g_strdup_printf(_("%s: a whole number is expected after it"), words[i]);
    char *what = g_strdup(problem->message);
    if (g_str_has_suffix(what, ".")) /* a sentence in some languages */
        what[strlen(what) - 1] = '\0';
    return what;
}

gboolean
command_parse(CommandCall *call, const GOptionEntry *entries, guint least, guint most, GError **error)
{
    const GOptionEntry rest[] = {
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &call->rest, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *name = g_strdup_printf("phieu %s", call->command->name);
    g_set_prgname(name);
    g_autoptr(GOptionContext) context = g_option_context_new(call->command->arguments);
    g_option_context_set_summary(context, _(call->command->summary));
    g_option_context_set_translation_domain(context, GETTEXT_PACKAGE);
    if (entries)
        g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    g_option_context_add_main_entries(context, rest, GETTEXT_PACKAGE);
    GError *problem = NULL;
    if (!g_option_context_parse(context, &call->argc, &call->argv, &problem)) {
        g_autofree char *what = option_problem(problem);
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s; see 'phieu %s --help'"), what,
                    call->command->name);
        g_error_free(problem);
        return FALSE;
    }
    if (!call->rest)
        call->rest = g_new0(char *, 1);
    guint words = g_strv_length(call->rest);
    if (words >= least && words <= most)
        return TRUE;
    if (words < least)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: something is missing: phieu %s %s; see 'phieu %s --help'"), call->command->name,
                    call->command->name, call->command->arguments, call->command->name);
    else
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: '%s' is one word too many; see 'phieu %s --help'"), call->command->name,
                    call->rest[most], call->command->name);
    return FALSE;
}

static CommandStatus
status_of(const GError *error)
{
    if (error->domain == SCANNER_ERROR)
        return error->code == SCANNER_ERROR_MACHINE ? COMMAND_MACHINE_FAILED : COMMAND_WRONG_USE;
    if (g_error_matches(error, STATION_ERROR, STATION_ERROR_STOPPED))
        return COMMAND_NEEDS_PERSON;
    const GQuark rooms[] = {STATION_ERROR, FORM_ERROR, STORE_ERROR,
                            EXPORT_ERROR,  OMR_ERROR,  CALIBRATION_ERROR};
    for (guint i = 0; i < G_N_ELEMENTS(rooms); i++)
        if (error->domain == rooms[i])
            return error->code == STATION_ERROR_INPUT ? COMMAND_WRONG_USE : COMMAND_MACHINE_FAILED;
    return COMMAND_MACHINE_FAILED;
}

CommandStatus
command_report(const GError *error)
{
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            command_warn("%s", *line);
    return status_of(error);
}

void
command_warn(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *text = g_strdup_vprintf(format, values);
    va_end(values);
    fflush(stdout);
    fprintf(stderr, "phieu: %s\n", text);
}

gboolean
command_need_path(const char *path, GError **error)
{
    if (access(path, R_OK) == 0)
        return TRUE;
    int why = errno;
    g_autofree char *shown = g_filename_display_name(path);
    if (why == ENOENT || why == ENOTDIR)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: no such file or folder; check the name"), shown);
    else
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: cannot be read (%s); check its permissions"), shown, g_strerror(why));
    return FALSE;
}

gboolean
command_need_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_autofree char *shown = g_filename_display_name(path);
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("%s: the folder to write to is not there; make it or name another"), shown);
    return FALSE;
}

gboolean
command_jobs(int wanted, guint *jobs, GError **error)
{
    if (wanted < 0 || wanted > MAX_JOBS) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("--jobs %d: the number of worker threads must be 1 to %d, or 0 for one a processor"),
                    wanted, MAX_JOBS);
        return FALSE;
    }
    *jobs = wanted ? (guint)wanted : MIN(g_get_num_processors(), MAX_JOBS);
    return TRUE;
}

/* Written by the signal handler alone. */
static volatile sig_atomic_t interrupted;

static void
on_interrupt(int signal G_GNUC_UNUSED)
{
    interrupted = 1;
}

void
command_catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

gboolean
command_interrupted(void)
{
    return interrupted != 0;
}

gboolean
command_fail_stopped(GError **error)
{
    g_set_error_literal(error, STATION_ERROR, STATION_ERROR_STOPPED, _("stopped, as asked"));
    return FALSE;
}

gboolean
command_go_on(GError **error)
{
    return !command_interrupted() || command_fail_stopped(error);
}
