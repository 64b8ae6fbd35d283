#include "feeder-device-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "feeder-options-private.h"

#define DEFAULT_DPI  300
#define A4_WIDTH_MM  210
#define A4_HEIGHT_MM 297

/* What a device tells of its state, by SANE's common names. */
static const char *const sensors[] = {"page-loaded", "double-feed", "cover-open", "hopper-full", NULL};

static gboolean
has_word(const char *text, const char *part)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    g_autofree char *folded = g_utf8_casefold(valid, -1);
    return strstr(folded, part) != NULL;
}

/* Opening. */

static gboolean
fail_status(const char *name, SANE_Status status, GError **error)
{
    g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                status == SANE_STATUS_DEVICE_BUSY
                    ? _("%s: the scanner is in use (%s); end the other program that uses it")
                    : _("%s: the scanner cannot be opened (%s); check that it is on and connected"),
                name, sane_strstatus(status));
    return FALSE;
}

static gboolean
is_like(const SANE_Device *device, const char *wanted)
{
    g_autofree char *part = g_utf8_casefold(wanted, -1);
    g_autofree char *people = g_strdup_printf("%s %s", device->vendor, device->model);
    return has_word(device->name, part) || has_word(people, part);
}

static gboolean
fail_choice(const char *wanted, const GString *names, GError **error)
{
    if (!names->len)
        g_set_error(
            error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
            wanted
                ? _("%s: no such scanner; 'phieu scan --list' shows what is there")
                : _("%s: no scanner found; is it on and connected? 'phieu scan --list' shows what is there"),
            wanted ? wanted : "SANE");
    else
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
                    _("%s: several scanners fit: %s; name one by --device"), wanted ? wanted : "SANE",
                    names->str);
    return FALSE;
}

/* The full name of the only device that fits. */
static char *
choose_device(const char *wanted, GError **error)
{
    const SANE_Device **list = NULL;
    SANE_Status status = sane_get_devices(&list, SANE_FALSE);
    if (status != SANE_STATUS_GOOD) {
        fail_status("SANE", status, error);
        return NULL;
    }
    g_autoptr(GString) names = g_string_new(NULL);
    const char *found = NULL;
    guint n = 0;
    for (; *list; list++) {
        if (wanted && !is_like(*list, wanted))
            continue;
        g_string_append_printf(names, "%s%s", n++ ? ", " : "", (*list)->name);
        found = (*list)->name;
    }
    if (n == 1)
        return g_strdup(found);
    fail_choice(wanted, names, error);
    return NULL;
}

gboolean
feeder_device_open(FeederDevice *device, const char *wanted, GError **error)
{
    SANE_Status status = SANE_STATUS_INVAL;
    g_autofree char *name = NULL;

    /* a full name opens without a search, which takes long in a network */
    if (wanted && strchr(wanted, ':')) {
        name = g_strdup(wanted);
        status = sane_open(name, &device->handle);
    }
    if (status == SANE_STATUS_INVAL && name && g_str_has_prefix(name, FEEDER_VIRTUAL_DRIVER)) {
        g_set_error(
            error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
            _("virtual:%s: this folder cannot be fed: are there page images in it, and is its feeder.conf "
              "right? SANE_DEBUG_PHIEU=1 tells more"),
            name + strlen(FEEDER_VIRTUAL_DRIVER));
        return FALSE;
    }
    if (status == SANE_STATUS_INVAL) {
        g_free(g_steal_pointer(&name));
        name = choose_device(wanted, error);
        if (!name)
            return FALSE;
        status = sane_open(name, &device->handle);
    }
    if (status != SANE_STATUS_GOOD) {
        device->handle = NULL;
        return fail_status(name, status, error);
    }
    device->about.device = g_steal_pointer(&name);
    return TRUE;
}

void
feeder_device_close(FeederDevice *device)
{
    if (device->handle) {
        if (device->began)
            sane_cancel(device->handle);
        sane_close(device->handle);
    }
    g_free(device->about.device);
    g_free(device->about.source);
    g_free(device->about.mode);
    memset(device, 0, sizeof *device);
}

/* Setting. */

