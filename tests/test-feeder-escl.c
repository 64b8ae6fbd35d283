/* scanner-feeder.h over the real sane-airscan and a network scanner of our own (tests/escl/server.c). */
#include "feeder-fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <turbojpeg.h>
#include <unistd.h>

#define DPI       100
#define WIDTH_PX  827 /* A4 */
#define HEIGHT_PX 1169
#define N_PAGES   6
#define TRIES     4

/* ---- the scanner ---- */

typedef struct {
    char *folder; /* pages, scenario */
    char *sane;
    GPid pid;
    int keeps; /* it serves for as long as this is open */
} Server;

static char *
file_of(const Server *server, const char *name)
{
    return g_build_filename(server->folder, name, NULL);
}

static char *
page_file(const Server *server, guint page)
{
    g_autofree char *name = g_strdup_printf("%u.jpg", page);
    return file_of(server, name);
}

/* Page `page` (from 1): no two pixels beside each other are alike, and no two pages. */
static void
make_page(const Server *server, guint page, int width, int height, gboolean colour)
{
    g_autofree guint8 *pixels = g_malloc((gsize)width * (gsize)height * 3);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                pixels[(y * width + x) * 3 + c] = (guint8)((x * (c + 1) + y * 2) / 3 + (int)page * 40);
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    g_assert_cmpint(tjCompress2(encoder, pixels, width, 0, height, TJPF_RGB, &jpeg, &size,
                                colour ? TJSAMP_420 : TJSAMP_GRAY, 90, 0),
                    ==, 0);
    g_autofree char *path = page_file(server, page);
    g_assert_true(g_file_set_contents(path, (const char *)jpeg, (gssize)size, NULL));
    tjFree(jpeg);
    tjDestroy(encoder);
}

/* What the JPEG library makes of a page: grey or RGB. */
static guint8 *
decode_page(const Server *server, guint page, gboolean colour, int *width, int *height)
{
    g_autofree char *path = page_file(server, page), *bytes = NULL;
    gsize size;
    int subsampling, space;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    tjhandle decoder = tjInitDecompress();
    g_assert_cmpint(tjDecompressHeader3(decoder, (guchar *)bytes, size, width, height, &subsampling, &space),
                    ==, 0);
    guint8 *pixels = g_malloc((gsize)*width * (gsize)*height * 3);
    g_assert_cmpint(tjDecompress2(decoder, (guchar *)bytes, size, pixels, *width, 0, *height,
                                  colour ? TJPF_RGB : TJPF_GRAY, 0),
                    ==, 0);
    tjDestroy(decoder);
    return pixels;
}

static guint
read_port(int from)
{
    char line[16] = "";
    for (guint n = 0; n < sizeof line - 1 && !strchr(line, '\n'); n++)
        g_assert_cmpint(read(from, line + n, 1), ==, 1);
    close(from);
    return (guint)atoi(line);
}

