/* phieu: prints survey forms, reads them back, stores and exports what they say. */
#include <glib/gi18n-lib.h>
#include <leptonica/allheaders.h>
#include <stdio.h>
#include <string.h>

#include "command-private.h"
#include "messages-private.h"
#include "suggest-private.h"

static const Command commands[] = {
    {"demo", "[DIR]",
     N_("Does the whole job on this machine with no scanner: prints, fills, scans, reads, exports"),
     command_demo},
    {"form check", "DEFINITION", N_("Checks a form definition (XLSForm .xlsx, or the same tables in .md)"),
     command_form_check},
    {"form compile", "DEFINITION", N_("Lays a definition out on paper: package, blank pages, print master"),
     command_form_compile},
    {"form proof", "PACKAGE",
     N_("Prints, fills, scans and reads a form back by simulation, before thousands are printed"),
     command_form_proof},
    {"form print", "PACKAGE", N_("Prints a questionnaire for every row of a sample list"),
     command_form_print},
    {"form trace", "SCAN",
     N_("Makes a package for a form printed elsewhere: finds the bubbles and boxes on its blank"),
     command_form_trace},
    {"form add", "PACKAGE", N_("Gives the station a compiled form"), command_form_add},
    {"read", "IMAGE…",
     N_("Reads page images and prints what they say, one JSON object a page; needs no station"),
     command_read},
    {"init", "[DIR]", N_("Makes an empty station"), command_init},
    {"sample import", "LIST.csv", N_("Loads the sample list into the station"), command_sample_import},
    {"scan", "", N_("Scans sheets with a document feeder into the station"), command_scan},
    {"import", "PATH… | --watch DIR", N_("Reads image files and folders into the station"), command_import},
    {"batch list", "", N_("Lists the batches of the station"), command_batch_list},
    {"batch show", "NAME", N_("Shows one batch"), command_batch_show},
    {"status", "", N_("Shows where everything stands"), command_status},
    {"export", "", N_("Writes the answers as CSV, with cells and codebook"), command_export},
    {"calibrate deck", "PACKAGE [SCAN…]",
     N_("Prints filled sheets with known answers, and compares their scans with them"),
     command_calibrate_deck},
    {"calibrate target", "", N_("Makes a page to print, whose scan tells what a scanner does"),
     command_calibrate_target},
    {"calibrate scanner", "SCAN…", N_("Measures the scan of that page: pass, or what to clean or mend"),
     command_calibrate_scanner},
    {"calibrate marks", "[IMAGE…]",
     N_("Fits the mark model to labelled marks, and says how far it can be trusted"),
     command_calibrate_marks},
    {"bench", "", N_("Measures the speed of this machine at its job"), command_bench},
    {"bench accuracy", "", N_("Counts how often pages of simulated people are read wrong"),
     command_bench_accuracy},
};

/* Not for people, and so not in the help: the role in which 'scan' starts this program. */
static const Command feeder = {"feeder", "SOCKET", N_("The feeder process of 'scan'"), command_feeder};

static void
print_help(const char *group)
{
    if (!group) {
        printf("%s\n  phieu [-C DIR] COMMAND [OPTION…]\n\n", _("Usage:"));
        printf("%s\n\n", _("A scanning station for printed survey forms."));
    }
    printf("%s\n", _("Commands:"));
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (!group || (g_str_has_prefix(commands[i].name, group) && commands[i].name[strlen(group)] == ' '))
            printf("  %-18s %s\n", commands[i].name, _(commands[i].summary));
    if (group)
        return;
    printf("\n%s\n", _("Options:"));
    printf("  %-18s %s\n", "-C DIR", _("The station's folder; the current one unless given"));
    printf("  %-18s %s\n", "-h, --help", _("This help; after a command, the help of that command"));
    printf("  %-18s %s\n", "--version", _("The version of the program"));
    printf("\n%s\n", _("Exit status: 0 done; 1 done, but a person must look; 2 wrong use or bad input; 3 the "
                       "machine failed."));
}

