#include "options-private.h"

#include <sane/saneopts.h>
#include <string.h>

#define WORD_BYTES ((SANE_Int)sizeof(SANE_Word))

static const SANE_String_Const sources[] = {"ADF Front", "ADF Back", "ADF Duplex", NULL};
static const SANE_String_Const simplex_sources[] = {"ADF Front", NULL};
static const SANE_String_Const modes[] = {SANE_VALUE_SCAN_MODE_LINEART, SANE_VALUE_SCAN_MODE_GRAY,
                                          SANE_VALUE_SCAN_MODE_COLOR, NULL};
static const SANE_String_Const df_actions[] = {"Default", "Continue", "Stop", NULL};
static const SANE_Word depths[] = {2, 8, 16};

/* Titles and explanations; names are SANE's, or those that drivers of document scanners have in common. */
static const struct {
    SANE_String_Const name, title, desc;
    SANE_Value_Type type;
    SANE_Unit unit;
} texts[VIRTUAL_OPTIONS] = {
    [VIRTUAL_OPTION_COUNT] = {SANE_NAME_NUM_OPTIONS, SANE_TITLE_NUM_OPTIONS, SANE_DESC_NUM_OPTIONS,
                              SANE_TYPE_INT, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_SCAN_GROUP] = {"", "Scan", "", SANE_TYPE_GROUP, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_SOURCE] = {SANE_NAME_SCAN_SOURCE, SANE_TITLE_SCAN_SOURCE, SANE_DESC_SCAN_SOURCE,
                               SANE_TYPE_STRING, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_MODE] = {SANE_NAME_SCAN_MODE, SANE_TITLE_SCAN_MODE, SANE_DESC_SCAN_MODE, SANE_TYPE_STRING,
                             SANE_UNIT_NONE},
    [VIRTUAL_OPTION_DEPTH] = {SANE_NAME_BIT_DEPTH, SANE_TITLE_BIT_DEPTH, SANE_DESC_BIT_DEPTH, SANE_TYPE_INT,
                              SANE_UNIT_BIT},
    [VIRTUAL_OPTION_RESOLUTION] = {SANE_NAME_SCAN_RESOLUTION, SANE_TITLE_SCAN_RESOLUTION,
                                   SANE_DESC_SCAN_RESOLUTION, SANE_TYPE_INT, SANE_UNIT_DPI},
    [VIRTUAL_OPTION_GEOMETRY_GROUP] = {"", "Geometry", "", SANE_TYPE_GROUP, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_PAGE_WIDTH] = {SANE_NAME_PAGE_WIDTH, SANE_TITLE_PAGE_WIDTH, SANE_DESC_PAGE_WIDTH,
                                   SANE_TYPE_FIXED, SANE_UNIT_MM},
    [VIRTUAL_OPTION_PAGE_HEIGHT] = {SANE_NAME_PAGE_HEIGHT, SANE_TITLE_PAGE_HEIGHT, SANE_DESC_PAGE_HEIGHT,
                                    SANE_TYPE_FIXED, SANE_UNIT_MM},
    [VIRTUAL_OPTION_TL_X] = {SANE_NAME_SCAN_TL_X, SANE_TITLE_SCAN_TL_X, SANE_DESC_SCAN_TL_X, SANE_TYPE_FIXED,
                             SANE_UNIT_MM},
    [VIRTUAL_OPTION_TL_Y] = {SANE_NAME_SCAN_TL_Y, SANE_TITLE_SCAN_TL_Y, SANE_DESC_SCAN_TL_Y, SANE_TYPE_FIXED,
                             SANE_UNIT_MM},
    [VIRTUAL_OPTION_BR_X] = {SANE_NAME_SCAN_BR_X, SANE_TITLE_SCAN_BR_X, SANE_DESC_SCAN_BR_X, SANE_TYPE_FIXED,
                             SANE_UNIT_MM},
    [VIRTUAL_OPTION_BR_Y] = {SANE_NAME_SCAN_BR_Y, SANE_TITLE_SCAN_BR_Y, SANE_DESC_SCAN_BR_Y, SANE_TYPE_FIXED,
                             SANE_UNIT_MM},
    [VIRTUAL_OPTION_FEEDER_GROUP] = {"", "Feeder", "", SANE_TYPE_GROUP, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_FIRST_SHEET] =
        {"first-sheet", "First sheet",
         "The sheet on top of the pile. Setting it loads the pile from that sheet on.", SANE_TYPE_INT,
         SANE_UNIT_NONE},
    [VIRTUAL_OPTION_DF_ACTION] = {"df-action", "Action on double feed",
                                  "What follows when two sheets are pulled as one.", SANE_TYPE_STRING,
                                  SANE_UNIT_NONE},
    [VIRTUAL_OPTION_SENSORS_GROUP] = {"", "Sensors", "", SANE_TYPE_GROUP, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_PAGE_LOADED] = {SANE_NAME_PAGE_LOADED, SANE_TITLE_PAGE_LOADED, SANE_DESC_PAGE_LOADED,
                                    SANE_TYPE_BOOL, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_COVER_OPEN] = {SANE_NAME_COVER_OPEN, SANE_TITLE_COVER_OPEN, SANE_DESC_COVER_OPEN,
                                   SANE_TYPE_BOOL, SANE_UNIT_NONE},
    [VIRTUAL_OPTION_DOUBLE_FEED] = {"double-feed", "Double feed", "Two sheets were pulled as one.",
                                    SANE_TYPE_BOOL, SANE_UNIT_NONE},
};

