/* scanner-feeder.h over SANE's own `test` driver: kinds of pages, statuses, settings. */
#include "feeder-fixture.h"

#include <sane/sane.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "virtual-fixture.h"

#define DEVICE "test:0"
#define DPI    100

/* Two devices; as large as any sheet; at a resolution that a sheet has. */
static const char conf[] = "number_of_devices 2\nmode Gray\ndepth 8\nhand-scanner false\nthree-pass false\n"
                           "resolution_min 50.0\nresolution_max 1200.0\nresolution_quant 1.0\n"
                           "resolution 300.0\ntest-picture \"Color pattern\"\nppl-loss 0\n"
                           "enable-test-options true\ngeometry_min 0.0\ngeometry_max 300.0\n"
                           "geometry_quant 1.0\ntl_x 0.0\ntl_y 0.0\nbr_x 210.0\nbr_y 297.0\n";

/* The driver ends its thread wherever that is, perhaps within malloc(): after any page, now and then, it
 * hangs for ever. Such runs are begun again. */
#define N_ATTEMPTS 10

static const ScannerFeederOptions options = {
    .program = feeder_fixture_program, .device = DEVICE, .stall_s = 3, .cancel_s = 1};

static FeederRun
run_sound(ScannerFeeder *feeder)
{
    for (int attempt = 0;; attempt++) {
        FeederRun run = feeder_fixture_run(feeder);
        if (run.cause != SCANNER_CAUSE_HUNG)
            return run;
        g_test_message("the driver hangs");
        feeder_run_clear(&run);
        g_assert_cmpint(attempt, <, N_ATTEMPTS);
    }
}

/* ---- what the driver itself gives, asked directly ---- */

typedef struct {
    SANE_Parameters parameters; /* of the first frame */
    SANE_Frame formats[3];
    guint8 *frames[3];
    gsize lengths[3];
    guint n_frames;
} Given;

static void
set_given(SANE_Handle handle, const char *name, const char *text)
{
    const SANE_Option_Descriptor *option = sane_get_option_descriptor(handle, virtual_find(handle, name));
    if (option->type == SANE_TYPE_STRING)
        virtual_set_word(handle, name, text);
    else if (option->type == SANE_TYPE_BOOL)
        virtual_set(handle, name, strcmp(text, "yes") == 0);
    else
        virtual_set(handle, name, atoi(text));
}

static void
scan_by_hand(const char *mode, const char *const *given, Given *page)
{
    SANE_Handle handle;
    gboolean last = FALSE;

    g_assert_cmpint(sane_init(NULL, NULL), ==, SANE_STATUS_GOOD);
    g_assert_cmpint(sane_open(DEVICE, &handle), ==, SANE_STATUS_GOOD);
    virtual_set_word(handle, "mode", mode);
    virtual_set(handle, "depth", 8);
    virtual_set(handle, "resolution", SANE_FIX(DPI));
    virtual_set_mm(handle, "br-x", 210);
    virtual_set_mm(handle, "br-y", 297);
    for (; *given; given++) {
        g_auto(GStrv) parts = g_strsplit(*given, "=", 2);
        set_given(handle, parts[0], parts[1]);
    }
    while (!last) {
        VirtualFed fed = virtual_feed(handle);
        g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
        if (!page->n_frames)
            page->parameters = fed.parameters;
        last = fed.parameters.last_frame;
        page->formats[page->n_frames] = fed.parameters.format;
        page->lengths[page->n_frames] = fed.bytes->len;
        page->frames[page->n_frames++] = g_byte_array_free(fed.bytes, FALSE);
    }
}

/* In a process of its own, since this driver hangs now and then. */
static gboolean
try_driver(const char *mode, const char *const *given, Given *page)
{
    FILE *file = tmpfile();
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        alarm(10);
        scan_by_hand(mode, given, page);
        fwrite(page, sizeof *page, 1, file);
        for (guint i = 0; i < page->n_frames; i++)
            fwrite(page->frames[i], 1, page->lengths[i], file);
        _exit(fflush(file));
    }
    g_assert_cmpint(pid, >, 0);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    rewind(file);
    gboolean whole = status == 0 && fread(page, sizeof *page, 1, file) == 1;
    for (guint i = 0; whole && i < page->n_frames; i++) {
        page->frames[i] = g_malloc(page->lengths[i]);
        whole = fread(page->frames[i], 1, page->lengths[i], file) == page->lengths[i];
    }
    fclose(file);
    return whole;
}