/* A word that is the first of a two-word command. */
static gboolean
is_group(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_has_prefix(commands[i].name, word) && commands[i].name[strlen(word)] == ' ')
            return TRUE;
    return FALSE;
}

static const Command *
find_command(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static CommandStatus
unknown_command(const char *name)
{
    const char *names[G_N_ELEMENTS(commands) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    const char *nearest = suggest_nearest(name, names);
    if (nearest)
        command_warn(_("no command '%s'; did you mean 'phieu %s'?"), name, nearest);
    else
        command_warn(_("no command '%s'; 'phieu --help' lists them"), name);
    return COMMAND_WRONG_USE;
}

static gboolean
is_help(const char *word)
{
    return g_str_equal(word, "--help") || g_str_equal(word, "-h");
}

static CommandStatus
run_command(const Command *command, const char *station_dir, int argc, char **argv)
{
    CommandCall call = {.command = command, .station_dir = station_dir, .argc = argc, .argv = argv};
    g_autoptr(GError) error = NULL;
    CommandStatus status = command->run(&call, &error);
    if (status == COMMAND_FAILED)
        status = command_report(error);
    g_strfreev(call.rest);
    return status;
}

/* The command of two words, or NULL. */
static const Command *
find_command_of(const char *first, const char *second)
{
    g_autofree char *name = g_strdup_printf("%s %s", first, second);
    return find_command(name);
}

/* The command named by argv[0], and argv[1] where that is one of a group. `bench` is a command and a group.
 */
static CommandStatus
dispatch(const char *station_dir, int argc, char **argv)
{
    const Command *command = g_str_equal(argv[0], feeder.name) ? &feeder : find_command(argv[0]);
    if (!is_group(argv[0]) || (command && (argc < 2 || !find_command_of(argv[0], argv[1]))))
        return command ? run_command(command, station_dir, argc, argv) : unknown_command(argv[0]);
    if (argc > 1 && is_help(argv[1])) {
        print_help(argv[0]);
        return COMMAND_DONE;
    }
    if (argc < 2 || argv[1][0] == '-') {
        command_warn(_("'%s' needs a second word; see 'phieu %s --help'"), argv[0], argv[0]);
        return COMMAND_WRONG_USE;
    }
    command = find_command_of(argv[0], argv[1]);
    if (command)
        return run_command(command, station_dir, argc - 1, argv + 1);
    g_autofree char *name = g_strdup_printf("%s %s", argv[0], argv[1]);
    return unknown_command(name);
}

/* The options that stand before the command. */
static CommandStatus
run(int argc, char **argv)
{
    const char *station_dir = ".";
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (is_help(argv[i])) {
            print_help(NULL);
            return COMMAND_DONE;
        }
        if (g_str_equal(argv[i], "--version")) {
            printf("phieu %s\n", PHIEU_VERSION);
            return COMMAND_DONE;
        }
        if (!g_str_equal(argv[i], "-C") || i + 1 == argc || !argv[i + 1][0]) {
            command_warn(g_str_equal(argv[i], "-C")
                             ? _("option '%s' needs a folder after it")
                             : _("no option '%s' before the command; see 'phieu --help'"),
                         argv[i]);
            return COMMAND_WRONG_USE;
        }
        station_dir = argv[++i];
    }
    if (i == argc) {
        command_warn(_("a command is missing; 'phieu --help' lists them, 'phieu demo' shows the whole job"));
        return COMMAND_WRONG_USE;
    }
    return dispatch(station_dir, argc - i, argv + i);
}

/* What libraries say is for their developers: a message of ours reaches people once, as a GError. */
static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if ((level & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_ERROR)) || g_getenv("G_MESSAGES_DEBUG"))
        return g_log_writer_default(level, fields, n_fields, data);
    return G_LOG_WRITER_HANDLED;
}

int
main(int argc, char **argv)
{
    messages_init();
    g_log_set_writer_func(write_log, NULL, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    CommandStatus status = run(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status < COMMAND_WRONG_USE) {
        command_warn(_("standard output cannot be written; is the disk full?"));
        status = COMMAND_MACHINE_FAILED;
    }
    return status;
}
