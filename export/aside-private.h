/* The files of an export: built in a folder of their own, and moved into place together. */
#pragma once

#include <glib.h>

typedef struct {
    char *dir;    /* where they go, absolute */
    char *folder; /* where they are built; removed by export_aside_clear() */
    gboolean exists, inside;
    guint mode; /* of `dir`, where it exists */
} ExportAside;

/* Makes the folder to build in: beside `dir` where that can be, else in it. Nothing of `dir` changes. */
gboolean export_aside_init(ExportAside *aside, const char *dir, GError **error);

/* Moves `names` (NULL-terminated), all of them built, to `dir`. Where `dir` is new, empty or holds nothing
 * but these files, all of them change in one step; else one after the other. */
gboolean export_aside_place(ExportAside *aside, const char *const *names, GError **error);
void export_aside_clear(ExportAside *aside);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExportAside, export_aside_clear)
