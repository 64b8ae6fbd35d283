/* The program as its users run it: the station's tests start $PHIEU and look at what it prints, how it ends
 * and what is left on the disk. */
#pragma once

#include <glib.h>

#include "calibration-simulation.h"

/* One run of the program. */
typedef struct {
    int status;
    char *output, *problems; /* standard output and standard error */
} Run;

/* Runs $PHIEU with the words up to NULL and asserts nothing. */
Run run_phieu(const char *first, ...) G_GNUC_NULL_TERMINATED;
Run run_phieu_v(const char *const *words, const char *const *environment);
void run_clear(Run *run);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* Asserts the exit status; on failure shows what the program said. */
#define assert_status(run, expected)                                                                         \
    G_STMT_START                                                                                             \
    {                                                                                                        \
        if ((run).status != (expected))                                                                      \
            g_test_message("output: %s\nproblems: %s", (run).output, (run).problems);                        \
        g_assert_cmpint((run).status, ==, (expected));                                                       \
    }                                                                                                        \
    G_STMT_END

/* Asserts exit status 2 (or another) with exactly one line on standard error that has `part` in it. */
#define assert_one_line(run, expected, part)                                                                 \
    G_STMT_START                                                                                             \
    {                                                                                                        \
        assert_status(run, expected);                                                                        \
        g_test_message("%s", (run).problems);                                                                \
        g_assert_cmpuint(count_lines((run).problems), ==, 1);                                                \
        g_assert_nonnull(strstr((run).problems, part));                                                      \
    }                                                                                                        \
    G_STMT_END

guint count_lines(const char *text);

/* A folder of the test's own, with a small two-page form compiled in it. */
typedef struct {
    char *dir;
    char *definition;   /* form.md */
    char *package_path; /* form.form.json */
    FormPackage *package;
    FormPrinter *printer;
} Fixture;

/* A test with such a folder of its own; `data`, or NULL, is for the test. */
void add_test(const char *path, void (*test)(Fixture *fixture, gconstpointer data), gconstpointer data);

/* A path in the folder; the caller frees it. */
char *fixture_path(const Fixture *fixture, const char *name);
void fixture_write(const char *path, const void *content, gssize length);

/* A clean 200 dpi scan of a filled page, as an image file; `code` NULL is the fixture's own form. */
void fixture_scan(const Fixture *fixture, const char *code, const char *serial, int page, const char *path);

/* The same with both QRs painted over by one that says `payload`. */
void fixture_scan_with_qr(const Fixture *fixture, const char *serial, int page, const char *payload,
                          const char *path);

/* A grey PNG file of that many pixels, all white, made row by row: a few kB even for 30,000 × 30,000. */
void fixture_png(const char *path, guint32 width, guint32 height);

/* A PDF whose one page image would unpack to gigabytes. */
void fixture_pdf_bomb(const char *path);

/* A photo of something else: soft stains of light and dark, no form. */
void fixture_photo(const char *path);

/* A station in DIR/station with the fixture's form and a sample list of the given serials; its path, to be
 * freed. */
char *fixture_station(const Fixture *fixture, const char *const *serials);

/* Everything that the station holds, as text: what it exports and its images' names. To see that nothing
 * changed. */
char *fixture_snapshot(const Fixture *fixture, const char *station);