static void
start_server(Server *server, const char *fault)
{
    g_autoptr(GString) scenario = g_string_new("[scanner]\npages=");
    for (guint page = 1; page <= N_PAGES; page++) {
        g_autofree char *path = page_file(server, page);
        g_string_append_printf(scenario, "%s;", path);
    }
    g_string_append_printf(scenario, "\n[fault]\n%s\n", fault);
    g_autofree char *path = file_of(server, "scenario");
    g_assert_true(g_file_set_contents(path, scenario->str, -1, NULL));
    g_autofree char *program = g_test_build_filename(G_TEST_BUILT, "escl-server", NULL);
    char *words[] = {program, path, NULL};
    int port;
    g_autoptr(GError) error = NULL;
    g_spawn_async_with_pipes(NULL, words, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &server->pid,
                             &server->keeps, &port, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *conf = g_strdup_printf("[devices]\n\"Test Feeder\" = http://127.0.0.1:%u/eSCL/, eSCL\n"
                                            "[options]\ndiscovery = disable\n",
                                            read_port(port));
    server->sane = feeder_fixture_sane("airscan", conf);
}

static Server
server_of(gboolean colour, const char *fault)
{
    Server server = {.folder = g_dir_make_tmp("phieu-escl-XXXXXX", NULL)};
    for (guint page = 1; page <= N_PAGES; page++)
        make_page(&server, page, WIDTH_PX, HEIGHT_PX, colour);
    start_server(&server, fault);
    return server;
}

static Server
server_new(const char *fault)
{
    return server_of(FALSE, fault);
}

static void
end_server(Server *server)
{
    if (!server->pid)
        return;
    close(server->keeps);
    g_assert_cmpint(waitpid(server->pid, NULL, 0), ==, server->pid);
    server->pid = 0;
}

static void
stop_server(Server *server)
{
    end_server(server);
    feeder_fixture_remove(g_steal_pointer(&server->sane));
}

static void
server_clear(Server *server)
{
    if (!server->folder)
        return;
    stop_server(server);
    feeder_fixture_remove(g_steal_pointer(&server->folder));
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Server, server_clear)

/* ---- pages ---- */

static const ScannerFeederOptions options = {.program = feeder_fixture_program, .device = "Test Feeder"};

/* The page comes as the JPEG library decodes it; what lies beyond it is white. */
static void
expect_page(const Server *server, const FedPage *fed, guint page)
{
    int width, height;
    gboolean colour = pixGetDepth(fed->pix) == 32;
    g_autofree guint8 *pixels = decode_page(server, page, colour, &width, &height);
    g_assert_cmpfloat(fed->dpi_x, ==, DPI);
    g_assert_cmpfloat(fed->dpi_y, ==, DPI);
    /* airscan counts in 1/300 inch */
    g_assert_cmpint(ABS(pixGetWidth(fed->pix) - WIDTH_PX), <=, 1);
    g_assert_cmpint(ABS(pixGetHeight(fed->pix) - HEIGHT_PX), <=, 1);
    for (int y = 0; y < pixGetHeight(fed->pix); y++)
        for (int x = 0; x < pixGetWidth(fed->pix); x++) {
            l_uint32 pixel, wanted = colour ? 0xffffff00 : 255;
            const guint8 *at = pixels + ((gsize)y * (gsize)width + (gsize)x) * (colour ? 3 : 1);
            if (x < width && y < height) {
                wanted = at[0];
                if (colour)
                    composeRGBPixel(at[0], at[1], at[2], &wanted);
            }
            pixGetPixel(fed->pix, x, y, &pixel);
            if (pixel != wanted) {
                g_test_message("page %u at %d,%d", page, x, y);
                g_assert_cmphex(pixel, ==, wanted);
            }
        }
}

/* Pages 1 to `n` came whole, as fronts, or as fronts and backs. */
static void
expect_pages(const Server *server, const FeederRun *run, guint n, gboolean duplex)
{
    g_assert_cmpuint(run->pages->len, ==, n);
    for (guint i = 0; i < n; i++) {
        const FedPage *fed = feeder_run_page(run, i);
        g_assert_cmpuint(fed->sheet, ==, duplex ? i / 2 + 1 : i + 1);
        g_assert_cmpint(fed->back, ==, duplex && i % 2 == 1);
        expect_page(server, fed, i + 1);
    }
}

static void
expect_asked(const Server *server, const char *part)
{
    g_autofree char *path = file_of(server, "scenario.job"), *asked = NULL;
    g_assert_true(g_file_get_contents(path, &asked, NULL, NULL));
    if (!strstr(asked, part))
        g_test_message("%s", asked);
    g_assert_nonnull(strstr(asked, part));
}

/* A run of the whole pile. On a busy machine sane-airscan says now and then that a full feeder is empty,
 * before any page: such a run is begun again, as an operator would. */
static FeederRun
run_pile(ScannerFeeder *feeder)
{
    FeederRun run = feeder_fixture_run(feeder);
    for (int tries = 1; tries < TRIES && run.cause == SCANNER_CAUSE_EMPTY && run.pages->len == 0; tries++) {
        g_test_message("empty at once: begun again");
        feeder_run_clear(&run);
        run = feeder_fixture_run(feeder);
    }
    return run;
}

static void
test_simplex(void)
{
    g_auto(Server) server = server_new("");
    const ScannerSettings settings = {.source = (char *)"ADF", .dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    const ScannerAbout *about = scanner_feeder_about(feeder);
    g_assert_cmpstr(about->device, ==, "airscan:e0:Test Feeder");
    g_assert_cmpstr(about->source, ==, "ADF");
    g_assert_false(about->duplex);
    g_assert_false(about->single);
    g_assert_cmpfloat(about->dpi_x, ==, DPI);
    for (int again = 0; again < 2; again++) {
        g_auto(FeederRun) run = run_pile(feeder);
        feeder_fixture_expect(&run, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES + 1);
        expect_pages(&server, &run, N_PAGES, FALSE);
        expect_asked(&server, "Resolution>100<");
        expect_asked(&server, "Duplex>false<");
    }
}

static void
test_duplex(void)
{
    g_auto(Server) server = server_new("");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_assert_true(scanner_feeder_about(feeder)->duplex);
    g_auto(FeederRun) run = run_pile(feeder);
    feeder_fixture_expect(&run, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1);
    expect_pages(&server, &run, N_PAGES, TRUE);
    expect_asked(&server, "Duplex>true<");
}

static void
test_colour(void)
{
    g_auto(Server) server = server_of(TRUE, "");
    const ScannerSettings settings = {.dpi = DPI, .mode = (char *)"color"};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_auto(FeederRun) run = run_pile(feeder);
    feeder_fixture_expect(&run, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1);
    expect_pages(&server, &run, N_PAGES, TRUE);
}

/* A page smaller than what was asked for is filled up with white. */
static void
test_small_page(void)
{
    g_auto(Server) server = server_new("");
    stop_server(&server);
    make_page(&server, 2, 600, 800, FALSE);
    start_server(&server, "");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_auto(FeederRun) run = run_pile(feeder);
    expect_pages(&server, &run, N_PAGES, TRUE);
}

static void
test_list(void)
{
    g_auto(Server) server = server_new("");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) devices = scanner_devices_new();
    scanner_list_devices(&options, devices, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(devices->len, ==, 1);
    const ScannerDevice *device = devices->pdata[0];
    g_autofree char *sources = g_strjoinv("|", device->sources), *modes = g_strjoinv("|", device->modes);
    g_assert_cmpstr(device->name, ==, "airscan:e0:Test Feeder");
    g_assert_null(device->trouble);
    g_assert_cmpstr(sources, ==, "ADF|ADF Duplex");
    g_assert_cmpstr(modes, ==, "Color|Gray");
    g_assert_false(device->any_dpi);
    g_assert_cmpuint(device->dpi->len, ==, 4);
    g_assert_cmpfloat_with_epsilon(device->width_mm, 2550 / 300.0 * 25.4, 0.1);
}

/* ---- faults ---- */

static const struct {
    const char *name, *fault;
    guint n_pages; /* that come whole */
    ScannerCause cause;
    guint sheet;
    gboolean lost; /* a back does not come */
} faults[] = {
    {"jam", "what=jam\npage=3\ntimes=1", 2, SCANNER_CAUSE_JAMMED, 2, FALSE},
    {"jam-back", "what=jam\npage=4\ntimes=1", 3, SCANNER_CAUSE_JAMMED, 2, TRUE},
    {"jam-first", "what=jam\npage=1\ntimes=1", 0, SCANNER_CAUSE_JAMMED, 1, FALSE},
    {"cover-open", "what=cover-open\npage=3\ntimes=1", 2, SCANNER_CAUSE_COVER_OPEN, 2, FALSE},
    {"hatch-open", "what=hatch-open\npage=3\ntimes=1", 2, SCANNER_CAUSE_MISFED, 2, FALSE},
    {"multi-pick", "what=multi-pick\npage=3\ntimes=1", 2, SCANNER_CAUSE_MISFED, 2, FALSE},
    {"multi-pick-first", "what=multi-pick\npage=1\ntimes=1", 0, SCANNER_CAUSE_BUSY, 1, FALSE},
    {"empty-first", "what=empty\npage=1\ntimes=1", 0, SCANNER_CAUSE_EMPTY, 1, FALSE},
    {"odd-sides", "what=empty\npage=4\ntimes=1", 3, SCANNER_CAUSE_EMPTY, 2, FALSE},
    {"cut", "what=cut\npage=3\ntimes=1", 2, SCANNER_CAUSE_IO_ERROR, 2, FALSE},
    {"cut-back", "what=cut\npage=4\ntimes=1", 3, SCANNER_CAUSE_IO_ERROR, 2, TRUE},
    {"garbage", "what=garbage\npage=3\ntimes=1", 2, SCANNER_CAUSE_IO_ERROR, 2, FALSE},
    {"busy-once", "what=busy\npage=3\ntimes=1", N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1, FALSE},
    {"busy-job", "what=busy\npage=0\ntimes=1", N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1, FALSE},
};

/* The driver does not know the states of a hatch and of a multiple feed: it says that the scanner is busy.
 *
 * Every page before the fault comes whole, none of the faulty one; begun again, all pages come. */
/* FALSE where fewer pages came than the server gave before the fault, and it was not the last try. */
static gboolean
try_fault(guint i, gboolean last)
{
    g_auto(Server) server = server_new(faults[i].fault);
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    if (!last && run.pages->len < faults[i].n_pages)
        return FALSE;
    feeder_fixture_expect(&run, faults[i].n_pages, faults[i].cause, faults[i].sheet);
    expect_pages(&server, &run, faults[i].n_pages, TRUE);
    g_assert_cmpuint(run.n_lost, ==, faults[i].lost);
    if (faults[i].lost) {
        g_assert_cmpuint(run.lost_sheet, ==, faults[i].sheet);
        g_assert_true(run.lost_back);
    }
    g_auto(FeederRun) again = run_pile(feeder);
    feeder_fixture_expect(&again, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1);
    expect_pages(&server, &again, N_PAGES, TRUE);
    return TRUE;
}

/* On a busy machine sane-airscan may learn of the fault before its client has read the pages before it, and
 * drops them then: tried again. */
static void
test_fault(gconstpointer data)
{
    for (int tries = 1; !try_fault(GPOINTER_TO_UINT(data), tries == TRIES); tries++)
        g_test_message("pages dropped: tried again");
}

/* A JPEG that ends too soon, in a transfer that says it is whole: the driver gives a whole page, grey below.
 * Only reading can find that. */
static void
test_truncated(void)
{
    g_auto(Server) server = server_new("what=truncated\npage=3\ntimes=1");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1);
    PIX *pix = feeder_run_page(&run, 2)->pix;
    for (int y = pixGetHeight(pix) - 200; y < HEIGHT_PX - 8; y++)
        for (int x = 0; x < WIDTH_PX; x++) {
            l_uint32 pixel;
            pixGetPixel(pix, x, y, &pixel);
            if (pixel != 128)
                g_assert_cmpuint(pixel, ==, 128);
        }
    for (guint page = 1; page <= N_PAGES; page++)
        if (page != 3)
            expect_page(&server, feeder_run_page(&run, page - 1), page);
}

/* The scanner stops in mid page: the stall clock ends it, and the next run gives all. */
static void
test_hang(void)
{
    ScannerFeederOptions hasty = options;
    hasty.stall_s = 4;
    hasty.cancel_s = 30;
    g_auto(Server) server = server_new("what=hang\npage=3\ntimes=1");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&hasty, &settings);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, 2, SCANNER_CAUSE_HUNG, 2);
    expect_pages(&server, &run, 2, TRUE);
    g_auto(FeederRun) again = run_pile(feeder);
    feeder_fixture_expect(&again, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1);
    expect_pages(&server, &again, N_PAGES, TRUE);
}

