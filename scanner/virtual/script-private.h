/* The script of a virtual feeder, feeder.conf in its folder: what the device is, and which faults happen
 * where. docs/virtual-feeder.md tells people what each key does. */
#pragma once

#include <glib.h>
#include <sane/sane.h>

#define VIRTUAL_SCRIPT_NAME "feeder.conf"
#define VIRTUAL_STATE_NAME  "feeder.state"

typedef enum {
    VIRTUAL_STATUS, /* a SANE status other than GOOD */
    VIRTUAL_LENGTH_UNSET,
    VIRTUAL_LENGTH_MINUS,
    VIRTUAL_LENGTH_ZERO,
    VIRTUAL_HANG,
    VIRTUAL_HANG_UNTIL_CANCEL,
    VIRTUAL_CRASH,
    VIRTUAL_EXIT,
    VIRTUAL_SHORT,
    VIRTUAL_FLAT_TAIL,
    VIRTUAL_GARBAGE,
    VIRTUAL_LOST_BEHIND,
    VIRTUAL_MULTI_PICK,
} VirtualWhat;

/* Where in a side a fault strikes: in sane_start(), or once that part of the side has been read. */
typedef struct {
    gboolean start;
    gboolean last_row;
    double part; /* 0 … 1, of the rows */
} VirtualPlace;

typedef struct {
    char *name;
    int side;  /* of the whole pile, from 1; 0: the first side fed of `sheet` */
    int sheet; /* from 1 */
    VirtualPlace at;
    VirtualWhat what;
    SANE_Status status; /* GOOD: a multi-pick that nothing notices */
    int times;          /* reads of a wrong length; 0: until a cancel */
    int sheets;         /* pulled as one */
    int sides;          /* lost behind */
    gboolean always;
    gboolean happened; /* before, in this process or another */
    guint feed;        /* the feed in which it happened last; 0: none */
} VirtualFault;

typedef struct {
    gboolean duplex, upside_down_backs, unknown_height, three_pass, sensors, end_in_read;
    double sheets_per_minute; /* 0: as fast as asked */
    int row_padding;          /* bytes */
    int capacity;             /* sheets, 0: the whole pile */
    int printed_sides;        /* images a sheet: 1 or 2 */
    char *model;
    char *state_path;
    GPtrArray *faults; /* of VirtualFault */
} VirtualScript;

/* Reads the script of the folder `dir` and which of its faults have happened; a folder without one has a
 * plain duplex feeder without faults. FALSE when a key or a value is wrong; `error` names it. `script` is
 * cleared by the caller in any case. */
gboolean virtual_script_read(VirtualScript *script, const char *dir, GError **error);
void virtual_script_clear(VirtualScript *script);

/* The fault that comes next in a side: one at the start when `start`, else the one nearest to the side's
 * first row; NULL for none. `first` tells that the side is the first that is fed of its sheet, `feed` counts
 * the sides fed: a fault happens once in each. */
VirtualFault *virtual_script_fault(const VirtualScript *script, int side, gboolean first, gboolean start,
                                   guint feed);

/* Notes that a fault has happened, for this process and those to come; to be called before it is let loose.
 */
void virtual_script_happened(const VirtualScript *script, VirtualFault *fault, guint feed);
