/* A feeder process that a driver has taken over: this program plays it, and says what no feeder process says.
 */
#include "feeder-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIDE_PX 320

/* ---- the feeder process ---- */

static void
say(int socket, const char *name, GVariantDict *facts, const int *fds, guint n_fds)
{
    g_autoptr(GVariant) message =
        g_variant_ref_sink(g_variant_new("(s@a{sv})", name, g_variant_dict_end(facts)));
    struct iovec data = {.iov_base = (gpointer)g_variant_get_data(message),
                         .iov_len = g_variant_get_size(message)};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))] = {0};
    struct msghdr packet = {.msg_iov = &data, .msg_iovlen = 1};
    if (n_fds) {
        packet.msg_control = room;
        packet.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(header), fds, n_fds * sizeof(int));
    }
    sendmsg(socket, &packet, MSG_NOSIGNAL);
}

static void
say_bare(int socket, const char *name)
{
    g_auto(GVariantDict) facts;
    g_variant_dict_init(&facts, NULL);
    say(socket, name, &facts, NULL, 0);
}

static void
say_about(int socket, const char *name)
{
    g_auto(GVariantDict) facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "device", "s", "played");
    g_variant_dict_insert(&facts, "duplex", "u", 1U);
    say(socket, name, &facts, NULL, 0);
}

/* What is told of a page otherwise than is true of a sound front in grey; or done: "file" (bytes of its
 * buffer), "loose" (which may be made smaller), "device" (which is /dev/zero), "descriptors" (sent), "dpi"
 * (of dpis). */
typedef struct {
    const char *fact;
    guint value;
} Lie;

#define MAX_LIES 5

static const double dpis[] = {100, NAN, 1e300};

static guint
told(const Lie *lies, const char *fact, guint otherwise)
{
    for (guint i = 0; i < MAX_LIES && lies[i].fact; i++)
        if (strcmp(lies[i].fact, fact) == 0)
            return lies[i].value;
    return otherwise;
}

static int
make_buffer(const Lie *lies)
{
    if (told(lies, "device", 0))
        return open("/dev/zero", O_RDWR);
    int fd = memfd_create("page", MFD_ALLOW_SEALING);
    if (ftruncate(fd, told(lies, "file", SIDE_PX * SIDE_PX)) != 0 ||
        (!told(lies, "loose", 0) && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0))
        exit(EXIT_FAILURE);
    return fd;
}

static void
say_page(int socket, const Lie *lies)
{
    static const Lie numbers[] = {{"sheet", 1},       {"back", 0},   {"buffer", 0},
                                  {"width", SIDE_PX}, {"depth", 8},  {"lines", SIDE_PX},
                                  {"samples", 1},     {"planes", 0}, {"bytes_per_line", SIDE_PX},
                                  {"red", 0},         {"green", 1},  {"blue", 2}};
    double dpi = dpis[told(lies, "dpi", 0)];
    g_auto(GVariantDict) facts;
    g_variant_dict_init(&facts, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_variant_dict_insert(&facts, numbers[i].fact, "u", told(lies, numbers[i].fact, numbers[i].value));
    g_variant_dict_insert(&facts, "dpi_x", "d", dpi);
    g_variant_dict_insert(&facts, "dpi_y", "d", dpi);
    int fd = make_buffer(lies);
    const int fds[] = {fd, fd};
    say(socket, "page", &facts, fds, told(lies, "descriptors", 1));
    close(fd);
}

/* Pages that cannot be read safely. */
static const struct {
    const char *name;
    Lie lies[MAX_LIES];
} bad_pages[] = {
    {"no-buffer", {{"descriptors", 0}}},
    {"buffer-number", {{"buffer", 4}}},
    {"buffer-number-huge", {{"buffer", G_MAXUINT}}},
    {"buffer-small", {{"file", SIDE_PX *SIDE_PX - 1}}},
    {"buffer-empty", {{"file", 0}}},
    {"buffer-may-shrink", {{"loose", 1}}},
    {"no-memory-file", {{"device", 1}}},
    {"two-descriptors", {{"descriptors", 2}, {"file", 0}}},
    {"wide", {{"width", G_MAXUINT}}},
    {"high", {{"lines", G_MAXUINT}}},
    {"wide-and-high", {{"width", 65536}, {"lines", 65536}, {"bytes_per_line", 65536}}},
    {"short-rows", {{"bytes_per_line", SIDE_PX - 1}}},
    {"long-rows", {{"bytes_per_line", G_MAXUINT}}},
    {"depth", {{"depth", 0}}},
    {"samples", {{"samples", 77}}},
    {"plane", {{"samples", 3}, {"planes", 1}, {"red", 3}, {"file", 3 * SIDE_PX *SIDE_PX}}},
    {"planes-small", {{"samples", 3}, {"planes", 1}, {"file", 3 * SIDE_PX *SIDE_PX - 1}}},
};

static const Lie front[MAX_LIES] = {{NULL, 0}}, back[MAX_LIES] = {{"back", 1}, {"buffer", 1}},
                 next_front[MAX_LIES] = {{"sheet", 2}, {"buffer", 2}}, odd_dpi[MAX_LIES] = {{"dpi", 1}},
                 huge_dpi[MAX_LIES] = {{"dpi", 2}, {"back", 1}, {"buffer", 1}};

static void
play_bad_page(int socket, const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad_pages); i++)
        if (strcmp(bad_pages[i].name, name) == 0)
            say_page(socket, bad_pages[i].lies);
}