/* Some other computer has the scanner, for as long as the driver asks. */
static void
test_busy(void)
{
    g_auto(Server) server = server_new("what=busy\npage=0");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, 0, SCANNER_CAUSE_BUSY, 1);
}

/* A stop leaves what the driver had downloaded: the next run begins with a front, and with page 1 again. */
static void
test_stopped(void)
{
    g_auto(Server) server = server_new("");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_autoptr(GError) error = NULL;
    g_auto(ScannerEvent) event = {0};
    g_assert_true(scanner_feeder_start(feeder, &error));
    feeder_fixture_next(feeder, &event);
    g_assert_cmpint(event.kind, ==, SCANNER_FEEDER_PAGE);
    scanner_feeder_stop(feeder);
    g_auto(FeederRun) rest = feeder_fixture_finish(feeder);
    g_assert_cmpuint(rest.pages->len % 2, ==, 1);
    g_assert_cmpuint(rest.n_lost, ==, 0);
    g_auto(FeederRun) again = run_pile(feeder);
    feeder_fixture_expect(&again, N_PAGES, SCANNER_CAUSE_EMPTY, N_PAGES / 2 + 1);
    expect_pages(&server, &again, N_PAGES, TRUE);
}

/* The scanner is switched off. */
static void
test_gone(void)
{
    g_auto(Server) server = server_new("");
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    end_server(&server);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, 0, SCANNER_CAUSE_IO_ERROR, 1);
}