/* Sets option `name` to the first of its words that has one of `parts` in it. */
static gboolean
try_words(SANE_Handle handle, const char *name, const char *const *parts)
{
    g_auto(GStrv) words = feeder_option_words(handle, name);
    for (; *parts; parts++)
        for (char **word = words; *word; word++)
            if (has_word(*word, *parts)) {
                feeder_option_try(handle, name, *word);
                return TRUE;
            }
    return FALSE;
}

static gboolean
set_source(const FeederDevice *device, const char *wanted, GError **error)
{
    static const char *const feeders[] = {"duplex", "adf", "feeder", NULL}, *const both[] = {"duplex", NULL};
    SANE_Handle handle = device->handle;

    if (wanted && !feeder_option_set(handle, "source", wanted, error))
        return FALSE;
    if (!wanted)
        try_words(handle, "source", feeders);
    /* some drivers name the feeder as source and its two sides in an option of their own */
    if (!wanted || has_word(wanted, "duplex")) {
        try_words(handle, "adf-mode", both);
        feeder_option_try(handle, "duplex", "yes");
    }
    return TRUE;
}

static gboolean
set_mode(const FeederDevice *device, const char *wanted, GError **error)
{
    static const struct {
        const char *name;
        const char *parts[4];
    } modes[] = {{"gray", {"gray", "grey", NULL}},
                 {"lineart", {"lineart", "black & white", "binary", NULL}},
                 {"color", {"color", "colour", NULL}}};

    if (!feeder_option_find(device->handle, "mode", NULL))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++)
        if (g_ascii_strcasecmp(wanted ? wanted : "gray", modes[i].name) == 0 &&
            try_words(device->handle, "mode", modes[i].parts))
            return TRUE;
    return !wanted || feeder_option_set(device->handle, "mode", wanted, error);
}

static void
set_resolution(FeederDevice *device, int dpi)
{
    SANE_Handle handle = device->handle;
    double wanted = dpi > 0 ? dpi : DEFAULT_DPI;

    feeder_option_try_number(handle, "resolution", wanted);
    feeder_option_try_number(handle, "x-resolution", wanted);
    feeder_option_try_number(handle, "y-resolution", wanted);
    double both = feeder_option_number(handle, "resolution", 0);
    device->about.dpi_x = feeder_option_number(handle, "x-resolution", both);
    device->about.dpi_y = feeder_option_number(handle, "y-resolution", device->about.dpi_x);
}

static void
set_length(const FeederDevice *device, const char *name, double length_mm, double dpi)
{
    const SANE_Option_Descriptor *option = feeder_option_find(device->handle, name, NULL);
    if (option && (option->unit == SANE_UNIT_MM || dpi > 0))
        feeder_option_try_number(device->handle, name,
                                 option->unit == SANE_UNIT_MM ? length_mm : length_mm / 25.4 * dpi);
}

/* The page first, since what is scanned of it is clipped by it. */
static void
set_size(const FeederDevice *device, double width_mm, double height_mm)
{
    double dpi_x = device->about.dpi_x, dpi_y = device->about.dpi_y;

    set_length(device, "page-width", width_mm, dpi_x);
    set_length(device, "page-height", height_mm, dpi_y);
    set_length(device, "tl-x", 0, dpi_x);
    set_length(device, "tl-y", 0, dpi_y);
    set_length(device, "br-x", width_mm, dpi_x);
    set_length(device, "br-y", height_mm, dpi_y);
}

static gboolean
set_given(const FeederDevice *device, char *const *given, GError **error)
{
    for (; given && *given; given++) {
        const char *equals = strchr(*given, '=');
        g_autofree char *name = g_strndup(*given, equals ? (gsize)(equals - *given) : strlen(*given));
        if (!feeder_option_set(device->handle, name, equals ? equals + 1 : "", error))
            return FALSE;
    }
    return TRUE;
}

static void
look_back(FeederDevice *device)
{
    ScannerAbout *about = &device->about;
    g_autofree char *adf_mode = feeder_option_text(device->handle, "adf-mode");

    g_free(about->source);
    g_free(about->mode);
    about->source = feeder_option_text(device->handle, "source");
    about->mode = feeder_option_text(device->handle, "mode");
    about->duplex = has_word(about->source, "duplex") || has_word(adf_mode, "duplex") ||
                    feeder_option_number(device->handle, "duplex", 0) > 0;
    /* without a feeder, every start would scan the same sheet again */
    about->single = about->source && !about->duplex && !has_word(about->source, "adf") &&
                    !has_word(about->source, "feeder");
}

