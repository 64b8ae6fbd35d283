#include "feeder-fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEXT_MS 60000

const char *const feeder_fixture_program[] = {"/proc/self/exe", "feeder", NULL};

void
feeder_fixture_main(int argc, char **argv, guint limit_s)
{
    if (argc == 3 && strcmp(argv[1], "feeder") == 0)
        exit(scanner_feeder_serve(atoi(argv[2])));
    alarm(limit_s);
}

gboolean
feeder_fixture_has_driver(const char *name)
{
    g_autofree char *file = g_strdup_printf("libsane-%s.so.1", name);
    g_autofree char *path = g_build_filename(g_getenv("PHIEU_SANE_DRIVERS"), file, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

int
feeder_fixture_skip(const char *reason)
{
    g_print("1..0 # SKIP %s\n", reason);
    return 0;
}

static void
write_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

char *
feeder_fixture_sane(const char *name, const char *conf)
{
    char *folder = g_dir_make_tmp("phieu-sane-XXXXXX", NULL);
    g_autofree char *file = g_strconcat(name, ".conf", NULL);
    g_assert_nonnull(folder);
    write_file(folder, "dll.conf", name);
    write_file(folder, file, conf);
    g_assert_true(g_setenv("SANE_CONFIG_DIR", folder, TRUE));
    return folder;
}

void
feeder_fixture_remove(char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}

static void
page_free(gpointer data)
{
    FedPage *page = data;
    pixDestroy(&page->pix);
    g_free(page);
}

void
feeder_run_clear(FeederRun *run)
{
    g_clear_pointer(&run->pages, g_ptr_array_unref);
    g_clear_pointer(&run->detail, g_free);
}

void
feeder_fixture_next(ScannerFeeder *feeder, ScannerEvent *event)
{
    g_autoptr(GError) error = NULL;
    gboolean told = scanner_feeder_next(feeder, NEXT_MS, event, &error);
    g_assert_no_error(error);
    g_assert_true(told);
    g_assert_cmpint(event->kind, !=, SCANNER_FEEDER_NOTHING);
}

static void
keep_page(FeederRun *run, ScannerEvent *event)
{
    FedPage *page = g_new(FedPage, 1);
    *page = (FedPage){event->sheet, event->back, event->page.pix, event->page.dpi_x, event->page.dpi_y};
    event->page.pix = NULL;
    g_ptr_array_add(run->pages, page);
}

FeederRun
feeder_fixture_finish(ScannerFeeder *feeder)
{
    FeederRun run = {.pages = g_ptr_array_new_with_free_func(page_free)};
    gboolean ended = FALSE;
    while (!ended) {
        g_auto(ScannerEvent) event = {0};
        feeder_fixture_next(feeder, &event);
        ended = event.kind == SCANNER_FEEDER_ENDED;
        if (event.kind == SCANNER_FEEDER_PAGE) {
            g_assert_cmpuint(run.n_lost, ==, 0);
            keep_page(&run, &event);
        } else if (event.kind == SCANNER_FEEDER_LOST) {
            run.n_lost++;
            run.lost_sheet = event.sheet;
            run.lost_back = event.back;
        } else {
            run.sheet = event.sheet;
            run.back = event.back;
            run.cause = event.cause;
            run.detail = g_steal_pointer(&event.detail);
        }
    }
    g_assert_cmpuint(run.n_lost, <=, 1);
    g_auto(ScannerEvent) nothing = {0};
    g_assert_true(scanner_feeder_next(feeder, 0, &nothing, NULL));
    g_assert_cmpint(nothing.kind, ==, SCANNER_FEEDER_NOTHING);
    return run;
}

FeederRun
feeder_fixture_run(ScannerFeeder *feeder)
{
    g_autoptr(GError) error = NULL;
    scanner_feeder_start(feeder, &error);
    g_assert_no_error(error);
    return feeder_fixture_finish(feeder);
}

ScannerFeeder *
feeder_fixture_open(const ScannerFeederOptions *options, const ScannerSettings *settings)
{
    g_autoptr(GError) error = NULL;
    ScannerFeeder *feeder = scanner_feeder_open(options, &error);
    g_assert_no_error(error);
    scanner_feeder_set(feeder, settings, &error);
    g_assert_no_error(error);
    return feeder;
}

const FedPage *
feeder_run_page(const FeederRun *run, guint i)
{
    g_assert_cmpuint(i, <, run->pages->len);
    return run->pages->pdata[i];
}

void
feeder_fixture_expect(const FeederRun *run, guint n_pages, ScannerCause cause, guint sheet)
{
    g_assert_cmpstr(scanner_cause_name(run->cause), ==, scanner_cause_name(cause));
    g_assert_cmpuint(run->pages->len, ==, n_pages);
    g_assert_cmpuint(run->sheet, ==, sheet);
}
