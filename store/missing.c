#include "missing-private.h"

void
store_missing_free(gpointer data)
{
    StoreMissing *missing = data;

    g_free(missing->serial);
    g_free(missing->form);
    g_array_unref(missing->pages);
    g_free(missing);
}

/* The row has the number of pages of the form, and the list of those held: ",1,3,". */
StoreMissing *
store_missing_read(StoreQuery *row)
{
    StoreMissing *missing = g_new0(StoreMissing, 1);
    const char *held = store_column(row, 3);

    missing->serial = g_strdup(store_column(row, 0));
    missing->form = g_strdup(store_column(row, 1));
    missing->pages = g_array_new(FALSE, FALSE, sizeof(int));
    for (int page = 1; page <= sqlite3_column_int(row, 2); page++) {
        g_autofree char *mark = g_strdup_printf(",%d,", page);
        if (g_strstr_len(held, -1, mark) == NULL)
            g_array_append_val(missing->pages, page);
    }
    return missing;
}
