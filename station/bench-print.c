#include "bench-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command-private.h"
#include "form-print.h"

/* VmHWM of this process. Not getrusage(): its ru_maxrss survives exec, so that a child shows its parent's
 * memory. */
static double
peak_mb(void)
{
    g_autofree char *status = NULL;
    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        return 0;
    const char *line = strstr(status, "VmHWM:");
    return line ? g_ascii_strtod(line + strlen("VmHWM:"), NULL) * 1024 / 1e6 : 0;
}

gboolean
bench_print_child(char *const *words, GError **error)
{
    gint64 start_us = g_get_monotonic_time();
    g_autoptr(FormPackage) package = form_package_load(words[0], error);
    g_autoptr(FormSample) sample = package ? form_sample_load(words[1], error) : NULL;
    FormPrintOptions options = {.output = words[2]};
    if (!sample || !form_print(package, sample, &options, error))
        return FALSE;
    printf("%.3f %.1f\n", (double)(g_get_monotonic_time() - start_us) / G_USEC_PER_SEC, peak_mb());
    return TRUE;
}

gboolean
bench_print(const char *package_path, const char *sample_path, const char *output_path, BenchPrint *result,
            GError **error)
{
    const char *words[] = {"/proc/self/exe", "bench", "--print-child", package_path, sample_path,
                           output_path,      NULL};
    g_autofree char *self = g_file_read_link(words[0], NULL);
    if (self)
        words[0] = self;
    g_autofree char *output = NULL, *problems = NULL;
    int status = 0;
    g_autoptr(GError) problem = NULL;
    if (!g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &problems, &status,
                      &problem) ||
        !g_spawn_check_wait_status(status, &problem)) {
        if (!command_go_on(error)) /* the child has had the interrupt too */
            return FALSE;
        g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE,
                    _("printing in a process of its own failed: %s"),
                    problems && *problems ? g_strchomp(problems) : problem->message);
        return FALSE;
    }
    char *rest = output;
    result->seconds = g_ascii_strtod(output, &rest);
    result->peak_mb = g_ascii_strtod(rest, NULL);
    return TRUE;
}
