/* The same work on many items by several threads. */
#pragma once

#include <glib.h>

typedef struct {
    guint items, threads;
    gpointer data; /* shared by all threads */
    /* A thread's own means (a printer, a reader); NULL with an error set ends the whole run. Called in the
     * thread. */
    gpointer (*begin)(gpointer data, GError **error);
    void (*end)(gpointer means);
    /* One item; FALSE with an error set ends the whole run. */
    gboolean (*work)(guint item, gpointer means, gpointer data, GError **error);
    /* Called in the caller's thread now and then; or NULL. */
    void (*progress)(guint done, gpointer progress_data);
    gpointer progress_data;
} Parallel;

/* Runs until all items are done, one fails (its error is returned) or an interrupt is asked for. */
gboolean parallel_run(const Parallel *parallel, GError **error);
