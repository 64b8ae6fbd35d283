/* SANE's options of a virtual feeder. */
#pragma once

#include "frame-private.h"
#include "script-private.h"

typedef enum {
    VIRTUAL_OPTION_COUNT,
    VIRTUAL_OPTION_SCAN_GROUP,
    VIRTUAL_OPTION_SOURCE,
    VIRTUAL_OPTION_MODE,
    VIRTUAL_OPTION_DEPTH,
    VIRTUAL_OPTION_RESOLUTION,
    VIRTUAL_OPTION_GEOMETRY_GROUP,
    VIRTUAL_OPTION_PAGE_WIDTH,
    VIRTUAL_OPTION_PAGE_HEIGHT,
    VIRTUAL_OPTION_TL_X,
    VIRTUAL_OPTION_TL_Y,
    VIRTUAL_OPTION_BR_X,
    VIRTUAL_OPTION_BR_Y,
    VIRTUAL_OPTION_FEEDER_GROUP,
    VIRTUAL_OPTION_FIRST_SHEET,
    VIRTUAL_OPTION_DF_ACTION,
    VIRTUAL_OPTION_SENSORS_GROUP,
    VIRTUAL_OPTION_PAGE_LOADED,
    VIRTUAL_OPTION_COVER_OPEN,
    VIRTUAL_OPTION_DOUBLE_FEED,
    VIRTUAL_OPTIONS,
} VirtualOption;

typedef enum {
    VIRTUAL_FRONTS,
    VIRTUAL_BACKS,
    VIRTUAL_DUPLEX,
} VirtualSource;

typedef enum {
    VIRTUAL_DF_DEFAULT,
    VIRTUAL_DF_CONTINUE,
    VIRTUAL_DF_STOP,
} VirtualDfAction;

/* A number's option: its value, and its range, which the descriptor points at. */
typedef struct {
    SANE_Word value;
    SANE_Range range;
} VirtualNumber;

typedef struct {
    SANE_Option_Descriptor descriptors[VIRTUAL_OPTIONS];
    VirtualNumber numbers[VIRTUAL_OPTIONS]; /* of the numeric options alone */
    VirtualSource source;
    VirtualMode mode;
    VirtualDfAction df_action;
} VirtualOptions;

/* Descriptors and values as the device has them at first: duplex if it can, gray, 8 bits, and the window and
 * resolution of `image`, the first of the pile (NULL: A4, 300 dpi). Points into `options` itself. */
void virtual_options_init(VirtualOptions *options, const VirtualScript *script, const VirtualImage *image,
                          int n_sheets);

/* Sets an option as SANE has it: numbers are brought into their range (SANE_INFO_INEXACT), words must be in
 * their list. */
SANE_Status virtual_options_set(VirtualOptions *options, VirtualOption option, void *value, SANE_Int *info);

/* Gets the value of an option that is no sensor. */
void virtual_options_get(const VirtualOptions *options, VirtualOption option, void *value);

/* What is asked of the next frame. */
VirtualRequest virtual_options_request(const VirtualOptions *options, const VirtualScript *script);
