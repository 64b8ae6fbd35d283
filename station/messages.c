#include "messages-private.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

static const char *
wanted_language(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);
        if (value && *value)
            return value;
    }
    return NULL;
}

static gboolean
is_plain_c(const char *locale)
{
    return !locale || g_str_equal(locale, "C") || g_str_equal(locale, "POSIX");
}

/* Beside a program that was built and not installed, its build folder has the texts. */
static char *
text_dir(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (program) {
        g_autofree char *dir = g_path_get_dirname(program);
        g_autofree char *probe =
            g_build_filename(dir, "po", "vi", "LC_MESSAGES", GETTEXT_PACKAGE ".mo", NULL);
        if (g_file_test(probe, G_FILE_TEST_EXISTS))
            return g_build_filename(dir, "po", NULL);
    }
    return g_strdup(PHIEU_LOCALE_DIR);
}

void
messages_init(void)
{
    g_autofree char *wanted = g_strdup(wanted_language());
    if (!setlocale(LC_ALL, "") || is_plain_c(setlocale(LC_MESSAGES, NULL))) {
        /* gettext looks at LANGUAGE only in a locale other than C. */
        setlocale(LC_ALL, "C.UTF-8");
        if (wanted && !is_plain_c(wanted)) {
            wanted[strcspn(wanted, ".@")] = '\0';
            g_setenv("LANGUAGE", wanted, TRUE);
        }
    }
    setlocale(LC_NUMERIC, "C");
    g_autofree char *dir = text_dir();
    bindtextdomain(GETTEXT_PACKAGE, dir);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
}

const char *
messages_language(void)
{
    for (const char *const *name = g_get_language_names(); *name; name++) {
        if (g_str_has_prefix(*name, "vi"))
            return "vi";
        if (g_str_has_prefix(*name, "en"))
            return "en";
    }
    return "en";
}
