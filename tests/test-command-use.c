/* How the program is called: help, versions, wrong use, languages. */
#include <string.h>
#include <sys/wait.h>

#include "command-fixture.h"

static const char *const commands[] = {
    "demo",   "form check", "form compile",  "form proof",       "form print",        "form add",
    "read",   "init",       "sample import", "import",           "batch list",        "batch show",
    "status", "export",     "bench",         "calibrate target", "calibrate scanner", "form trace",
};

static void
test_help(void)
{
    g_auto(Run) run = run_phieu("--help", NULL);
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        g_assert_nonnull(strstr(run.output, commands[i]));
}

static void
test_help_of_commands(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_auto(GStrv) words = g_strsplit(commands[i], " ", 2);
        g_auto(Run) run =
            run_phieu(words[0], words[1] ? words[1] : "--help", words[1] ? "--help" : NULL, NULL);
        assert_status(run, 0);
        g_assert_cmpstr(run.problems, ==, "");
        g_autofree char *usage = g_strdup_printf("phieu %s", commands[i]);
        g_assert_nonnull(strstr(run.output, usage));
    }
}

/* The manual page knows every command and every option that the help of a command names. */
static void
test_manual(void)
{
    g_autofree char *path = g_build_filename(g_getenv("PHIEU_SOURCE"), "docs", "phieu.1", NULL);
    g_autofree char *source = NULL;
    g_assert_true(g_file_get_contents(path, &source, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(source, "\\", -1);
    g_autofree char *manual = g_strjoinv("", parts);
    g_autoptr(GRegex) option = g_regex_new("^  (-[a-z], )?(--[a-z-]+)", G_REGEX_MULTILINE, 0, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_assert_nonnull(strstr(manual, commands[i]));
        g_auto(GStrv) words = g_strsplit(commands[i], " ", 2);
        g_auto(Run) run =
            run_phieu(words[0], words[1] ? words[1] : "--help", words[1] ? "--help" : NULL, NULL);
        g_autoptr(GMatchInfo) match = NULL;
        g_assert_true(g_regex_match(option, run.output, 0, &match));
        for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
            g_autofree char *letter = g_match_info_fetch(match, 1), *name = g_match_info_fetch(match, 2);
            g_autofree char *both = g_strconcat(letter, name, NULL);
            if (!strstr(manual, both))
                g_test_message("%s: docs/phieu.1 has no \"%s\"", commands[i], both);
            g_assert_nonnull(strstr(manual, both));
        }
    }
}

static void
test_version(void)
{
    g_auto(Run) run = run_phieu("--version", NULL);
    assert_status(run, 0);
    g_assert_true(g_str_has_prefix(run.output, "phieu "));
}

static void
test_unknown_command(void)
{
    static const struct {
        const char *typed, *meant;
    } cases[] = {{"imprt", "phieu import"}, {"staus", "phieu status"}, {"chek", "phieu form check"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Run) run = run_phieu(cases[i].typed, NULL);
        assert_one_line(run, 2, cases[i].meant);
        g_assert_cmpstr(run.output, ==, "");
    }
    g_auto(Run) group = run_phieu("form", "prof", NULL);
    assert_one_line(group, 2, "phieu form proof");
    g_auto(Run) far = run_phieu("xylophone", NULL);
    assert_one_line(far, 2, "phieu --help");
}

static void
test_wrong_use(void)
{
    static const char *const cases[][5] = {
        {NULL},
        {"-C"},
        {"-q", "status"},
        {"form"},
        {"read"},
        {"read", "x.jpg"},
        {"read", "--form"},
        {"read", "--nonsense", "x.jpg"},
        {"read", "--form", "nowhere.form.json", "x.jpg"},
        {"form", "check"},
        {"form", "check", "nowhere.md"},
        {"form", "compile", "nowhere.md", "-o", "out.form.json"},
        {"form", "compile", "x.md"},
        {"form", "print", "x.form.json"},
        {"form", "proof", "nowhere.form.json"},
        {"sample", "import", "nowhere.csv"},
        {"batch", "show"},
        {"status", "extra"},
        {"demo", "--count", "0"},
        {"demo", "--count", "many"},
        {"bench", "--pages", "-3"},
        {"bench", "extra"},
        {"-C", "/nowhere-at-all", "status"},
        {"-C", "/nowhere-at-all", "import", "/"},
        {"-C", "/nowhere-at-all", "export"},
        {"-C", "/nowhere-at-all", "batch", "list"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Run) run = run_phieu(cases[i][0], cases[i][0] ? cases[i][1] : NULL, cases[i][2], cases[i][3],
                                    cases[i][4], NULL);
        assert_one_line(run, 2, "phieu: ");
        g_assert_cmpstr(run.output, ==, "");
    }
    g_auto(Run) number = run_phieu("demo", "--count", "many", NULL);
    assert_one_line(number, 2, "--count: a whole number is expected");
    g_auto(Run) nothing = run_phieu("demo", "--count", NULL);
    assert_one_line(nothing, 2, "Missing argument");
}

static Run
run_in_language(const char *name, const char *value)
{
    static const char *const words[] = {"--help", NULL};
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    g_auto(GStrv) environment = g_get_environ();
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        environment = g_environ_unsetenv(environment, names[i]);
    environment = g_environ_setenv(environment, name, value, TRUE);
    return run_phieu_v(words, (const char *const *)environment);
}

/* A fresh Debian has no vi_VN locale: its name is enough. */
static void
test_language(void)
{
    static const struct {
        const char *name, *value, *usage;
    } cases[] = {
        {"LANG", "vi_VN.UTF-8", "Cách dùng:"},
        {"LC_ALL", "vi_VN", "Cách dùng:"},
        {"LC_MESSAGES", "vi_VN.UTF-8", "Cách dùng:"},
        {"LANGUAGE", "vi", "Cách dùng:"},
        {"LANG", "en_US.UTF-8", "Usage:"},
        {"LC_ALL", "C", "Usage:"},
        {"LANG", "zz_ZZ.UTF-8", "Usage:"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Run) run = run_in_language(cases[i].name, cases[i].value);
        assert_status(run, 0);
        g_assert_true(g_str_has_prefix(run.output, cases[i].usage));
    }
}

/* A full disk is the machine's failure, not silence. */
static void
test_full_disk(void)
{
    g_autofree char *line = g_strdup_printf("'%s' --help > /dev/full", g_getenv("PHIEU"));
    const char *words[] = {"/bin/sh", "-c", line, NULL};
    g_autofree char *problems = NULL;
    int status = 0;
    GError *error = NULL;
    g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &problems, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 3);
    g_assert_cmpuint(count_lines(problems), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/use/help", test_help);
    g_test_add_func("/use/help-of-commands", test_help_of_commands);
    g_test_add_func("/use/manual", test_manual);
    g_test_add_func("/use/version", test_version);
    g_test_add_func("/use/unknown-command", test_unknown_command);
    g_test_add_func("/use/wrong-use", test_wrong_use);
    g_test_add_func("/use/language", test_language);
    g_test_add_func("/use/full-disk", test_full_disk);
    return g_test_run();
}
