/* The only door to the station: its database, its image archive, its forms.
 *
 * A station is a directory (docs/station.md). One Store is used by one thread at a time; several processes
 * may open the same station (SQLite WAL). Every call that writes is one transaction: all of it holds, or
 * nothing. Files are written aside, synced and renamed before the row that names them is committed. */
#pragma once

#include "form-package.h"
#include "form-reading.h"
#include "form-sample.h"

#define STORE_ERROR (store_error_quark())

typedef enum {
    STORE_ERROR_INPUT, /* no station here, unknown batch, a form of the same version but other content … */
    STORE_ERROR_MACHINE, /* the disk or the database fails; nothing of the call was stored */
} StoreError;

GQuark store_error_quark(void);

/* The file that makes a folder a station. */
#define STORE_CONF "station.conf"

typedef struct Store Store;

/* Makes an empty station in `dir` (made where it is missing; must be empty or not there). */
gboolean store_create(const char *dir, GError **error);

/* Opens the station in `dir`, bringing an older schema up to date; a failed migration changes nothing. */
Store *store_open(const char *dir, GError **error);
void store_free(Store *store);

/* Whether a folder is the station's own: the station itself, or in one of the folders that it keeps its
 * things in (images/ …). A folder that people made in the station's is not. */
gboolean store_owns(const Store *store, const char *folder);

/* Copies a package and its files to forms/ and registers it. The same content again changes nothing and sets
 * `added` to FALSE; another content under the same code and version is STORE_ERROR_INPUT (raise the version).
 */
gboolean store_add_form(Store *store, const FormPackage *package, gboolean *added, GError **error);

/* Loads all forms of the station, by code, newest version of a code last. The caller owns the array (of
 * FormPackage*, owned). */
GPtrArray *store_load_forms(Store *store, GError **error);

/* How many they are. Forms are only ever added: while this stays, those loaded are all. */
gboolean store_count_forms(Store *store, guint *n_forms, GError **error);

typedef struct {
    guint added, same; /* rows new, rows that were there with the same values */
} StoreSampleResult;

/* Loads a sample list, all or nothing. A serial that is there with other values is STORE_ERROR_INPUT, each by
 * line. */
gboolean store_import_sample(Store *store, const FormSample *sample, StoreSampleResult *result,
                             GError **error);

typedef enum {
    STORE_PAGE_NEW,       /* stored */
    STORE_PAGE_SAME_FILE, /* this page of these very bytes is held already: nothing changed */
    STORE_PAGE_SAME_PAGE, /* this serial and page is held and says the same: nothing changed */
    STORE_PAGE_DOUBLED,   /* this serial and page is held and says something else: stored beside it, flag
                             `duplicate` */
    STORE_PAGE_REFUSED,   /* stored as refused; the first flag says why */
} StorePageResult;

/* A page image as it came. */
typedef struct {
    GBytes *bytes;       /* of the whole file */
    const char *sha256;  /* of the bytes, hex */
    const char *ending;  /* "jpg" … */
    const char *source;  /* where it came from, for people */
    const char *batch;   /* name; made when it is new */
    const char *scanner; /* that made it, cut after 100 characters; NULL or "": nobody said */
} StoreImage;

/* Whether page `index` of the image is held already, so that it need not be read. */
gboolean store_has_page(Store *store, const char *sha256, int index, gboolean *held, GError **error);

/* Archives the image and stores the page with its reading, in one transaction. docs/station.md (the life of a
 * page) says what each result means. A serial that the sample list (when there is one) does not name is
 * refused as unknown_serial, a form or page that the station has not, or a serial held for another form, as
 * wrong_form; these flags and `duplicate` are added to `reading`. `result` may be NULL. */
gboolean store_put_page(Store *store, const StoreImage *image, FormReading *reading, StorePageResult *result,
                        GError **error);

/* What a person says of one field of one page. The machine's reading stays as it is. */
typedef struct {
    const char *sha256; /* of the image … */
    int index;          /* … and which page of it */
    const char *field;
    FormFieldState state; /* answered, blank or multiple */
    const char *value;    /* an option's value, values joined by a space, the text; "" unless answered */
    const char *person;   /* who, 1 to 100 characters */
    const char *reason;   /* why, at most 1000 characters; may be "" */
    /* Told by store_decisions_each(), not asked by store_decision_add(): */
    const char *ending;  /* of the image */
    int page;            /* of the form */
    const char *serial;  /* of the questionnaire */
    const char *scanner; /* or NULL */
    const char *made;    /* ISO 8601, UTC */
} StoreDecision;

