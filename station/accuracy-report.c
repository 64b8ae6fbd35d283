#include "accuracy-report-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>

#include "calibration-reliability.h"
#include "text-table-private.h"

double
accuracy_share(guint64 part, guint64 whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void
set_share(json_t *object, const char *key, double value)
{
    g_autofree char *rounded = g_strdup_printf("%.6g", value);
    json_object_set_new(object, key, json_real(g_ascii_strtod(rounded, NULL)));
}

void
accuracy_report_json(const AccuracySubject *subject, const AccuracyResult *result)
{
    const guint64 *count = result->tally.count;
    json_t *object = accuracy_tally_to_json(&result->tally);
    json_object_set_new(object, "population", json_string(subject->population->name));
    json_object_set_new(object, "seed", json_integer(subject->seed));
    json_object_set_new(object, "form", json_string(subject->package->code));
    json_object_set_new(object, "version", json_integer(subject->package->version));
    json_object_set_new(object, "profile", json_string(calibration_profile_name(subject->profile)));
    json_object_set_new(object, "fingerprint",
                        json_string(calibration_profile_fingerprint(subject->profile)));
    json_object_set_new(object, "questionnaires", json_integer(result->questionnaires));
    set_share(object, "silent_error_bound_95",
              calibration_upper_bound(count[ACCURACY_SILENT_ERRORS], count[ACCURACY_POSITIONS]));
    set_share(object, "handed_over_share",
              accuracy_share(count[ACCURACY_FIELDS_HANDED_OVER], count[ACCURACY_FIELDS]));
    set_share(object, "handed_over_or_refused_share",
              accuracy_share(count[ACCURACY_FIELDS_HANDED_OVER] + count[ACCURACY_FIELDS_REFUSED],
                             count[ACCURACY_FIELDS] + count[ACCURACY_FIELDS_REFUSED]));
    set_share(object, "refused_share", accuracy_share(count[ACCURACY_PAGES_REFUSED], count[ACCURACY_PAGES]));
    set_share(object, "seconds", result->seconds);
    set_share(object, "pages_per_s",
              result->seconds > 0 ? (double)count[ACCURACY_PAGES] / result->seconds : 0);
    char *text = json_dumps(object, JSON_REAL_PRECISION(8));
    puts(text);
    free(text);
    json_decref(object);
}

static void
add_count(TextTable *table, const char *what, guint64 count)
{
    text_table_add(table, what);
    text_table_add_number(table, (gint64)count);
    text_table_add(table, "");
}

static void
add_share(TextTable *table, const char *what, guint64 count, guint64 whole)
{
    text_table_add(table, what);
    text_table_add_number(table, (gint64)count);
    text_table_add_format(table, "%.3f%%", 100 * accuracy_share(count, whole));
}

static void
add_bound(TextTable *table, const char *what, guint64 errors, guint64 n)
{
    double bound = calibration_upper_bound(errors, n);
    text_table_add(table, what);
    text_table_add_number(table, (gint64)errors);
    text_table_add_format(table, _("with 95%% confidence at most 1 in %.0f"), floor(1 / bound));
}

void
accuracy_report_counts(const guint64 *count)
{
    g_autoptr(TextTable) table = text_table_new("lrl");
    add_count(table, _("answer positions read"), count[ACCURACY_POSITIONS]);
    add_bound(table, _("silent errors"), count[ACCURACY_SILENT_ERRORS], count[ACCURACY_POSITIONS]);
    add_count(table, _("fields to mark, read"), count[ACCURACY_FIELDS]);
    add_share(table, _("handed to a person"), count[ACCURACY_FIELDS_HANDED_OVER], count[ACCURACY_FIELDS]);
    add_share(table, _("silently wrong"), count[ACCURACY_FIELDS_WRONG], count[ACCURACY_FIELDS]);
    add_count(table, _("pages"), count[ACCURACY_PAGES]);
    add_share(table, _("refused"), count[ACCURACY_PAGES_REFUSED], count[ACCURACY_PAGES]);
    add_share(table, _("taken for another page"), count[ACCURACY_PAGES_MISTAKEN], count[ACCURACY_PAGES]);
    add_count(table, _("writing boxes"), count[ACCURACY_BOXES]);
    add_share(table, _("to be typed by a person"), count[ACCURACY_BOXES_TO_KEY], count[ACCURACY_BOXES]);
    add_share(table, _("empty, and asked nevertheless"), count[ACCURACY_BOXES_EMPTY_ASKED],
              count[ACCURACY_BOXES_EMPTY]);
    add_share(table, _("silently wrong"), count[ACCURACY_SILENT_BOX_ERRORS], count[ACCURACY_BOXES]);
    text_table_print(table, 2);
}

void
accuracy_report_tables(const AccuracyTally *tally)
{
    static const struct {
        const char *title, *head;
        gsize table;
    } tables[] = {
        {N_("What stood at the positions, and how it was read:"), N_("mark"),
         G_STRUCT_OFFSET(AccuracyTally, kinds)},
        {N_("Why fields were handed over, by what was truly in them:"), N_("reason"),
         G_STRUCT_OFFSET(AccuracyTally, reasons)},
        {N_("By scan:"), N_("scan"), G_STRUCT_OFFSET(AccuracyTally, scans)},
        {N_("By what befell the page:"), N_("damage"), G_STRUCT_OFFSET(AccuracyTally, damages)},
        {N_("Why pages were refused:"), N_("reason"), G_STRUCT_OFFSET(AccuracyTally, refusals)},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        const Crosstab *table = G_STRUCT_MEMBER(Crosstab *, tally, tables[i].table);
        if (crosstab_is_empty(table))
            continue;
        printf("\n%s\n", _(tables[i].title));
        crosstab_print(table, _(tables[i].head));
    }
}

void
accuracy_report_text(const AccuracySubject *subject, const AccuracyResult *result)
{
    guint64 pages = result->tally.count[ACCURACY_PAGES];
    printf(_("Population %s, seed %u, form %s version %d, profile %s:\n"), subject->population->name,
           subject->seed, subject->package->code, subject->package->version,
           calibration_profile_name(subject->profile));
    accuracy_report_counts(result->tally.count);
    accuracy_report_tables(&result->tally);
    printf("\n");
    printf(_("Simulated and read: %.1f pages/s, %.0f s\n"),
           result->seconds > 0 ? (double)pages / result->seconds : 0, result->seconds);
    if (result->ended_early)
        printf("%s\n", _("Ended before the wanted number of positions: too many pages were refused."));
}
