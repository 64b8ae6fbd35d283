/* The virtual feeder as SANE's dll backend loads it: libsane-phieu.so.1, devices "phieu:FOLDER". */
#include "feeder-private.h"

#include <sane/sane.h>
#include <string.h>

#define EXPORT    __attribute__((visibility("default")))
#define BUILD     1
#define FOLDERS   "PHIEU_VIRTUAL"
#define MAX_FOUND 64

/* SANE's interface has no handle for it: what the last sane_get_devices() returned. */
static GPtrArray *found;

EXPORT SANE_Status sane_phieu_init(SANE_Int *version_code, SANE_Auth_Callback authorize);
EXPORT void sane_phieu_exit(void);
EXPORT SANE_Status sane_phieu_get_devices(const SANE_Device ***list, SANE_Bool local_only);
EXPORT SANE_Status sane_phieu_open(SANE_String_Const name, SANE_Handle *handle);
EXPORT void sane_phieu_close(SANE_Handle handle);
EXPORT const SANE_Option_Descriptor *sane_phieu_get_option_descriptor(SANE_Handle handle, SANE_Int option);
EXPORT SANE_Status sane_phieu_control_option(SANE_Handle handle, SANE_Int option, SANE_Action action,
                                             void *value, SANE_Int *info);
EXPORT SANE_Status sane_phieu_get_parameters(SANE_Handle handle, SANE_Parameters *parameters);
EXPORT SANE_Status sane_phieu_start(SANE_Handle handle);
EXPORT SANE_Status sane_phieu_read(SANE_Handle handle, SANE_Byte *data, SANE_Int most, SANE_Int *length);
EXPORT void sane_phieu_cancel(SANE_Handle handle);
EXPORT SANE_Status sane_phieu_set_io_mode(SANE_Handle handle, SANE_Bool non_blocking);
EXPORT SANE_Status sane_phieu_get_select_fd(SANE_Handle handle, SANE_Int *fd);
EXPORT SANE_String_Const sane_phieu_strstatus(SANE_Status status);

/* ---- devices ---- */

static void
device_free(gpointer data)
{
    SANE_Device *device = data;
    if (device == NULL)
        return;
    g_free((char *)device->name);
    g_free((char *)device->model);
    g_free(device);
}

SANE_Status
sane_phieu_init(SANE_Int *version_code, G_GNUC_UNUSED SANE_Auth_Callback authorize)
{
    if (version_code != NULL)
        *version_code = SANE_VERSION_CODE(SANE_CURRENT_MAJOR, SANE_CURRENT_MINOR, BUILD);
    return SANE_STATUS_GOOD;
}

void
sane_phieu_exit(void)
{
    g_clear_pointer(&found, g_ptr_array_unref);
}

static void
find_device(const char *folder)
{
    VirtualScript script;
    if (g_file_test(folder, G_FILE_TEST_IS_DIR) && virtual_script_read(&script, folder, NULL)) {
        SANE_Device *device = g_new0(SANE_Device, 1);
        device->name = g_strdup(folder);
        device->vendor = "phieu";
        device->model = g_strdup(script.model);
        device->type = "sheetfed scanner";
        g_ptr_array_add(found, device);
        virtual_script_clear(&script);
    }
}

/* The folders that PHIEU_VIRTUAL names, with colons between. */
SANE_Status
sane_phieu_get_devices(const SANE_Device ***list, G_GNUC_UNUSED SANE_Bool local_only)
{
    const char *named = g_getenv(FOLDERS);
    g_auto(GStrv) folders = g_strsplit(named != NULL ? named : "", ":", MAX_FOUND);
    g_clear_pointer(&found, g_ptr_array_unref);
    found = g_ptr_array_new_with_free_func(device_free);
    for (char **folder = folders; *folder != NULL; folder++)
        find_device(*folder);
    g_ptr_array_add(found, NULL);
    *list = (const SANE_Device **)found->pdata;
    return SANE_STATUS_GOOD;
}

/* SANE: no name is the first device. */
SANE_Status
sane_phieu_open(SANE_String_Const name, SANE_Handle *handle)
{
    const SANE_Device **list;
    if (name == NULL || name[0] == '\0') {
        sane_phieu_get_devices(&list, SANE_TRUE);
        if (list[0] == NULL)
            return SANE_STATUS_INVAL;
        name = list[0]->name;
    }
    *handle = virtual_feeder_open(name);
    return *handle != NULL ? SANE_STATUS_GOOD : SANE_STATUS_INVAL;
}

void
sane_phieu_close(SANE_Handle handle)
{
    virtual_feeder_free(handle);
}

/* ---- options ---- */