/* ---- descriptors ---- */

static SANE_Int
longest(const SANE_String_Const *words)
{
    gsize size = 0;
    for (; *words != NULL; words++)
        size = MAX(size, strlen(*words) + 1);
    return (SANE_Int)size;
}

static void
describe_words(VirtualOptions *options, VirtualOption option, const SANE_String_Const *words)
{
    SANE_Option_Descriptor *descriptor = &options->descriptors[option];
    descriptor->constraint_type = SANE_CONSTRAINT_STRING_LIST;
    descriptor->constraint.string_list = words;
    descriptor->size = longest(words);
}

static void
describe_number(VirtualOptions *options, VirtualOption option, SANE_Word least, SANE_Word most,
                SANE_Word value)
{
    VirtualNumber *number = &options->numbers[option];
    number->range.min = least;
    number->range.max = most;
    number->value = CLAMP(value, least, most);
    options->descriptors[option].constraint_type = SANE_CONSTRAINT_RANGE;
    options->descriptors[option].constraint.range = &number->range;
}

static void
describe_all(VirtualOptions *options, const VirtualScript *script)
{
    for (int i = 0; i < VIRTUAL_OPTIONS; i++) {
        SANE_Option_Descriptor *descriptor = &options->descriptors[i];
        descriptor->name = texts[i].name;
        descriptor->title = texts[i].title;
        descriptor->desc = texts[i].desc;
        descriptor->type = texts[i].type;
        descriptor->unit = texts[i].unit;
        descriptor->size = texts[i].type == SANE_TYPE_GROUP ? 0 : WORD_BYTES;
        gboolean is_sensor = i >= VIRTUAL_OPTION_PAGE_LOADED, is_group = texts[i].type == SANE_TYPE_GROUP;
        descriptor->cap = is_group                    ? 0
                          : i == VIRTUAL_OPTION_COUNT ? SANE_CAP_SOFT_DETECT
                          : is_sensor                 ? SANE_CAP_SOFT_DETECT | SANE_CAP_HARD_SELECT
                                                      : SANE_CAP_SOFT_DETECT | SANE_CAP_SOFT_SELECT;
        if (!script->sensors && (is_sensor || i == VIRTUAL_OPTION_DF_ACTION))
            descriptor->cap |= SANE_CAP_INACTIVE;
    }
}

/* Edges lie on the page; a page that shrinks takes them along. */
static void
bound_edge(VirtualOptions *options, VirtualOption edge, VirtualOption page)
{
    VirtualNumber *number = &options->numbers[edge];
    number->range.max = options->numbers[page].value;
    number->value = MIN(number->value, number->range.max);
}

static void
bound_window(VirtualOptions *options)
{
    bound_edge(options, VIRTUAL_OPTION_TL_X, VIRTUAL_OPTION_PAGE_WIDTH);
    bound_edge(options, VIRTUAL_OPTION_BR_X, VIRTUAL_OPTION_PAGE_WIDTH);
    bound_edge(options, VIRTUAL_OPTION_TL_Y, VIRTUAL_OPTION_PAGE_HEIGHT);
    bound_edge(options, VIRTUAL_OPTION_BR_Y, VIRTUAL_OPTION_PAGE_HEIGHT);
}

static void
describe_window(VirtualOptions *options, double width_mm, double height_mm)
{
    SANE_Fixed width = SANE_FIX(MIN(width_mm, VIRTUAL_MAX_WIDTH_MM));
    SANE_Fixed height = SANE_FIX(MIN(height_mm, VIRTUAL_MAX_HEIGHT_MM));
    describe_number(options, VIRTUAL_OPTION_PAGE_WIDTH, SANE_FIX(1), SANE_FIX(VIRTUAL_MAX_WIDTH_MM), width);
    describe_number(options, VIRTUAL_OPTION_PAGE_HEIGHT, SANE_FIX(1), SANE_FIX(VIRTUAL_MAX_HEIGHT_MM),
                    height);
    describe_number(options, VIRTUAL_OPTION_TL_X, 0, width, 0);
    describe_number(options, VIRTUAL_OPTION_TL_Y, 0, height, 0);
    describe_number(options, VIRTUAL_OPTION_BR_X, 0, width, width);
    describe_number(options, VIRTUAL_OPTION_BR_Y, 0, height, height);
}

