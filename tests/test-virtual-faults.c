/* Every fault of the virtual feeder at every place, through the real libsane. */
#include "virtual-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- statuses ---- */

static const struct {
    const char *what;
    SANE_Status status;
} statuses[] = {
    {"unsupported", SANE_STATUS_UNSUPPORTED},
    {"cancelled", SANE_STATUS_CANCELLED},
    {"device-busy", SANE_STATUS_DEVICE_BUSY},
    {"inval", SANE_STATUS_INVAL},
    {"eof", SANE_STATUS_EOF},
    {"jammed", SANE_STATUS_JAMMED},
    {"no-docs", SANE_STATUS_NO_DOCS},
    {"cover-open", SANE_STATUS_COVER_OPEN},
    {"io-error", SANE_STATUS_IO_ERROR},
    {"no-mem", SANE_STATUS_NO_MEM},
    {"access-denied", SANE_STATUS_ACCESS_DENIED},
};

static const struct {
    const char *at;
    int rows; /* read before the fault; -1: none, sane_start() tells it */
} places[] = {{"start", -1},
              {"first-byte", 0},
              {"25%", PAGE_HEIGHT_PX / 4},
              {"middle", PAGE_HEIGHT_PX / 2},
              {"last-row", PAGE_HEIGHT_PX - 1},
              {"100%", PAGE_HEIGHT_PX}};

/* Feeds the side that has the fault, then all of the pile again from its sheet on. */
static void
expect_fault(const char *folder, int side, int rows, SANE_Status status)
{
    SANE_Handle handle = virtual_open(folder);
    for (int good = 1; good < side; good++)
        virtual_expect(handle, good);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_autoptr(GByteArray) page = virtual_page(side);
    g_assert_cmpint(fed.end, ==, status);
    g_assert_cmpint(fed.start, ==, rows < 0 ? status : SANE_STATUS_GOOD);
    g_assert_cmpuint(fed.bytes->len, ==, MAX(rows, 0) * PAGE_WIDTH_PX);
    g_assert_cmpmem(fed.bytes->data, fed.bytes->len, page->data, fed.bytes->len);
    g_assert_cmpint(virtual_get(handle, "cover-open"), ==, status == SANE_STATUS_COVER_OPEN);

    /* the job has ended; the sheet stays on the pile only before its first side is begun */
    int sheet = (side + 1) / 2;
    gboolean stays = rows < 0 && side % 2 == 1;
    g_assert_cmpint(virtual_get(handle, "first-sheet"), ==, stays ? sheet : sheet + 1);
    virtual_set(handle, "first-sheet", sheet);
    for (int again = 2 * sheet - 1; again <= 6; again++)
        virtual_expect(handle, again);
    virtual_expect_end(handle);
    sane_close(handle);
}

static void
test_statuses(gconstpointer data)
{
    const char *at = places[GPOINTER_TO_UINT(data)].at;
    int rows = places[GPOINTER_TO_UINT(data)].rows;
    char *folder = virtual_folder(6, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(statuses); i++)
        for (int side = 3; side <= 4; side++) {
            g_autofree char *script =
                g_strdup_printf("[fault one]\nwhat=%s\nside=%d\nat=%s\n", statuses[i].what, side, at);
            virtual_write(folder, "feeder.conf", script, strlen(script));
            virtual_write(folder, "feeder.state", "", 0);
            expect_fault(folder, side, rows, statuses[i].status);
        }
    virtual_remove(folder);
}

/* The first side fed of a sheet, whichever it is. */
static void
test_by_sheet(void)
{
    char *folder = virtual_folder(6, "[fault one]\nwhat=jammed\nsheet=2\nat=middle\n");
    expect_fault(folder, 3, PAGE_HEIGHT_PX / 2, SANE_STATUS_JAMMED);
    virtual_write(folder, "feeder.state", "", 0);
    SANE_Handle handle = virtual_open(folder);
    virtual_set_word(handle, "source", "ADF Back");
    virtual_expect(handle, 2);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_JAMMED);
    virtual_expect(handle, 6);
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- once, or always ---- */

static void
test_remembered(void)
{
    char *folder = virtual_folder(2, "[fault first]\nwhat=jammed\nside=1\n"
                                     "[fault second]\nwhat=io-error\nside=1\nat=middle\n"
                                     "[fault third]\nwhat=cover-open\nside=2\nalways=true\n");
    const SANE_Status expected[] = {SANE_STATUS_JAMMED, SANE_STATUS_IO_ERROR, SANE_STATUS_EOF};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        SANE_Handle handle = virtual_open(folder);
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_assert_cmpint(fed.end, ==, expected[i]);
        sane_close(handle);
    }
    SANE_Handle handle = virtual_open(folder);
    for (int i = 0; i < 3; i++) {
        virtual_set(handle, "first-sheet", 1);
        virtual_expect(handle, 1);
        g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_COVER_OPEN);
    }
    sane_close(handle);
    g_autofree char *path = g_build_filename(folder, "feeder.state", NULL), *state = NULL;
    g_assert_true(g_file_get_contents(path, &state, NULL, NULL));
    g_assert_cmpstr(state, ==, "first\nsecond\nthird\n");
    virtual_remove(folder);
}

