#include "feeder-child-private.h"
#include "feeder-device-private.h"

static char *
text_of(const FeederMessage *message, const char *fact)
{
    char *text = feeder_message_text(message, fact);
    return text ? text : g_strdup("");
}

static ScannerDevice *
unpack_device(const FeederMessage *message)
{
    ScannerDevice *device = g_new0(ScannerDevice, 1);
    GVariant *dpi = g_variant_dict_lookup_value(message->facts, "dpi", G_VARIANT_TYPE("ad"));

    device->name = text_of(message, "name");
    device->vendor = text_of(message, "vendor");
    device->model = text_of(message, "model");
    device->type = text_of(message, "type");
    device->trouble = feeder_message_text(message, "trouble");
    device->sources = feeder_message_texts(message, "sources");
    device->modes = feeder_message_texts(message, "modes");
    device->sensors = feeder_message_texts(message, "sensors");
    device->any_dpi = feeder_message_number(message, "any_dpi") != 0;
    device->width_mm = feeder_message_real(message, "width_mm");
    device->height_mm = feeder_message_real(message, "height_mm");
    device->dpi = g_array_new(FALSE, FALSE, sizeof(double));
    if (dpi) {
        gsize n;
        const double *values = g_variant_get_fixed_array(dpi, &n, sizeof(double));
        g_array_append_vals(device->dpi, values, (guint)n);
        g_variant_unref(dpi);
    }
    return device;
}

GPtrArray *
scanner_devices_new(void)
{
    return g_ptr_array_new_with_free_func(scanner_device_free);
}

gboolean
scanner_list_devices(const ScannerFeederOptions *options, GPtrArray *devices, GError **error)
{
    FeederChild child = FEEDER_CHILD_NONE;
    if (!feeder_child_spawn(&child, options, error))
        return FALSE;
    feeder_send(child.socket, "list", NULL, -1);
    g_autoptr(FeederMessage) message = NULL;
    while ((message = feeder_child_await(&child, options, error)) && !feeder_message_is(message, "listed")) {
        if (feeder_message_is(message, "device"))
            g_ptr_array_add(devices, unpack_device(message));
        g_clear_pointer(&message, feeder_message_free);
    }
    feeder_child_end(&child, FALSE);
    return message != NULL;
}