const SANE_Option_Descriptor *
sane_phieu_get_option_descriptor(SANE_Handle handle, SANE_Int option)
{
    VirtualFeeder *feeder = handle;
    return option >= 0 && option < VIRTUAL_OPTIONS ? &feeder->options.descriptors[option] : NULL;
}

/* Values that are the pile's or a sensor's, not the frontend's. */
static void
get_value(const VirtualFeeder *feeder, VirtualOption option, void *value)
{
    if (option == VIRTUAL_OPTION_FIRST_SHEET)
        *(SANE_Int *)value = feeder->pile.top;
    else if (option == VIRTUAL_OPTION_PAGE_LOADED)
        *(SANE_Bool *)value = virtual_pile_is_loaded(&feeder->pile);
    else if (option == VIRTUAL_OPTION_COVER_OPEN)
        *(SANE_Bool *)value = feeder->cover_open;
    else if (option == VIRTUAL_OPTION_DOUBLE_FEED)
        *(SANE_Bool *)value = feeder->double_feed;
    else
        virtual_options_get(&feeder->options, option, value);
}

static SANE_Status
set_value(VirtualFeeder *feeder, VirtualOption option, void *value, SANE_Int *info)
{
    if (feeder->working)
        return SANE_STATUS_DEVICE_BUSY;
    SANE_Status status = virtual_options_set(&feeder->options, option, value, info);
    if (status == SANE_STATUS_GOOD && option == VIRTUAL_OPTION_FIRST_SHEET)
        virtual_pile_load(&feeder->pile, *(SANE_Int *)value);
    return status;
}

SANE_Status
sane_phieu_control_option(SANE_Handle handle, SANE_Int option, SANE_Action action, void *value,
                          SANE_Int *info)
{
    VirtualFeeder *feeder = handle;
    SANE_Int told = 0;
    SANE_Status status = SANE_STATUS_INVAL;
    virtual_feeder_settle(feeder);
    const SANE_Option_Descriptor *descriptor = sane_phieu_get_option_descriptor(handle, option);
    if (descriptor == NULL || descriptor->type == SANE_TYPE_GROUP ||
        !SANE_OPTION_IS_ACTIVE(descriptor->cap) || value == NULL)
        return SANE_STATUS_INVAL;
    if (action == SANE_ACTION_GET_VALUE) {
        get_value(feeder, (VirtualOption)option, value);
        status = SANE_STATUS_GOOD;
    } else if (action == SANE_ACTION_SET_VALUE && SANE_OPTION_IS_SETTABLE(descriptor->cap))
        status = set_value(feeder, (VirtualOption)option, value, &told);
    if (info != NULL)
        *info = told;
    return status;
}

/* ---- scanning ---- */

SANE_Status
sane_phieu_get_parameters(SANE_Handle handle, SANE_Parameters *parameters)
{
    VirtualFeeder *feeder = handle;
    virtual_feeder_settle(feeder);
    VirtualRequest request = virtual_options_request(&feeder->options, &feeder->script);
    *parameters = feeder->side > 0 ? feeder->frame.parameters : virtual_request_parameters(&request, 0);
    return SANE_STATUS_GOOD;
}

SANE_Status
sane_phieu_start(SANE_Handle handle)
{
    return virtual_feeder_start(handle);
}

SANE_Status
sane_phieu_read(SANE_Handle handle, SANE_Byte *data, SANE_Int most, SANE_Int *length)
{
    return virtual_feeder_read(handle, data, most, length);
}

void
sane_phieu_cancel(SANE_Handle handle)
{
    virtual_feeder_cancel(handle);
}

/* Reads wait. */
SANE_Status
sane_phieu_set_io_mode(G_GNUC_UNUSED SANE_Handle handle, SANE_Bool non_blocking)
{
    return non_blocking ? SANE_STATUS_UNSUPPORTED : SANE_STATUS_GOOD;
}

SANE_Status
sane_phieu_get_select_fd(G_GNUC_UNUSED SANE_Handle handle, G_GNUC_UNUSED SANE_Int *fd)
{
    return SANE_STATUS_UNSUPPORTED;
}

/* SANE's dll backend has words of its own and asks for none. */
SANE_String_Const
sane_phieu_strstatus(SANE_Status status)
{
    static const SANE_String_Const words[] = {"Success",
                                              "Operation not supported",
                                              "Operation was cancelled",
                                              "Device busy",
                                              "Invalid argument",
                                              "End of file reached",
                                              "Document feeder jammed",
                                              "Document feeder out of documents",
                                              "Scanner cover is open",
                                              "Error during device I/O",
                                              "Out of memory",
                                              "Access to resource has been denied"};
    return (guint)status < G_N_ELEMENTS(words) ? words[status] : "Unknown SANE status code";
}