/* Adds a decision; earlier ones stay, the last one holds. STORE_ERROR_INPUT when it says nothing sensible, or
 * there is no such page, or no such field on it. */
gboolean store_decision_add(Store *store, const StoreDecision *decision, GError **error);

/* Returns FALSE with an error set to stop. It must not write to the store. */
typedef gboolean (*StoreDecisionVisit)(const StoreDecision *decision, gpointer data, GError **error);

/* Calls `each` for the decision that holds of every field decided, by page and field, of all pages or those
 * of one scanner. Texts live until `each` returns. */
gboolean store_decisions_each(Store *store, const char *scanner, StoreDecisionVisit each, gpointer data,
                              GError **error);

/* Path of an archived image: images/ab/cd/<sha256>.ending below the station. The caller frees it. */
char *store_image_path(const Store *store, const char *sha256, const char *ending);

typedef struct {
    char *reason; /* a flag's code */
    gint64 pages;
} StoreRefusal;

typedef struct {
    char *serial;
    char *form;    /* code, of the pages seen */
    GArray *pages; /* of int: page numbers missing */
} StoreMissing;

/* Where everything stands. */
typedef struct {
    gint64 expected;      /* questionnaires in the sample list */
    gint64 seen;          /* with at least one page */
    gint64 complete;      /* with all pages of their form */
    gint64 pages;         /* held and read */
    gint64 doubled;       /* pages held beside another of the same serial and page */
    gint64 refused;       /* pages, all reasons */
    gint64 fields;        /* read on pages held */
    gint64 to_review;     /* of them select fields `unsure` or `multiple` */
    gint64 to_key;        /* of them boxes a person must type */
    GPtrArray *refusals;  /* of StoreRefusal*, most pages first */
    GPtrArray *missing;   /* of StoreMissing*: questionnaires seen but incomplete, by serial; at most 1000 */
    gint64 missing_total; /* of them all */
    GPtrArray *doubles;   /* of char*: "serial/page", at most 1000 */
} StoreStatus;

StoreStatus *store_status(Store *store, GError **error);
void store_status_free(StoreStatus *status);

/* Batches with their page counts, oldest first. */
typedef struct {
    char *name;
    char *created;         /* ISO 8601, UTC */
    gint64 pages;          /* stored, the doubled and refused ones included */
    gint64 refused;        /* of them */
    gint64 questionnaires; /* that hold a page of this batch */
} StoreBatch;

GPtrArray *store_list_batches(Store *store, GError **error);

/* The state of a cell whose page is not held. */
#define STORE_STATE_MISSING_PAGE "missing_page"

/* One field of one questionnaire, as an export sees it. Strings live until the next call. */
typedef struct {
    const char *serial;
    const char *name;
    const char *value;
    const char *state;  /* of form_field_state_name(), or STORE_STATE_MISSING_PAGE */
    const char *source; /* "machine"; "" for a missing page */
    double confidence;
} StoreCell;

/* A questionnaire for export. */
typedef struct {
    const char *serial;
    const FormPackage *form; /* of those asked for: the version that it is a copy of */
    char *const *sample; /* values of the sample list in its column order, NULL-terminated, or NULL where the
                            list lacks the serial */
    const StoreCell *cells; /* one a question of `form` in form order, notes left out */
    guint n_cells;
} StoreQuestionnaire;

/* Returns FALSE with an error set to stop. It must not write to the store. */
typedef gboolean (*StoreVisit)(const StoreQuestionnaire *questionnaire, gpointer data, GError **error);

/* Calls `each` for every questionnaire seen of `forms` (of FormPackage*: the versions of one form), by
 * serial, restricted to `batches` (NULL-terminated; NULL for all): a questionnaire counts to every batch that
 * one of the pages it holds came in. The whole walk sees one state of the database. STORE_ERROR_INPUT for an
 * unknown batch. */
gboolean store_each_questionnaire(Store *store, const GPtrArray *forms, const char *const *batches,
                                  StoreVisit each, gpointer data, GError **error);

/* The sample list's columns as loaded, NULL-terminated; empty without a list. The caller g_strfreev()s it. */
char **store_sample_columns(Store *store, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStatus, store_status_free)