static void
play(int socket, const char *what)
{
    if (strcmp(what, "front") == 0) {
        say_page(socket, front);
        exit(0);
    } else if (strcmp(what, "sheet") == 0) {
        say_page(socket, front);
        say_page(socket, back);
        exit(0);
    } else if (strcmp(what, "three-sides") == 0) {
        say_page(socket, front);
        say_page(socket, back);
        say_page(socket, next_front);
        exit(0);
    } else if (strcmp(what, "resolution") == 0) {
        say_page(socket, odd_dpi);
        say_page(socket, huge_dpi);
        say_bare(socket, "ended");
    } else if (strcmp(what, "noise") == 0) {
        for (int i = 1; i < 200; i++) {
            char noise[200];
            for (int n = 0; n < i; n++)
                noise[n] = (char)g_random_int();
            send(socket, noise, (gsize)i, MSG_NOSIGNAL);
        }
        say_bare(socket, "ended");
    }
    play_bad_page(socket, what);
}

/* Takes orders until the socket is closed; "deaf": and for ever after that. */
static int
play_feeder(int socket, const char *what)
{
    char order[4096];
    alarm(60);
    for (;;) {
        gssize length = recv(socket, order, sizeof order - 1, 0);
        if (length <= 0 && strcmp(what, "deaf") == 0)
            pause();
        if (length <= 0)
            return EXIT_SUCCESS;
        order[length] = '\0'; /* a message begins with its name */
        if (strcmp(order, "open") == 0)
            say_about(socket, "opened");
        else if (strcmp(order, "set") == 0)
            say_about(socket, "set");
        else if (strcmp(order, "start") == 0)
            play(socket, what);
        else if (strcmp(order, "list") == 0) {
            say_bare(socket, "nonsense");
            say_bare(socket, "device");
            say_bare(socket, "listed");
        }
    }
}

/* ---- the station ---- */

static guint
n_descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;
    while (g_dir_read_name(dir))
        n++;
    return n;
}

static const ScannerSettings settings = {.dpi = 100};

static ScannerFeeder *
open_played(ScannerFeederOptions *options, const char *const *program)
{
    *options = (ScannerFeederOptions){.program = program, .device = "played", .stall_s = 2, .cancel_s = 1};
    return feeder_fixture_open(options, &settings);
}

#define PLAYED(what)                                                                                         \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        "/proc/self/exe", "play", what, NULL                                                                 \
    }

/* No process is left, and no descriptor. */
static void
expect_clean(guint n_before)
{
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
    g_assert_cmpuint(n_descriptors(), ==, n_before);
}

static void
test_bad_page(gconstpointer name)
{
    guint n = n_descriptors();
    ScannerFeederOptions options;
    ScannerFeeder *feeder = open_played(&options, PLAYED(name));
    g_autoptr(GError) error = NULL;
    g_auto(ScannerEvent) event = {0};
    g_assert_true(scanner_feeder_start(feeder, NULL));
    g_assert_false(scanner_feeder_next(feeder, 60000, &event, &error));
    g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE);
    g_assert_null(event.page.pix);
    scanner_feeder_free(feeder);
    expect_clean(n);
}