int
main(int argc, char **argv)
{
    feeder_fixture_main(argc, argv, 280);
    g_test_init(&argc, &argv, NULL);
#ifdef __SANITIZE_ADDRESS__
    return feeder_fixture_skip(
        "sane-airscan's threads run late under AddressSanitizer, and then it drops pages");
#endif
    if (!feeder_fixture_has_driver("airscan"))
        return feeder_fixture_skip("sane-airscan is not installed");
    g_autofree char *program = g_test_build_filename(G_TEST_BUILT, "escl-server", NULL);
    if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE))
        return feeder_fixture_skip("libmicrohttpd is not installed");
    g_test_add_func("/feeder-escl/simplex", test_simplex);
    g_test_add_func("/feeder-escl/duplex", test_duplex);
    g_test_add_func("/feeder-escl/colour", test_colour);
    g_test_add_func("/feeder-escl/small-page", test_small_page);
    g_test_add_func("/feeder-escl/list", test_list);
    for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *path = g_strconcat("/feeder-escl/fault/", faults[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_fault);
    }
    g_test_add_func("/feeder-escl/truncated", test_truncated);
    g_test_add_func("/feeder-escl/hang", test_hang);
    g_test_add_func("/feeder-escl/busy", test_busy);
    g_test_add_func("/feeder-escl/stopped", test_stopped);
    g_test_add_func("/feeder-escl/gone", test_gone);
    return g_test_run();
}