gboolean
feeder_device_set(FeederDevice *device, const ScannerSettings *settings, GError **error)
{
    if (!set_source(device, settings->source, error) || !set_mode(device, settings->mode, error))
        return FALSE;
    feeder_option_try_number(device->handle, "depth", 8);
    set_resolution(device, settings->dpi);
    set_size(device, settings->width_mm > 0 ? settings->width_mm : A4_WIDTH_MM,
             settings->height_mm > 0 ? settings->height_mm : A4_HEIGHT_MM);
    feeder_option_try(device->handle, "df-action", "Stop");
    feeder_option_try(device->handle, "buffermode", "On");
    feeder_option_try(device->handle, "prepick", "On");
    if (!set_given(device, settings->options, error))
        return FALSE;
    look_back(device);
    return TRUE;
}

int
feeder_device_sensor(const FeederDevice *device, const char *name)
{
    return (int)feeder_option_number(device->handle, name, -1);
}

/* Listing. */

void
scanner_device_free(gpointer data)
{
    ScannerDevice *device = data;

    g_free(device->name);
    g_free(device->vendor);
    g_free(device->model);
    g_free(device->type);
    g_free(device->trouble);
    g_strfreev(device->sources);
    g_strfreev(device->modes);
    g_strfreev(device->sensors);
    g_array_unref(device->dpi);
    g_free(device);
}

static double
largest(SANE_Handle handle, const char *name)
{
    gboolean any;
    const SANE_Option_Descriptor *option = feeder_option_find(handle, name, NULL);
    g_autoptr(GArray) numbers = feeder_option_numbers(handle, name, &any);
    return option && option->unit == SANE_UNIT_MM && numbers->len
               ? g_array_index(numbers, double, numbers->len - 1)
               : 0;
}

static void
look_at(SANE_Handle handle, ScannerDevice *device)
{
    static const char *const feeders[] = {"duplex", "adf", "feeder", NULL};
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();

    device->sources = feeder_option_words(handle, "source");
    try_words(handle, "source", feeders); /* the feeder has its own sizes and sensors */
    device->modes = feeder_option_words(handle, "mode");
    g_clear_pointer(&device->dpi, g_array_unref);
    device->dpi = feeder_option_numbers(handle, "resolution", &device->any_dpi);
    device->width_mm = MAX(largest(handle, "br-x"), largest(handle, "page-width"));
    device->height_mm = MAX(largest(handle, "br-y"), largest(handle, "page-height"));
    for (guint i = 0; sensors[i]; i++)
        if (feeder_option_find(handle, sensors[i], NULL))
            g_strv_builder_add(found, sensors[i]);
    device->sensors = g_strv_builder_end(found);
}

static ScannerDevice *
describe(const SANE_Device *there)
{
    ScannerDevice *device = g_new0(ScannerDevice, 1);
    SANE_Handle handle;

    device->name = g_utf8_make_valid(there->name, -1);
    device->vendor = g_utf8_make_valid(there->vendor, -1);
    device->model = g_utf8_make_valid(there->model, -1);
    device->type = g_utf8_make_valid(there->type, -1);
    device->dpi = g_array_new(FALSE, FALSE, sizeof(double));
    SANE_Status status = sane_open(there->name, &handle);
    if (status != SANE_STATUS_GOOD) {
        device->trouble = g_strdup(sane_strstatus(status));
        return device;
    }
    look_at(handle, device);
    sane_close(handle);
    return device;
}

GPtrArray *
feeder_device_list(GError **error)
{
    const SANE_Device **list = NULL;
    SANE_Status status = sane_get_devices(&list, SANE_FALSE);

    if (status != SANE_STATUS_GOOD) {
        fail_status("SANE", status, error);
        return NULL;
    }
    GPtrArray *devices = scanner_devices_new();
    for (; *list; list++)
        g_ptr_array_add(devices, describe(*list));
    return devices;
}