void
virtual_options_init(VirtualOptions *options, const VirtualScript *script, const VirtualImage *image,
                     int n_sheets)
{
    *options =
        (VirtualOptions){.source = script->duplex ? VIRTUAL_DUPLEX : VIRTUAL_FRONTS, .mode = VIRTUAL_GRAY};
    describe_all(options, script);
    describe_words(options, VIRTUAL_OPTION_SOURCE, script->duplex ? sources : simplex_sources);
    describe_words(options, VIRTUAL_OPTION_MODE, modes);
    describe_words(options, VIRTUAL_OPTION_DF_ACTION, df_actions);
    describe_number(options, VIRTUAL_OPTION_DEPTH, 8, 16, 8);
    options->descriptors[VIRTUAL_OPTION_DEPTH].constraint_type = SANE_CONSTRAINT_WORD_LIST;
    options->descriptors[VIRTUAL_OPTION_DEPTH].constraint.word_list = depths;
    describe_number(options, VIRTUAL_OPTION_RESOLUTION, VIRTUAL_MIN_DPI, VIRTUAL_MAX_DPI,
                    image != NULL ? image->dpi_x : 300);
    describe_number(options, VIRTUAL_OPTION_FIRST_SHEET, 1, n_sheets + 1, 1);
    if (image == NULL)
        describe_window(options, 210, 297);
    else
        describe_window(options, image->width_px * VIRTUAL_MM_PER_INCH / image->dpi_x,
                        image->height_px * VIRTUAL_MM_PER_INCH / image->dpi_y);
}

/* ---- values ---- */

static gboolean
find_word(const SANE_String_Const *words, const char *wanted, int *found)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], wanted) == 0) {
            *found = i;
            return TRUE;
        }
    return FALSE;
}

static SANE_Status
set_word(VirtualOptions *options, VirtualOption option, const char *value, SANE_Int *info)
{
    int found;
    if (!find_word(options->descriptors[option].constraint.string_list, value, &found))
        return SANE_STATUS_INVAL;
    if (option == VIRTUAL_OPTION_SOURCE)
        options->source = found;
    else if (option == VIRTUAL_OPTION_DF_ACTION)
        options->df_action = found;
    else {
        options->mode = found;
        SANE_Int *cap = &options->descriptors[VIRTUAL_OPTION_DEPTH].cap;
        *cap = options->mode == VIRTUAL_LINEART ? *cap | SANE_CAP_INACTIVE : *cap & ~SANE_CAP_INACTIVE;
        *info |= SANE_INFO_RELOAD_OPTIONS | SANE_INFO_RELOAD_PARAMS;
    }
    return SANE_STATUS_GOOD;
}

static void
set_number(VirtualOptions *options, VirtualOption option, SANE_Word *value, SANE_Int *info)
{
    VirtualNumber *number = &options->numbers[option];
    SANE_Word wanted = *value;
    number->value = CLAMP(wanted, number->range.min, number->range.max);
    if (option == VIRTUAL_OPTION_DEPTH)
        number->value = wanted < 12 ? 8 : 16;
    if (number->value != wanted)
        *info |= SANE_INFO_INEXACT;
    *value = number->value;
    if (option == VIRTUAL_OPTION_PAGE_WIDTH || option == VIRTUAL_OPTION_PAGE_HEIGHT) {
        bound_window(options);
        *info |= SANE_INFO_RELOAD_OPTIONS;
    }
    /* page-loaded follows the pile */
    *info |= option == VIRTUAL_OPTION_FIRST_SHEET ? SANE_INFO_RELOAD_OPTIONS : SANE_INFO_RELOAD_PARAMS;
}

SANE_Status
virtual_options_set(VirtualOptions *options, VirtualOption option, void *value, SANE_Int *info)
{
    if (options->descriptors[option].type == SANE_TYPE_STRING)
        return set_word(options, option, value, info);
    set_number(options, option, value, info);
    return SANE_STATUS_GOOD;
}

void
virtual_options_get(const VirtualOptions *options, VirtualOption option, void *value)
{
    const SANE_Option_Descriptor *descriptor = &options->descriptors[option];
    if (option == VIRTUAL_OPTION_COUNT)
        *(SANE_Word *)value = VIRTUAL_OPTIONS;
    else if (option == VIRTUAL_OPTION_SOURCE)
        g_strlcpy(value, sources[options->source], (gsize)descriptor->size);
    else if (option == VIRTUAL_OPTION_MODE)
        g_strlcpy(value, modes[options->mode], (gsize)descriptor->size);
    else if (option == VIRTUAL_OPTION_DF_ACTION)
        g_strlcpy(value, df_actions[options->df_action], (gsize)descriptor->size);
    else
        *(SANE_Word *)value = options->numbers[option].value;
}

VirtualRequest
virtual_options_request(const VirtualOptions *options, const VirtualScript *script)
{
    return (VirtualRequest){.mode = options->mode,
                            .depth = options->numbers[VIRTUAL_OPTION_DEPTH].value,
                            .dpi = options->numbers[VIRTUAL_OPTION_RESOLUTION].value,
                            .tl_x = options->numbers[VIRTUAL_OPTION_TL_X].value,
                            .tl_y = options->numbers[VIRTUAL_OPTION_TL_Y].value,
                            .br_x = options->numbers[VIRTUAL_OPTION_BR_X].value,
                            .br_y = options->numbers[VIRTUAL_OPTION_BR_Y].value,
                            .three_pass = script->three_pass,
                            .unknown_height = script->unknown_height,
                            .row_padding = script->row_padding};
}
