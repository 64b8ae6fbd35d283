/* A device: found by what people call it, opened, and set for feeding sheets. Only for the device thread. */
#pragma once

#include <sane/sane.h>

#include "scanner-feeder.h"

/* How SANE names the virtual feeder that people name SCANNER_VIRTUAL. */
#define FEEDER_VIRTUAL_DRIVER "phieu:"

typedef struct {
    SANE_Handle handle; /* NULL: none is open */
    ScannerAbout about;
    gboolean began; /* sane_start() was called since it was opened or cancelled */
} FeederDevice;

/* Opens what `wanted` names: SANE's own name, or the only device with `wanted` in its name, vendor or model;
 * NULL: the only one there is. */
gboolean feeder_device_open(FeederDevice *device, const char *wanted, GError **error);

/* Sets it: source, mode, resolution, size; what keeps sheets from being lost, where the device has it; then
 * the options given. Fills `about`. */
gboolean feeder_device_set(FeederDevice *device, const ScannerSettings *settings, GError **error);

void feeder_device_close(FeederDevice *device);

/* The devices there are, opened one by one: of ScannerDevice*, owned. NULL where SANE itself fails. */
GPtrArray *feeder_device_list(GError **error);

void scanner_device_free(gpointer device);

/* Sensors that tell why the feeder stopped: -1 where there is none such. */
int feeder_device_sensor(const FeederDevice *device, const char *name);
