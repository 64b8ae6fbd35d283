/* Taking a package's JSON apart: getters that check type and bounds, and say where in the file something is
 * wrong.
 *
 * Every getter returns FALSE once an error is set, so that a caller may chain them with &&. */
#pragma once

#include <jansson.h>

#include "form-package.h"

/* Where the reading stands: `where` is the path for messages ("pages[0].fields[3].options[1]"). */
typedef struct {
    const char *file;
    GString *where;
    GError **error;
} PackageJson;

/* Sets FORM_ERROR_INPUT "FILE: PATH: what", on one line of valid UTF-8 whatever the package holds. Returns
 * FALSE. */
gboolean package_json_fail(PackageJson *json, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Steps into `key` (index < 0) or `key[index]`. */
gsize package_json_enter(PackageJson *json, const char *key, int index);

/* Steps back, given what package_json_enter() returned, unless `result` is FALSE: then loading ends here.
 * Returns `result`. */
gboolean package_json_leave(PackageJson *json, gsize before, gboolean result);

gboolean package_json_number(PackageJson *json, json_t *object, const char *key, double min, double max,
                             double *number);
gboolean package_json_integer(PackageJson *json, json_t *object, const char *key, int min, int max,
                              int *number);

/* A string without control characters; where the key is not there and not `required`, *text stays as it was,
 * else it is replaced. */
gboolean package_json_string(PackageJson *json, json_t *object, const char *key, gboolean required,
                             char **text);

/* The same, with line breaks allowed. */
gboolean package_json_lines(PackageJson *json, json_t *object, const char *key, gboolean required,
                            char **text);

/* FALSE in *flag where the key is not there. */
gboolean package_json_boolean(PackageJson *json, json_t *object, const char *key, gboolean *flag);

/* An array of at most `max`, or NULL in *array where the key is not there. */
gboolean package_json_array(PackageJson *json, json_t *object, const char *key, gsize max, json_t **array);
gboolean package_json_type(PackageJson *json, json_t *object, FormType *type);

/* Text in languages: an object, or one plain string. */
gboolean package_json_text(PackageJson *json, json_t *object, const char *key, FormText *text);

/* Loads `questions` and brings them together with the fields of the pages, which are loaded already
 * (package-questions.c). */
gboolean package_load_questions(PackageJson *json, json_t *root, FormPackage *package);
