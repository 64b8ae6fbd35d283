/* One page: made, read, and told about. */
#include "accuracy-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"

AccuracyMeans *
accuracy_means_new(const AccuracySubject *subject, GError **error)
{
    FormPrinter *printer = form_printer_new(subject->package, error);
    if (!printer)
        return NULL;
    AccuracyMeans *means = g_new0(AccuracyMeans, 1);
    means->printer = printer;
    means->reader = omr_reader_new(subject->forms, subject->profile);
    means->positions = g_array_new(FALSE, TRUE, sizeof(OmrPosition));
    return means;
}

void
accuracy_means_free(AccuracyMeans *means)
{
    if (!means)
        return;
    form_printer_free(means->printer);
    omr_reader_free(means->reader);
    g_array_unref(means->positions);
    g_free(means);
}

gboolean
accuracy_page_make(const AccuracySubject *subject, AccuracyMeans *means, guint questionnaire, int page,
                   AccuracyPage *made, GError **error)
{
    const FormPackage *package = subject->package;
    const FormPage *sheet = form_package_page(package, page);
    *made = (AccuracyPage){.id = {.version = package->version, .page = page}};
    g_strlcpy(made->id.code, package->code, sizeof made->id.code);
    g_snprintf(made->id.serial, sizeof made->id.serial, "%07u", questionnaire + 1);

    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(package, subject->population->habits, subject->seed, made->id.serial);
    g_autoptr(GRand) random = calibration_random(subject->seed, made->id.serial, page, "accuracy sheet");
    made->scan = accuracy_scan_of(subject, questionnaire, page, respondent);
    made->darkness = calibration_respondent_darkness(respondent);
    made->truth = accuracy_truth_of_respondent(respondent, sheet);
    made->pix = calibration_simulate(means->printer, &made->id, respondent, &made->scan, random);
    if (!made->pix) {
        g_set_error_literal(error, STATION_ERROR, STATION_ERROR_MACHINE,
                            _("out of memory while simulating a scan"));
        return FALSE;
    }
    /* A form with no QR has pages that only the one who scans knows. */
    OmrInput input = {.pix = made->pix,
                      .dpi_x = made->scan.dpi,
                      .dpi_y = made->scan.dpi,
                      .image = made->id.serial,
                      .page = sheet->qr->len ? 0 : page,
                      .positions = means->positions};
    made->reading = omr_reader_read(means->reader, &input);
    made->positions = means->positions;
    return TRUE;
}

void
accuracy_page_clear(AccuracyPage *page)
{
    g_clear_pointer(&page->truth, accuracy_truth_free);
    g_clear_pointer(&page->reading, form_reading_free);
    pixDestroy(&page->pix);
}

static void
set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, text ? json_string(text) : json_null());
}

static json_t *
describe_position(const AccuracyTruthField *field, guint option, const FormFieldReading *read)
{
    json_t *object = json_object();
    set_text(object, "option", g_array_index(field->field->options, FormOption, option).value);
    set_text(object, "truth", form_mark_state_name(field->marks[option].state));
    set_text(object, "kind", field->marks[option].kind);
    if (!read || option >= read->marks->len)
        return object;
    const FormMarkReading *mark = &g_array_index(read->marks, FormMarkReading, option);
    set_text(object, "read", form_mark_state_name(mark->state));
    json_object_set_new(object, "probability", json_real(mark->probability));
    json_object_set_new(object, "ink", json_real(mark->ink));
    json_object_set_new(object, "x_px", json_real(mark->x_px));
    json_object_set_new(object, "y_px", json_real(mark->y_px));
    return object;
}

/* What there is to say of a field, or NULL when it was read right and settled. */
static json_t *
describe_field(const AccuracyTruthField *field, const FormFieldReading *read)
{
    gboolean handed = read && form_field_needs_person(read->state);
    gboolean wrong = field->value && accuracy_box_is_wrong(read, field);
    json_t *positions = json_array();
    for (guint i = 0; field->marks && i < field->field->options->len; i++) {
        gboolean position_wrong = accuracy_position_is_wrong(read, i, field);
        wrong = wrong || position_wrong;
        gboolean doubted = handed && i < read->marks->len &&
                           g_array_index(read->marks, FormMarkReading, i).state != FORM_MARK_EMPTY;
        if (position_wrong || doubted || (handed && field->marks[i].state != FORM_MARK_EMPTY))
            json_array_append_new(positions, describe_position(field, i, read));
    }
    if (!wrong && !(handed && field->marks)) {
        json_decref(positions);
        return NULL;
    }
    json_t *object = json_object();
    set_text(object, "field", field->field->name);
    json_object_set_new(object, "silent", json_boolean(wrong));
    set_text(object, "truly", field->value ? field->value : accuracy_truth_of_field(field));
    set_text(object, "state", read ? form_field_state_name(read->state) : NULL);
    set_text(object, "value", read ? read->value : NULL);
    json_t *reasons = json_array();
    for (guint i = 0; read && i < read->reasons->len; i++)
        json_array_append_new(reasons, json_string(read->reasons->pdata[i]));
    json_object_set_new(object, "reasons", reasons);
    json_object_set_new(object, "positions", positions);
    return object;
}

static json_t *
describe_damages(const AccuracyPage *page)
{
    g_autofree const char **names = accuracy_page_damages(page);
    json_t *damages = json_array();
    for (guint i = 0; names[i]; i++)
        json_array_append_new(damages, json_string(names[i]));
    return damages;
}

json_t *
accuracy_page_describe(const AccuracyPage *page, AccuracyVerdict verdict)
{
    static const char *const words[] = {
        [ACCURACY_FINE] = "fine",
        [ACCURACY_DOUBTFUL] = "doubtful",
        [ACCURACY_REFUSED] = "refused",
        [ACCURACY_WRONG] = "wrong",
    };
    g_autofree char *scan = accuracy_scan_name(&page->scan);
    const FormReading *reading = page->reading;
    const FormFlag *flag = reading->flags->len ? &g_array_index(reading->flags, FormFlag, 0) : NULL;
    gboolean mistaken = accuracy_is_mistaken(reading, &page->id, page->truth);
    json_t *object = json_object(), *fields = json_array();
    set_text(object, "verdict", words[verdict]);
    set_text(object, "serial", page->id.serial);
    json_object_set_new(object, "page", json_integer(page->id.page));
    set_text(object, "scan", scan);
    json_object_set_new(object, "damages", describe_damages(page));
    json_object_set_new(object, "darkness", json_real(page->darkness));
    set_text(object, "refused", reading->refused && flag ? flag->code : NULL);
    set_text(object, "detail", reading->refused && flag ? flag->detail : NULL);
    if (mistaken) {
        set_text(object, "read_serial", reading->serial);
        json_object_set_new(object, "read_page", json_integer(reading->page));
    }
    for (guint i = 0; i < page->truth->fields->len && !reading->refused && !mistaken; i++) {
        const AccuracyTruthField *field = &g_array_index(page->truth->fields, AccuracyTruthField, i);
        json_t *one = describe_field(field, accuracy_find_field(reading, field->field->name));
        if (one)
            json_array_append_new(fields, one);
    }
    json_object_set_new(object, "fields", fields);
    return object;
}