/* Several on one side come in the order of their places, whatever that of the script. */
static void
test_several(void)
{
    char *folder = virtual_folder(2, "[fault last]\nwhat=jammed\nside=1\nat=last-row\n"
                                     "[fault tail]\nwhat=flat-tail\nside=1\nat=75%\n"
                                     "[fault noise]\nwhat=garbage\nside=1\nat=50%\n");
    SANE_Handle handle = virtual_open(folder);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_autoptr(GByteArray) page = virtual_page(1);
    guint half = PAGE_HEIGHT_PX / 2 * PAGE_WIDTH_PX;
    g_assert_cmpint(fed.end, ==, SANE_STATUS_JAMMED);
    g_assert_cmpuint(fed.bytes->len, ==, (PAGE_HEIGHT_PX - 1) * PAGE_WIDTH_PX);
    g_assert_cmpmem(fed.bytes->data, half, page->data, half);
    g_assert_cmpint(memcmp(fed.bytes->data + half, page->data + half, PAGE_WIDTH_PX), !=, 0);
    sane_close(handle);
    g_autofree char *path = g_build_filename(folder, "feeder.state", NULL), *state = NULL;
    g_assert_true(g_file_get_contents(path, &state, NULL, NULL));
    g_assert_cmpstr(state, ==, "last\ntail\nnoise\n");
    virtual_remove(folder);
}

/* ---- wrong lengths ---- */

/* Reads side 1, whose reads of a wrong length come once `before` bytes have; returns their number, at
 * most 50. */
static int
count_wrong(SANE_Handle handle, guint before, SANE_Int wanted)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new(), page = virtual_page(1);
    g_autofree SANE_Byte *buffer = g_malloc(65536);
    int wrong = 0;
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_GOOD);
    while (wrong < 50) {
        SANE_Int length = 4711;
        SANE_Status status = sane_read(handle, buffer, 65536, &length);
        if (status == SANE_STATUS_EOF)
            break;
        g_assert_cmpint(status, ==, SANE_STATUS_GOOD);
        if (length == wanted) {
            wrong++;
            g_assert_cmpuint(bytes->len, ==, before);
            continue;
        }
        g_assert_cmpint(length, >, 0);
        g_byte_array_append(bytes, buffer, (guint)length);
    }
    if (wrong < 50)
        g_assert_cmpmem(bytes->data, bytes->len, page->data, page->len);
    return wrong;
}

static void
test_lengths(void)
{
    static const struct {
        const char *script;
        guint rows;
        SANE_Int length;
        int times;
    } cases[] = {
        {"what=length-unset\n", 0, 4711, 1},
        {"what=length-unset\ntimes=7\nat=middle\n", PAGE_HEIGHT_PX / 2, 4711, 7},
        {"what=length-minus\nat=last-row\n", PAGE_HEIGHT_PX - 1, -1, 1},
        {"what=length-minus\ntimes=0\n", 0, -1, 50},
        {"what=length-zero\n", 0, 0, 50},
        {"what=length-zero\ntimes=3\nat=100%\n", PAGE_HEIGHT_PX, 0, 3},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *script = g_strconcat("[fault one]\nside=1\n", cases[i].script, NULL);
        char *folder = virtual_folder(2, script);
        SANE_Handle handle = virtual_open(folder);
        g_assert_cmpint(count_wrong(handle, cases[i].rows * PAGE_WIDTH_PX, cases[i].length), ==,
                        cases[i].times);
        if (cases[i].times == 50)
            sane_cancel(handle);
        else
            virtual_expect(handle, 2);
        virtual_expect_end(handle);
        sane_close(handle);
        virtual_remove(folder);
    }
}

/* ---- pages that look good ---- */

static void
test_short(void)
{
    const struct {
        const char *at;
        guint rows;
    } cases[] = {{"", PAGE_HEIGHT_PX - 1}, {"at=10%\n", PAGE_HEIGHT_PX / 10}, {"at=first-byte\n", 0}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *script = g_strconcat("[fault one]\nwhat=short\nside=1\n", cases[i].at, NULL);
        char *folder = virtual_folder(2, script);
        SANE_Handle handle = virtual_open(folder);
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
        g_assert_cmpint(fed.parameters.lines, ==, PAGE_HEIGHT_PX);
        g_assert_cmpuint(fed.bytes->len, ==, cases[i].rows * PAGE_WIDTH_PX);
        virtual_expect(handle, 2);
        sane_close(handle);
        virtual_remove(folder);
    }
}

