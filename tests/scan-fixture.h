/* A pile of filled sheets for the virtual feeder, a station that awaits them, and what the station must say
 * and hold of them in the end. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* What is printed on a sheet. */
typedef struct {
    char serial[16];
    int pages[2]; /* front and back; 0: nothing is printed there */
} ScanSheet;

/* Sheets in turn: a questionnaire of two pages, one of three: its first sheet, its second with a bare back.
 */
typedef struct {
    char *dir;          /* all else is in it */
    GArray *sheets;     /* of ScanSheet, in the order of the pile */
    GPtrArray *sides;   /* paths of their images, front and back in turn; NULL where nothing is printed */
    char *bare;         /* path of an image of blank paper */
    char *station;      /* an empty one, that has the forms and the sample list */
    gboolean one_sided; /* printed on fronts only */
} ScanPile;

/* Prints, fills and scans so many sheets, at 150 dpi. */
ScanPile *scan_pile_new(guint n_sheets);

/* The same pages, each on a sheet of its own; the pile that it is made of must outlive it. */
ScanPile *scan_pile_one_sided(const ScanPile *pile);
void scan_pile_free(ScanPile *pile);

/* A path in the pile's folder; the caller frees it. */
char *scan_pile_path(const ScanPile *pile, const char *name);

/* A new folder `name` that the virtual feeder feeds: the sheets whose positions in the pile, from 1, are in
 * `positions` (NULL: all), with `script` (NULL: none). Of a one-sided pile there are fronts only. */
char *scan_pile_folder(const ScanPile *pile, const char *name, const GArray *positions, const char *script);

/* A copy of the empty station. */
char *scan_pile_station(const ScanPile *pile, const char *name);

/* What the station holds, as people will export it: a line a value of a page that is held; by
 * serial, page and question. */
char *scan_station_held(const char *station);

typedef struct {
    guint held, doubled, refused; /* pages */
    guint wanted;                 /* pages of the pile that are held once */
    guint orphans;                /* whole files of the archive that no page names */
    guint unfinished;             /* files that were being written when the station was killed (.new) */
    guint torn;                   /* images that are not there, or not what their name says */
} ScanHoldings;

/* What the station holds of the pile. */
ScanHoldings scan_station_count(const ScanPile *pile, const char *station);

/* Sides of the first `n_sheets` that are printed on; whether the station holds all of them. */
guint scan_pile_printed(const ScanPile *pile, guint n_sheets);
gboolean scan_station_holds(const ScanPile *pile, const char *station, guint n_sheets);

/* The last line of what `phieu scan --json` prints, its end; NULL where there is none. */
json_t *scan_end_of(const char *output);

/* Of an end, or of what `phieu batch show --json` prints: the position in the pile of the sheet named as the
 * last held (0: none); those of the sheets to be fed again ("2,5"); and what a person feeds who does what the
 * program says ("4-": from there on; NULL: nothing), where sheets are `left` in the feeder or not. A name
 * that no sheet of the pile has fails the test. */
guint scan_last(const ScanPile *pile, const json_t *ledger);
char *scan_broken(const ScanPile *pile, const json_t *ledger);
char *scan_way_on(const ScanPile *pile, const json_t *ledger, gboolean left);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScanPile, scan_pile_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)
