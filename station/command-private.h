/* What every command of the station shares: how it is called, how it takes its options and how it ends. */
#pragma once

#include <glib.h>

/* The exit status of the program, as docs/phieu.1 promises it. */
typedef enum {
    COMMAND_FAILED = -1, /* an error is set; command_report() tells the status from its code */
    COMMAND_DONE = 0,
    COMMAND_NEEDS_PERSON = 1, /* done, but a person must look: pages refused, checks failed */
    COMMAND_WRONG_USE = 2,
    COMMAND_MACHINE_FAILED = 3,
} CommandStatus;

#define STATION_ERROR (station_error_quark())

typedef enum {
    STATION_ERROR_INPUT,
    STATION_ERROR_MACHINE,
    STATION_ERROR_STOPPED, /* by an interrupt, before the job was done: exit status 1 */
} StationError;

GQuark station_error_quark(void);

typedef struct Command Command;

/* One call of a command. */
typedef struct {
    const Command *command;
    const char *station_dir; /* of -C; "." */
    int argc;                /* the words after the command, argv[0] being the command */
    char **argv;
    GStrv rest; /* set by command_parse(): the words that are no option */
} CommandCall;

struct Command {
    const char *name;      /* "form check" */
    const char *arguments; /* the words that are no option, for --help */
    const char *summary;   /* one line, translatable */
    CommandStatus (*run)(CommandCall *call, GError **error);
};

/* Takes the options of `entries` (ended by G_OPTION_ENTRY_NULL) and leaves the other words in call->rest, of
 * which there must be `least` to `most`. `--help` prints and ends the program. Errors: G_OPTION_ERROR,
 * STATION_ERROR_INPUT. */
gboolean command_parse(CommandCall *call, const GOptionEntry *entries, guint least, guint most,
                       GError **error);

/* Prints `error` on standard error, one line a problem, and returns the exit status that its code means. */
CommandStatus command_report(const GError *error);

/* A line on standard error that is no failure of the whole command. */
void command_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Whether `path` is there; else STATION_ERROR_INPUT. */
gboolean command_need_path(const char *path, GError **error);

/* Whether the folder that `path` is to be written to is there; else STATION_ERROR_INPUT. */
gboolean command_need_folder(const char *path, GError **error);

/* Worker threads: `wanted`, or one a processor where it is 0. STATION_ERROR_INPUT when out of bounds. */
gboolean command_jobs(int wanted, guint *jobs, GError **error);

/* Whether an interrupt was asked for (SIGINT, SIGTERM) since command_catch_interrupts(). A second one ends
 * the program. */
void command_catch_interrupts(void);
gboolean command_interrupted(void);

/* Sets STATION_ERROR_STOPPED. Always FALSE. */
gboolean command_fail_stopped(GError **error);

/* TRUE, or FALSE with STATION_ERROR_STOPPED once an interrupt was asked for. */
gboolean command_go_on(GError **error);

/* Commands, one a file. */
CommandStatus command_batch_list(CommandCall *call, GError **error);
CommandStatus command_batch_show(CommandCall *call, GError **error);
CommandStatus command_bench(CommandCall *call, GError **error);
CommandStatus command_bench_accuracy(CommandCall *call, GError **error);
CommandStatus command_calibrate_deck(CommandCall *call, GError **error);
CommandStatus command_calibrate_scanner(CommandCall *call, GError **error);
CommandStatus command_calibrate_target(CommandCall *call, GError **error);
CommandStatus command_calibrate_marks(CommandCall *call, GError **error);
CommandStatus command_demo(CommandCall *call, GError **error);
CommandStatus command_export(CommandCall *call, GError **error);
CommandStatus command_feeder(CommandCall *call, GError **error);
CommandStatus command_form_add(CommandCall *call, GError **error);
CommandStatus command_form_check(CommandCall *call, GError **error);
CommandStatus command_form_compile(CommandCall *call, GError **error);
CommandStatus command_form_print(CommandCall *call, GError **error);
CommandStatus command_form_proof(CommandCall *call, GError **error);
CommandStatus command_form_trace(CommandCall *call, GError **error);
CommandStatus command_import(CommandCall *call, GError **error);
CommandStatus command_init(CommandCall *call, GError **error);
CommandStatus command_read(CommandCall *call, GError **error);
CommandStatus command_sample_import(CommandCall *call, GError **error);
CommandStatus command_scan(CommandCall *call, GError **error);
CommandStatus command_status(CommandCall *call, GError **error);