static void
test_flat_tail(void)
{
    char *folder = virtual_folder(2, "[fault one]\nwhat=flat-tail\nside=1\n");
    SANE_Handle handle = virtual_open(folder);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_autoptr(GByteArray) page = virtual_page(1);
    guint half = PAGE_HEIGHT_PX / 2 * PAGE_WIDTH_PX;
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpuint(fed.bytes->len, ==, page->len);
    g_assert_cmpmem(fed.bytes->data, half, page->data, half);
    memset(page->data + half, 128, page->len - half);
    g_assert_cmpmem(fed.bytes->data, fed.bytes->len, page->data, page->len);
    virtual_expect(handle, 2);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_garbage(void)
{
    char *folder = virtual_folder(2, "[fault one]\nwhat=garbage\nside=1\nat=50%\n");
    SANE_Handle handle = virtual_open(folder);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_autoptr(GByteArray) page = virtual_page(1);
    guint half = PAGE_HEIGHT_PX / 2 * PAGE_WIDTH_PX, same = 0;
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpuint(fed.bytes->len, ==, page->len);
    g_assert_cmpmem(fed.bytes->data, half, page->data, half);
    for (guint i = half; i < page->len; i++)
        same += fed.bytes->data[i] == page->data[i];
    g_assert_cmpuint(same, <, (page->len - half) / 100);
    virtual_expect(handle, 2);
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- sheets that vanish ---- */

static void
test_lost_behind(void)
{
    static const struct {
        const char *keys, *source;
        int side;
        SANE_Status status;
        int next; /* side that comes next */
    } cases[] = {
        {"side=1\n", "ADF Duplex", 1, SANE_STATUS_IO_ERROR, 5},
        {"side=2\n", "ADF Duplex", 2, SANE_STATUS_IO_ERROR, 5},
        {"side=1\nsides=1\n", "ADF Duplex", 1, SANE_STATUS_IO_ERROR, 3},
        {"side=2\nsides=3\nstatus=jammed\n", "ADF Duplex", 2, SANE_STATUS_JAMMED, 7},
        {"side=3\nsides=1\n", "ADF Front", 3, SANE_STATUS_IO_ERROR, 7},
        {"side=1\nsides=100\n", "ADF Duplex", 1, SANE_STATUS_IO_ERROR, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *script = g_strconcat("[fault one]\nwhat=lost-behind\n", cases[i].keys, NULL);
        char *folder = virtual_folder(8, script);
        SANE_Handle handle = virtual_open(folder);
        virtual_set_word(handle, "source", cases[i].source);
        int step = strcmp(cases[i].source, "ADF Duplex") == 0 ? 1 : 2;
        for (int side = 1; side < cases[i].side; side += step)
            virtual_expect(handle, side);
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_assert_cmpint(fed.end, ==, cases[i].status);
        g_assert_cmpuint(fed.bytes->len, ==, PAGE_HEIGHT_PX / 2 * PAGE_WIDTH_PX);
        if (cases[i].next > 0)
            virtual_expect(handle, cases[i].next);
        else
            virtual_expect_end(handle);
        sane_close(handle);
        virtual_remove(folder);
    }
}

static void
test_multi_pick(void)
{
    static const struct {
        const char *keys, *action;
        SANE_Status status; /* GOOD: the sheet comes */
        gboolean sensed;
        int next;
    } cases[] = {
        {"", "Default", SANE_STATUS_JAMMED, TRUE, 7},
        {"", "Continue", SANE_STATUS_GOOD, TRUE, 7},
        {"", "Stop", SANE_STATUS_JAMMED, TRUE, 7},
        {"status=no-docs\n", "Default", SANE_STATUS_NO_DOCS, FALSE, 7},
        {"status=device-busy\nsheets=3\n", "Stop", SANE_STATUS_DEVICE_BUSY, FALSE, 9},
        {"status=good\n", "Default", SANE_STATUS_GOOD, FALSE, 7},
        {"status=good\n", "Continue", SANE_STATUS_GOOD, TRUE, 7},
        {"status=good\n", "Stop", SANE_STATUS_JAMMED, TRUE, 7},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *script = g_strconcat("[fault one]\nwhat=multi-pick\nsheet=2\n", cases[i].keys, NULL);
        char *folder = virtual_folder(10, script);
        SANE_Handle handle = virtual_open(folder);
        virtual_set_word(handle, "df-action", cases[i].action);
        virtual_expect(handle, 1);
        virtual_expect(handle, 2);
        if (cases[i].status == SANE_STATUS_GOOD) {
            virtual_expect(handle, 3);
            virtual_expect(handle, 4);
        } else
            g_assert_cmpint(sane_start(handle), ==, cases[i].status);
        g_assert_cmpint(virtual_get(handle, "double-feed"), ==, cases[i].sensed);
        virtual_expect(handle, cases[i].next);
        g_assert_false(virtual_get(handle, "double-feed"));
        sane_close(handle);
        virtual_remove(folder);
    }
}

/* Noticed while the sheet passes. */
static void
test_multi_pick_in_page(void)
{
    char *folder = virtual_folder(6, "[fault one]\nwhat=multi-pick\nside=1\nat=middle\n");
    SANE_Handle handle = virtual_open(folder);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_JAMMED);
    g_assert_cmpuint(fed.bytes->len, ==, PAGE_HEIGHT_PX / 2 * PAGE_WIDTH_PX);
    g_assert_true(virtual_get(handle, "double-feed"));
    virtual_expect(handle, 5);
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- calls that do not return, processes that die ---- */

static gpointer
cancel_soon(gpointer handle)
{
    g_usleep(30 * 1000);
    sane_cancel(handle);
    return NULL;
}

static void
test_hang_until_cancel(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *script =
            g_strconcat("[fault one]\nwhat=hang-until-cancel\nside=1\nat=", places[i].at, "\n", NULL);
        char *folder = virtual_folder(4, script);
        SANE_Handle handle = virtual_open(folder);
        GThread *canceller = g_thread_new("cancel", cancel_soon, handle);
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_thread_join(canceller);
        g_assert_cmpint(fed.end, ==, SANE_STATUS_CANCELLED);
        g_assert_cmpuint(fed.bytes->len, ==, MAX(places[i].rows, 0) * PAGE_WIDTH_PX);
        virtual_expect(handle, places[i].rows < 0 ? 1 : 3);
        sane_close(handle);
        virtual_remove(folder);
    }
}

/* Feeds side 1 in a child, with a cancel on the way; the child exits 0 if it gets to the end. */
static pid_t
feed_in_child(const char *folder)
{
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child > 0)
        return child;
    SANE_Handle handle = virtual_open(folder);
    g_thread_new("cancel", cancel_soon, handle);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    _exit(0);
}

static char *
faulty_folder(const char *what, const char *at)
{
    g_autofree char *script = g_strdup_printf("[fault one]\nwhat=%s\nside=1\nat=%s\n", what, at);
    return virtual_folder(2, script);
}

/* What a process that was started anew finds. */
static void
expect_mended(char *folder)
{
    SANE_Handle handle = virtual_open(folder);
    virtual_expect(handle, 1);
    virtual_expect(handle, 2);
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_hang(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        char *folder = faulty_folder("hang", places[i].at);
        g_autofree char *state = g_build_filename(folder, "feeder.state", NULL);
        pid_t child = feed_in_child(folder);
        int status;
        while (!g_file_test(state, G_FILE_TEST_EXISTS))
            g_usleep(1000);
        g_usleep(150 * 1000);
        g_assert_cmpint(waitpid(child, &status, WNOHANG), ==, 0);
        kill(child, SIGKILL);
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        expect_mended(folder);
    }
}

static void
test_deaths(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        int status;
        char *folder = faulty_folder("crash", places[i].at);
        g_assert_cmpint(waitpid(feed_in_child(folder), &status, 0), >, 0);
        g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
        expect_mended(folder);

        folder = faulty_folder("exit", places[i].at);
        g_assert_cmpint(waitpid(feed_in_child(folder), &status, 0), >, 0);
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
        expect_mended(folder);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *name = g_strdup_printf("/virtual-faults/status/%s", places[i].at);
        g_test_add_data_func(name, GUINT_TO_POINTER(i), test_statuses);
    }
    g_test_add_func("/virtual-faults/by-sheet", test_by_sheet);
    g_test_add_func("/virtual-faults/remembered", test_remembered);
    g_test_add_func("/virtual-faults/several", test_several);
    g_test_add_func("/virtual-faults/lengths", test_lengths);
    g_test_add_func("/virtual-faults/short", test_short);
    g_test_add_func("/virtual-faults/flat-tail", test_flat_tail);
    g_test_add_func("/virtual-faults/garbage", test_garbage);
    g_test_add_func("/virtual-faults/lost-behind", test_lost_behind);
    g_test_add_func("/virtual-faults/multi-pick", test_multi_pick);
    g_test_add_func("/virtual-faults/multi-pick-in-page", test_multi_pick_in_page);
    g_test_add_func("/virtual-faults/hang-until-cancel", test_hang_until_cancel);
    g_test_add_func("/virtual-faults/hang", test_hang);
    g_test_add_func("/virtual-faults/deaths", test_deaths);
    return g_test_run();
}