/* What was sent before the end comes; what the end costs is named, whenever it came. */
static void
test_dies(void)
{
    static const struct {
        const char *what;
        guint n_pages, sheet;
        gboolean back;
    } cases[] = {{"front", 1, 1, TRUE}, {"sheet", 2, 2, FALSE}, {"three-sides", 3, 2, TRUE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint n = n_descriptors();
        ScannerFeederOptions options;
        ScannerFeeder *feeder = open_played(&options, PLAYED(cases[i].what));
        g_auto(FeederRun) run = feeder_fixture_run(feeder);
        feeder_fixture_expect(&run, cases[i].n_pages, SCANNER_CAUSE_CRASHED, cases[i].sheet);
        g_assert_cmpint(run.back, ==, cases[i].back);
        g_assert_cmpuint(run.n_lost, ==, cases[i].back);
        if (cases[i].back) {
            g_assert_cmpuint(run.lost_sheet, ==, cases[i].sheet);
            g_assert_true(run.lost_back);
        }
        scanner_feeder_free(feeder);
        expect_clean(n);
    }
}

static void
test_resolution(void)
{
    ScannerFeederOptions options;
    g_autoptr(ScannerFeeder) feeder = open_played(&options, PLAYED("resolution"));
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    g_assert_cmpuint(run.pages->len, ==, 2);
    for (guint i = 0; i < 2; i++)
        g_assert_cmpfloat(feeder_run_page(&run, i)->dpi_x, ==, 0);
    /* an end without a reason is no empty feeder */
    g_assert_cmpint(run.cause, ==, SCANNER_CAUSE_IO_ERROR);
}

static void
test_noise(void)
{
    guint n = n_descriptors();
    ScannerFeederOptions options;
    ScannerFeeder *feeder = open_played(&options, PLAYED("noise"));
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    g_assert_cmpuint(run.pages->len, ==, 0);
    g_assert_cmpint(run.cause, ==, SCANNER_CAUSE_IO_ERROR);
    scanner_feeder_free(feeder);
    expect_clean(n);
}

/* It answers nothing, neither a start nor a cancel: killed. */
static void
test_silent(void)
{
    guint n = n_descriptors();
    ScannerFeederOptions options;
    ScannerFeeder *feeder = open_played(&options, PLAYED("silent"));
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, 0, SCANNER_CAUSE_HUNG, 1);
    expect_clean(n);
    scanner_feeder_free(feeder);
}

/* It does not end when it should. */
static void
test_deaf(void)
{
    guint n = n_descriptors();
    ScannerFeederOptions options;
    ScannerFeeder *feeder = open_played(&options, PLAYED("deaf"));
    scanner_feeder_free(feeder);
    expect_clean(n);
}

static void
test_list(void)
{
    ScannerFeederOptions options = {.program = PLAYED("list")};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) devices = scanner_devices_new();
    scanner_list_devices(&options, devices, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(devices->len, ==, 1);
    const ScannerDevice *device = devices->pdata[0];
    g_assert_cmpstr(device->name, ==, "");
    g_assert_cmpstr(device->model, ==, "");
    g_assert_cmpuint(device->dpi->len, ==, 0);
}

/* A program that cannot be started, and one that knows nothing of all this. */
static void
test_no_feeder(void)
{
    static const struct {
        const char *program;
        const char *line;
    } cases[] = {{"/nonexistent/phieu", "the feeder process cannot be started (*)"},
                 {"/bin/true", "played: the scanner's driver crashed; try again, and update the driver if it "
                               "stays so"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint n = n_descriptors();
        const char *const program[] = {cases[i].program, NULL};
        const ScannerFeederOptions options = {.program = program, .device = "played"};
        g_autoptr(GError) error = NULL;
        g_assert_null(scanner_feeder_open(&options, &error));
        g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE);
        if (!g_pattern_match_simple(cases[i].line, error->message))
            g_assert_cmpstr(error->message, ==, cases[i].line);
        expect_clean(n);
    }
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "play") == 0)
        return play_feeder(atoi(argv[3]), argv[2]);
    feeder_fixture_main(argc, argv, 280);
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bad_pages); i++) {
        g_autofree char *path = g_strconcat("/feeder-hostile/page/", bad_pages[i].name, NULL);
        g_test_add_data_func(path, bad_pages[i].name, test_bad_page);
    }
    g_test_add_func("/feeder-hostile/dies", test_dies);
    g_test_add_func("/feeder-hostile/resolution", test_resolution);
    g_test_add_func("/feeder-hostile/noise", test_noise);
    g_test_add_func("/feeder-hostile/silent", test_silent);
    g_test_add_func("/feeder-hostile/deaf", test_deaf);
    g_test_add_func("/feeder-hostile/list", test_list);
    g_test_add_func("/feeder-hostile/no-feeder", test_no_feeder);
    return g_test_run();
}
