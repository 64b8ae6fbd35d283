/* A folder that the tests of a file share for as long as they run. */
#pragma once

#include <glib/gstdio.h>

static char *dir;

/* As g_test_run(). */
static inline int
run_in_folder(void)
{
    dir = g_dir_make_tmp("phieu-test-XXXXXX", NULL);
    int status = g_test_run();
    GDir *files = g_dir_open(dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_unlink(path);
    }
    g_dir_close(files);
    g_rmdir(dir);
    g_free(dir);
    return status;
}