static Given
ask_driver(const char *mode, const char *const *given)
{
    Given page = {0};
    int attempt = 0;
    while (!try_driver(mode, given, &page))
        g_assert_cmpint(++attempt, <, N_ATTEMPTS);
    return page;
}

static void
given_clear(Given *page)
{
    for (guint i = 0; i < page->n_frames; i++)
        g_free(page->frames[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, given_clear)

/* The high byte of a sample. */
static guint8
sample_of(const Given *page, const guint8 *row, int i)
{
    gboolean wide = page->parameters.depth == 16, little = G_BYTE_ORDER == G_LITTLE_ENDIAN;
    return wide ? row[2 * i + little] : row[i];
}

static l_uint32
pixel_of(const Given *page, int x, int y)
{
    const guint8 *row = page->frames[0] + (gsize)y * (gsize)page->parameters.bytes_per_line;
    guint8 rgb[3] = {0};
    if (page->parameters.depth == 1)
        return (row[x / 8] >> (7 - x % 8)) & 1;
    if (page->parameters.format == SANE_FRAME_GRAY)
        return sample_of(page, row, x);
    for (guint c = 0; c < 3; c++)
        if (page->n_frames == 1)
            rgb[c] = sample_of(page, row, 3 * x + (int)c);
        else
            rgb[page->formats[c] - SANE_FRAME_RED] =
                sample_of(page, row - page->frames[0] + page->frames[c], x);
    l_uint32 pixel;
    composeRGBPixel(rgb[0], rgb[1], rgb[2], &pixel);
    return pixel;
}

static void
expect_same(const FedPage *fed, const Given *page)
{
    const SANE_Parameters *wanted = &page->parameters;
    int depth = wanted->depth == 1 ? 1 : wanted->format == SANE_FRAME_GRAY ? 8 : 32;
    int lines = (int)page->lengths[0] / wanted->bytes_per_line;

    g_assert_cmpint(pixGetWidth(fed->pix), ==, wanted->pixels_per_line);
    g_assert_cmpint(pixGetHeight(fed->pix), ==, lines);
    g_assert_cmpint(pixGetDepth(fed->pix), ==, depth);
    g_assert_cmpfloat(fed->dpi_x, ==, DPI);
    g_assert_cmpfloat(fed->dpi_y, ==, DPI);
    for (int y = 0; y < lines; y++)
        for (int x = 0; x < wanted->pixels_per_line; x++) {
            l_uint32 pixel;
            pixGetPixel(fed->pix, x, y, &pixel);
            if (pixel != pixel_of(page, x, y)) {
                g_test_message("at %d,%d", x, y);
                g_assert_cmphex(pixel, ==, pixel_of(page, x, y));
            }
        }
}

/* ---- kinds of pages ---- */

#define NONE                                                                                                 \
    {                                                                                                        \
        NULL                                                                                                 \
    }

static const struct {
    const char *name, *mode;
    const char *given[6];
} kinds[] = {
    {"grey", "Gray", NONE},
    {"grey-16", "Gray", {"depth=16"}},
    {"grey-grid", "Gray", {"test-picture=Grid"}},
    {"bits", "Gray", {"depth=1"}},
    {"bits-grid", "Gray", {"depth=1", "test-picture=Grid"}},
    {"colour", "Color", NONE},
    {"colour-16", "Color", {"depth=16"}},
    {"padded", "Gray", {"ppl-loss=13"}},
    {"padded-16", "Gray", {"depth=16", "ppl-loss=128"}},
    {"padded-bits", "Gray", {"depth=1", "ppl-loss=13"}},
    {"padded-colour", "Color", {"ppl-loss=13"}},
    {"three-pass", "Color", {"three-pass=yes"}},
    {"three-pass-16", "Color", {"depth=16", "three-pass=yes"}},
    {"three-pass-padded", "Color", {"ppl-loss=13", "three-pass=yes"}},
    {"three-pass-rbg", "Color", {"three-pass=yes", "three-pass-order=RBG"}},
    {"three-pass-grb", "Color", {"three-pass=yes", "three-pass-order=GRB"}},
    {"three-pass-gbr", "Color", {"three-pass=yes", "three-pass-order=GBR"}},
    {"three-pass-brg", "Color", {"three-pass=yes", "three-pass-order=BRG"}},
    {"three-pass-bgr", "Color", {"three-pass=yes", "three-pass-order=BGR"}},
    {"hand-scanner", "Gray", {"hand-scanner=yes"}},
    {"hand-scanner-16", "Gray", {"depth=16", "hand-scanner=yes"}},
    {"hand-scanner-colour", "Color", {"hand-scanner=yes"}},
    {"hand-scanner-padded", "Gray", {"hand-scanner=yes", "ppl-loss=13"}},
    {"small-reads", "Gray", {"read-limit=yes", "read-limit-size=101"}},
    {"fuzzy", "Gray", {"fuzzy-parameters=yes"}},
};

static void
test_kind(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_auto(Given) wanted = ask_driver(kinds[i].mode, kinds[i].given);
    const ScannerSettings settings = {.source = (char *)"Flatbed",
                                      .mode = (char *)kinds[i].mode,
                                      .dpi = DPI,
                                      .options = (GStrv)kinds[i].given};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_assert_true(scanner_feeder_about(feeder)->single);
    g_auto(FeederRun) run = run_sound(feeder);
    feeder_fixture_expect(&run, 1, SCANNER_CAUSE_EMPTY, 1);
    expect_same(feeder_run_page(&run, 0), &wanted);
}

/* What is black and white is known without asking. */
static void
test_solid(void)
{
    const struct {
        const char *picture, *depth;
        l_uint32 pixel;
    } cases[] = {{"test-picture=Solid black", "depth=8", 0},
                 {"test-picture=Solid white", "depth=8", 255},
                 {"test-picture=Solid black", "depth=1", 1},
                 {"test-picture=Solid white", "depth=1", 0}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *given[] = {cases[i].picture, cases[i].depth, NULL};
        const ScannerSettings settings = {.dpi = 75, .source = (char *)"flat", .options = (GStrv)given};
        g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
        g_auto(FeederRun) run = run_sound(feeder);
        feeder_fixture_expect(&run, 1, SCANNER_CAUSE_EMPTY, 1);
        PIX *pix = feeder_run_page(&run, 0)->pix;
        g_assert_cmpint(pixGetWidth(pix), ==, 620);
        g_assert_cmpint(pixGetHeight(pix), ==, 876);
        for (int y = 0; y < 876; y++)
            for (int x = 0; x < 620; x++) {
                l_uint32 pixel;
                pixGetPixel(pix, x, y, &pixel);
                if (pixel != cases[i].pixel)
                    g_assert_cmphex(pixel, ==, cases[i].pixel);
            }
    }
}

/* Pages that this program cannot read are refused, and nothing of them passes. */
static void
test_impossible(void)
{
    static const char *const cases[][4] = {{"mode=Color", "depth=1"},
                                           {"br-x=20"}, /* no sheet is so narrow */
                                           {"mode=Color", "three-pass=yes", "hand-scanner=yes"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ScannerSettings settings = {.dpi = DPI, .options = (GStrv)cases[i]};
        g_test_message("%s", cases[i][0]);
        g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
        g_auto(FeederRun) run = run_sound(feeder);
        feeder_fixture_expect(&run, 0, SCANNER_CAUSE_IO_ERROR, 1);
        g_assert_cmpstr(run.detail, ==, "the driver announces a page that cannot be");
    }
}

/* ---- feeding ---- */

/* The driver's feeder holds ten sheets, each time. */
static void
test_ten_sheets(void)
{
    const ScannerSettings settings = {.dpi = DPI};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    const ScannerAbout *about = scanner_feeder_about(feeder);
    g_assert_cmpstr(about->device, ==, DEVICE);
    g_assert_cmpstr(about->source, ==, "Automatic Document Feeder");
    g_assert_cmpstr(about->mode, ==, "Gray");
    g_assert_cmpfloat(about->dpi_x, ==, DPI);
    g_assert_cmpfloat(about->dpi_y, ==, DPI);
    g_assert_false(about->duplex);
    g_assert_false(about->single);
    const char *none[] = {NULL};
    g_auto(Given) wanted = ask_driver("Gray", none);
    for (int again = 0; again < 2; again++) {
        g_auto(FeederRun) run = run_sound(feeder);
        feeder_fixture_expect(&run, 10, SCANNER_CAUSE_EMPTY, 11);
        g_assert_cmpuint(run.n_lost, ==, 0);
        for (guint i = 0; i < 10; i++) {
            g_assert_cmpuint(feeder_run_page(&run, i)->sheet, ==, i + 1);
            g_assert_false(feeder_run_page(&run, i)->back);
            expect_same(feeder_run_page(&run, i), &wanted);
        }
    }
}

/* A driver that is slow, but gives something, is no driver that hangs. */
static void
test_slow(void)
{
    const char *given[] = {"test-picture=Solid white", "read-delay=yes", "read-delay-duration=200000", NULL};
    const ScannerSettings settings = {.source = (char *)"Flatbed", .dpi = DPI, .options = (GStrv)given};
    g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
    g_auto(FeederRun) run = run_sound(feeder);
    feeder_fixture_expect(&run, 1, SCANNER_CAUSE_EMPTY, 1);
}

static const struct {
    const char *status;
    ScannerCause cause;
} statuses[] = {
    {"UNSUPPORTED", SCANNER_CAUSE_REFUSED},
    {"CANCELLED", SCANNER_CAUSE_CANCELLED},
    {"DEVICE_BUSY", SCANNER_CAUSE_BUSY},
    {"INVAL", SCANNER_CAUSE_REFUSED},
    {"EOF", SCANNER_CAUSE_SHORT},
    {"JAMMED", SCANNER_CAUSE_JAMMED},
    {"NO_DOCS", SCANNER_CAUSE_EMPTY},
    {"COVER_OPEN", SCANNER_CAUSE_COVER_OPEN},
    {"IO_ERROR", SCANNER_CAUSE_IO_ERROR},
    {"NO_MEM", SCANNER_CAUSE_IO_ERROR},
    {"ACCESS_DENIED", SCANNER_CAUSE_REFUSED},
};

/* Each status at the first read: the cause is told, and the next run, with the driver mended, gives all. */
static void
test_statuses(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *option = g_strconcat("read-return-value=SANE_STATUS_", statuses[i].status, NULL);
        const char *bad[] = {option, NULL}, *good[] = {"read-return-value=Default", NULL};
        const ScannerSettings settings = {.dpi = DPI, .options = (GStrv)bad},
                              mended = {.dpi = DPI, .options = (GStrv)good};
        g_test_message("%s", option);
        g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
        g_auto(FeederRun) run = run_sound(feeder);
        feeder_fixture_expect(&run, 0, statuses[i].cause, 1);
        g_assert_nonnull(run.detail);
        g_assert_true(scanner_feeder_set(feeder, &mended, NULL));
        g_auto(FeederRun) again = run_sound(feeder);
        g_assert_cmpint(again.cause, ==, SCANNER_CAUSE_EMPTY);
        g_assert_cmpuint(again.pages->len, >=, 9);
    }
}

/* ---- settings and devices ---- */

static void
test_settings_refused(void)
{
    const char *unknown[] = {"brightness=3", NULL}, *word[] = {"test-picture=Mona Lisa", NULL},
               *number[] = {"depth=deep", NULL}, *range[] = {"ppl-loss=some", NULL},
               *fixed[] = {"bool-hard-select-soft-detect=yes", NULL},
               *onoff[] = {"hand-scanner=perhaps", NULL};
    const struct {
        ScannerSettings settings;
        const char *line;
    } cases[] = {
        {{.source = (char *)"Tray 7"},
         "source=Tray 7: the scanner has no such value; it has: Flatbed, Automatic Document Feeder"},
        {{.mode = (char *)"sepia"}, "mode=sepia: the scanner has no such value; it has: Gray, Color"},
        {{.mode = (char *)"lineart"}, "mode=lineart: the scanner has no such value; it has: Gray, Color"},
        {{.options = (GStrv)unknown},
         "brightness: the scanner has no such option; 'scanimage -A' lists them"},
        {{.options = (GStrv)word},
         "test-picture=Mona Lisa: the scanner has no such value; it has: Solid black, Solid white, Color "
         "pattern, Grid"},
        {{.options = (GStrv)number}, "depth=deep: the scanner has no such value; it has: 1, 8, 16"},
        {{.options = (GStrv)range}, "ppl-loss=some: the scanner has no such value; it has: 0 to 128"},
        {{.options = (GStrv)onoff}, "hand-scanner=perhaps: the scanner has no such value; it has: yes, no"},
        {{.options = (GStrv)fixed},
         "bool-hard-select-soft-detect: the scanner tells this option, it cannot be set"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ScannerFeeder) feeder = scanner_feeder_open(&options, &error);
        g_assert_no_error(error);
        g_assert_false(scanner_feeder_set(feeder, &cases[i].settings, &error));
        g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
        g_assert_cmpstr(error->message, ==, cases[i].line);
        /* the device is there still, and can be set otherwise */
        const ScannerSettings sound = {.dpi = DPI};
        g_assert_true(scanner_feeder_set(feeder, &sound, NULL));
    }
}

/* Numbers are taken to the nearest. */
static void
test_nearest(void)
{
    const struct {
        int asked;
        double given;
    } cases[] = {{10, 50}, {0, 300}, {299, 299}, {5000, 1200}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ScannerSettings settings = {.dpi = cases[i].asked};
        g_autoptr(ScannerFeeder) feeder = feeder_fixture_open(&options, &settings);
        g_assert_cmpfloat(scanner_feeder_about(feeder)->dpi_x, ==, cases[i].given);
    }
}

static void
expect_no_device(const char *wanted, const char *line)
{
    g_autoptr(GError) error = NULL;
    ScannerFeederOptions other = {.program = feeder_fixture_program, .device = wanted};
    g_assert_null(scanner_feeder_open(&other, &error));
    g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
    g_assert_cmpstr(error->message, ==, line);
}

static void
test_choice(void)
{
    expect_no_device(NULL, "SANE: several scanners fit: test:0, test:1; name one by --device");
    expect_no_device("tester", "tester: several scanners fit: test:0, test:1; name one by --device");
    expect_no_device("test:7", "test:7: no such scanner; 'phieu scan --list' shows what is there");
    expect_no_device("Xerox", "Xerox: no such scanner; 'phieu scan --list' shows what is there");
    ScannerFeederOptions other = {.program = feeder_fixture_program, .device = "T:1"};
    g_autoptr(GError) error = NULL;
    g_autoptr(ScannerFeeder) feeder = scanner_feeder_open(&other, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(scanner_feeder_about(feeder)->device, ==, "test:1");
}

static void
test_list(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) devices = scanner_devices_new();
    scanner_list_devices(&options, devices, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(devices->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        const ScannerDevice *device = devices->pdata[i];
        g_autofree char *sources = g_strjoinv("|", device->sources), *modes = g_strjoinv("|", device->modes);
        g_assert_cmpstr(device->name, ==, i ? "test:1" : "test:0");
        g_assert_cmpstr(device->vendor, ==, "Noname");
        g_assert_cmpstr(device->model, ==, "frontend-tester");
        g_assert_cmpstr(device->type, ==, "virtual device");
        g_assert_null(device->trouble);
        g_assert_cmpstr(sources, ==, "Flatbed|Automatic Document Feeder");
        g_assert_cmpstr(modes, ==, "Gray|Color");
        g_assert_true(device->any_dpi);
        g_assert_cmpuint(device->dpi->len, ==, 2);
        g_assert_cmpfloat(g_array_index(device->dpi, double, 0), ==, 50);
        g_assert_cmpfloat(g_array_index(device->dpi, double, 1), ==, 1200);
        g_assert_cmpfloat(device->width_mm, ==, 300);
        g_assert_cmpfloat(device->height_mm, ==, 300);
        g_assert_null(device->sensors[0]);
    }
}

int
main(int argc, char **argv)
{
    feeder_fixture_main(argc, argv, 280);
    g_test_init(&argc, &argv, NULL);
    if (!feeder_fixture_has_driver("test"))
        return feeder_fixture_skip("SANE's test driver is not installed");
    char *folder = feeder_fixture_sane("test", conf);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = g_strconcat("/feeder-test-backend/kind/", kinds[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_kind);
    }
    g_test_add_func("/feeder-test-backend/solid", test_solid);
    g_test_add_func("/feeder-test-backend/impossible", test_impossible);
    g_test_add_func("/feeder-test-backend/ten-sheets", test_ten_sheets);
    g_test_add_func("/feeder-test-backend/slow", test_slow);
    g_test_add_func("/feeder-test-backend/statuses", test_statuses);
    g_test_add_func("/feeder-test-backend/settings-refused", test_settings_refused);
    g_test_add_func("/feeder-test-backend/nearest", test_nearest);
    g_test_add_func("/feeder-test-backend/choice", test_choice);
    g_test_add_func("/feeder-test-backend/list", test_list);
    int status = g_test_run();
    feeder_fixture_remove(folder);
    return status;
}
