#include "virtual-feeder-private.h"

#include <glib.h>

#define DRIVER "libsane-phieu.so.1"

char *
virtual_feeder_dir(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;
    if (folder) {
        g_autofree char *built = g_build_filename(folder, "scanner", "virtual", NULL);
        g_autofree char *driver = g_build_filename(built, DRIVER, NULL);
        if (g_file_test(driver, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&built);
    }
    return g_strdup(PHIEU_SANE_DIR);
}
