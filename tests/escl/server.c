/* A network scanner for tests: eSCL (AirScan) over HTTP, on a free port of this machine alone.
 *
 *     server SCENARIO
 *
 * writes its port to standard output and serves until standard input ends. SCENARIO is a key file:
 *
 *     [scanner]
 *     pages=/tmp/1.jpg;/tmp/2.jpg    what the feeder gives in each job, in this order
 *     [fault]                        may be left out
 *     what=jam                       or cover-open, hatch-open, multi-pick, empty, busy, cut, garbage,
 * truncated, hang page=2                         from 1: it comes instead of this page; 0: instead of the job
 *     times=1                        how often, over all jobs; always unless given
 *
 * What was asked of the last job is left in SCENARIO.job. */
#include <glib.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOB "/eSCL/ScanJobs"

typedef struct {
    char *path;       /* of the scenario */
    GPtrArray *pages; /* of GBytes* */
    char *what;       /* the fault, or NULL */
    guint fault_page;
    int fault_left; /* times to come; negative: always */

    GMutex mutex;    /* guards all below and `fault_left` */
    guint job;       /* number of the one there is; 0: none */
    guint next;      /* page of it, from 1 */
    const char *adf; /* AdfState */
} Scanner;

/* ---- answers ---- */

static enum MHD_Result
answer(struct MHD_Connection *connection, guint status, const char *type, const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", type);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
answer_empty(struct MHD_Connection *connection, guint status)
{
    return answer(connection, status, "text/plain", "");
}

#define HEAD                                                                                                 \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scan:%s "                                                  \
    "xmlns:scan=\"http://schemas.hp.com/imaging/escl/2011/05/03\" "                                          \
    "xmlns:pwg=\"http://www.pwg.org/schemas/2010/12/sm\"><pwg:Version>2.63</pwg:Version>"

/* What one way of feeding can: sizes in 1/300 inch. */
static char *
describe_caps(const char *name)
{
    static const int dpi[] = {100, 150, 200, 300};
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(
        text,
        "<scan:%s><scan:MinWidth>300</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>"
        "<scan:MinHeight>300</scan:MinHeight><scan:MaxHeight>4200</scan:MaxHeight>"
        "<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile>"
        "<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode>"
        "<scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes><scan:DocumentFormats>"
        "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>"
        "<scan:SupportedResolutions><scan:DiscreteResolutions>",
        name);
    for (guint i = 0; i < G_N_ELEMENTS(dpi); i++)
        g_string_append_printf(text,
                               "<scan:DiscreteResolution><scan:XResolution>%d</scan:XResolution>"
                               "<scan:YResolution>%d</scan:YResolution></scan:DiscreteResolution>",
                               dpi[i], dpi[i]);
    g_string_append_printf(text,
                           "</scan:DiscreteResolutions></scan:SupportedResolutions>"
                           "</scan:SettingProfile></scan:SettingProfiles></scan:%s>",
                           name);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static enum MHD_Result
answer_capabilities(struct MHD_Connection *connection)
{
    g_autofree char *simplex = describe_caps("AdfSimplexInputCaps"),
                    *duplex = describe_caps("AdfDuplexInputCaps");
    g_autofree char *text = g_strdup_printf(
        HEAD "<pwg:MakeAndModel>Test Feeder 1</pwg:MakeAndModel><pwg:SerialNumber>0001</pwg:SerialNumber>"
             "<scan:Adf>%s%s<scan:FeederCapacity>100</scan:FeederCapacity><scan:AdfOptions>"
             "<scan:AdfOption>DetectPaperLoaded</scan:AdfOption><scan:AdfOption>Duplex</scan:AdfOption>"
             "</scan:AdfOptions></scan:Adf></scan:ScannerCapabilities>",
        "ScannerCapabilities", simplex, duplex);
    return answer(connection, MHD_HTTP_OK, "text/xml", text);
}

static enum MHD_Result
answer_status(Scanner *scanner, struct MHD_Connection *connection)
{
    g_mutex_lock(&scanner->mutex);
    g_autofree char *text = g_strdup_printf(
        HEAD "<pwg:State>%s</pwg:State><scan:AdfState>%s</scan:AdfState></scan:ScannerStatus>",
        "ScannerStatus", scanner->job ? "Processing" : "Idle", scanner->adf);
    g_mutex_unlock(&scanner->mutex);
    return answer(connection, MHD_HTTP_OK, "text/xml", text);
}

/* ---- jobs ---- */

/* Whether the fault comes now; it counts as having come. */
static gboolean
is_fault(Scanner *scanner, guint page)
{
    if (!scanner->what || scanner->fault_page != page || scanner->fault_left == 0)
        return FALSE;
    if (scanner->fault_left > 0)
        scanner->fault_left--;
    return TRUE;
}

static enum MHD_Result
begin_job(Scanner *scanner, struct MHD_Connection *connection, const GString *asked)
{
    g_autofree char *file = g_strconcat(scanner->path, ".job", NULL);
    g_file_set_contents(file, asked->str, (gssize)asked->len, NULL);
    g_mutex_lock(&scanner->mutex);
    gboolean fault = is_fault(scanner, 0);
    if (!fault) {
        scanner->job++;
        scanner->next = 1;
        scanner->adf = "ScannerAdfLoaded";
    }
    g_autofree char *place = g_strdup_printf(JOB "/%u", scanner->job);
    g_mutex_unlock(&scanner->mutex);
    if (fault)
        return answer_empty(connection, MHD_HTTP_SERVICE_UNAVAILABLE);
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Location", place);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_CREATED, response);
    MHD_destroy_response(response);
    return result;
}

/* A page that does not come whole. */
typedef struct {
    GBytes *bytes;
    gsize most; /* so much of it comes */
    gboolean hang;
} Part;

static ssize_t
read_part(void *data, uint64_t at, char *room, size_t most)
{
    const Part *part = data;
    if (at >= part->most) {
        while (part->hang)
            g_usleep(G_USEC_PER_SEC);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    gsize n = MIN(most, part->most - at);
    memcpy(room, (const char *)g_bytes_get_data(part->bytes, NULL) + at, n);
    return (ssize_t)n;
}

static void
part_free(void *data)
{
    Part *part = data;
    g_bytes_unref(part->bytes);
    g_free(part);
}

/* A third of `page`, then nothing more, or the end of the connection. */
static struct MHD_Response *
make_part(GBytes *page, gboolean hang)
{
    Part *part = g_new(Part, 1);
    *part = (Part){g_bytes_ref(page), g_bytes_get_size(page) / 3, hang};
    return MHD_create_response_from_callback(g_bytes_get_size(page), 4096, read_part, part, part_free);
}

static struct MHD_Response *
make_whole(GBytes *page, gsize length)
{
    return MHD_create_response_from_buffer(length, (void *)g_bytes_get_data(page, NULL),
                                           MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *
make_garbage(void)
{
    char *noise = g_malloc(20000);
    GRand *random = g_rand_new_with_seed(1);
    for (guint i = 0; i < 20000; i++)
        noise[i] = (char)g_rand_int_range(random, 0, 256);
    g_rand_free(random);
    struct MHD_Response *response = MHD_create_response_from_buffer(20000, noise, MHD_RESPMEM_MUST_COPY);
    g_free(noise);
    return response;
}

/* The faults that show in the scanner's state; NULL: none of these. */
static const char *
adf_state(const char *what)
{
    static const char *const states[][2] = {{"jam", "ScannerAdfJam"},
                                            {"cover-open", "ScannerAdfDoorOpen"},
                                            {"hatch-open", "ScannerAdfHatchOpen"},
                                            {"multi-pick", "ScannerAdfMultipickDetected"},
                                            {"empty", "ScannerAdfEmpty"}};
    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        if (strcmp(what, states[i][0]) == 0)
            return states[i][1];
    return NULL;
}

static struct MHD_Response *
make_faulty(const Scanner *scanner, GBytes *page)
{
    if (strcmp(scanner->what, "garbage") == 0)
        return make_garbage();
    if (strcmp(scanner->what, "truncated") == 0)
        return make_whole(page, g_bytes_get_size(page) / 2);
    return make_part(page, strcmp(scanner->what, "hang") == 0);
}

/* The next page, or the fault in its place; NULL with `status` where no page comes. */
static struct MHD_Response *
next_page(Scanner *scanner, guint *status)
{
    gboolean fault = is_fault(scanner, scanner->next);
    const char *state = fault ? adf_state(scanner->what) : NULL;

    *status = MHD_HTTP_NOT_FOUND;
    if (!state && scanner->next > scanner->pages->len)
        state = "ScannerAdfEmpty";
    if (state) {
        scanner->adf = state;
        return NULL;
    }
    if (fault && strcmp(scanner->what, "busy") == 0) {
        *status = MHD_HTTP_SERVICE_UNAVAILABLE;
        return NULL;
    }
    GBytes *page = scanner->pages->pdata[scanner->next++ - 1];
    *status = MHD_HTTP_OK;
    return fault ? make_faulty(scanner, page) : make_whole(page, g_bytes_get_size(page));
}

static enum MHD_Result
answer_page(Scanner *scanner, struct MHD_Connection *connection)
{
    guint status;
    g_mutex_lock(&scanner->mutex);
    struct MHD_Response *response = next_page(scanner, &status);
    g_mutex_unlock(&scanner->mutex);
    if (!response)
        return answer_empty(connection, status);
    MHD_add_response_header(response, "Content-Type", "image/jpeg");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
end_job(Scanner *scanner, struct MHD_Connection *connection)
{
    g_mutex_lock(&scanner->mutex);
    scanner->adf = "ScannerAdfLoaded";
    g_mutex_unlock(&scanner->mutex);
    return answer_empty(connection, MHD_HTTP_OK);
}

/* ---- requests ---- */

static enum MHD_Result
serve(void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
      const char *upload, size_t *upload_size, void **request)
{
    Scanner *scanner = data;
    GString *body = *request;
    (void)version;
    if (!body) {
        *request = g_string_new(NULL);
        return MHD_YES;
    }
    if (*upload_size) {
        if (body->len < 65536)
            g_string_append_len(body, upload, (gssize)*upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    gboolean get = strcmp(method, "GET") == 0;
    if (get && strcmp(url, "/eSCL/ScannerCapabilities") == 0)
        return answer_capabilities(connection);
    if (get && strcmp(url, "/eSCL/ScannerStatus") == 0)
        return answer_status(scanner, connection);
    if (strcmp(method, "POST") == 0 && strcmp(url, JOB) == 0)
        return begin_job(scanner, connection, body);
    if (get && g_str_has_prefix(url, JOB "/") && g_str_has_suffix(url, "/NextDocument"))
        return answer_page(scanner, connection);
    if (strcmp(method, "DELETE") == 0 && g_str_has_prefix(url, JOB "/"))
        return end_job(scanner, connection);
    return answer_empty(connection, MHD_HTTP_NOT_FOUND);
}

static void
forget(void *data, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode code)
{
    (void)data, (void)connection, (void)code;
    if (*request)
        g_string_free(*request, TRUE);
    *request = NULL;
}

static gboolean
load(Scanner *scanner, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_file(file, scanner->path, G_KEY_FILE_NONE, error))
        return FALSE;
    g_auto(GStrv) pages = g_key_file_get_string_list(file, "scanner", "pages", NULL, error);
    for (char **page = pages; page && *page; page++) {
        char *data;
        gsize length;
        if (!g_file_get_contents(*page, &data, &length, error))
            return FALSE;
        g_ptr_array_add(scanner->pages, g_bytes_new_take(data, length));
    }
    scanner->what = g_key_file_get_string(file, "fault", "what", NULL);
    scanner->fault_page = (guint)g_key_file_get_integer(file, "fault", "page", NULL);
    scanner->fault_left = g_key_file_get_integer(file, "fault", "times", NULL);
    if (scanner->fault_left == 0)
        scanner->fault_left = -1;
    return pages != NULL;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Scanner scanner = {.path = argv[1], .pages = g_ptr_array_new(), .adf = "ScannerAdfLoaded"};
    if (argc != 2 || !load(&scanner, &error)) {
        g_printerr("server: %s\n", error ? error->message : "give a scenario file");
        return EXIT_FAILURE;
    }
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, serve, &scanner,
        MHD_OPTION_SOCK_ADDR, &here, MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
    if (!daemon) {
        g_printerr("server: no port to be had\n");
        return EXIT_FAILURE;
    }
    g_print("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    for (char byte; read(STDIN_FILENO, &byte, 1) > 0;)
        continue;
    /* a thread may hang, as it was told to */
    _exit(EXIT_SUCCESS);
}
