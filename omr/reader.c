#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "context-private.h"
#include "decide-private.h"
#include "faint-private.h"
#include "folds-private.h"
#include "pose-private.h"
#include "print-private.h"
#include "quality-private.h"
#include "rings-private.h"
#include "runs-private.h"
#include "serial-private.h"

/* A page with less than this share of dark pixels carries no print: a form has ten times as much. */
#define BLANK_PAGE_SHARE 0.0005
#define DARK             170 /* grey value, of 255, on a page halved several times */

struct OmrReader {
    const OmrForms *forms;
    const CalibrationProfile *profile;
    OmrFinder *finder;
    OmrText *text;
    OmrPyramid image; /* of the page at hand; its memory serves the next one */
};

OmrReader *
omr_reader_new(const OmrForms *forms, const CalibrationProfile *profile)
{
    OmrReader *reader = g_new0(OmrReader, 1);

    reader->forms = forms;
    reader->profile = profile;
    reader->finder = omr_finder_new();
    reader->text = omr_text_new();
    return reader;
}

void
omr_reader_free(OmrReader *reader)
{
    if (reader == NULL)
        return;
    omr_finder_free(reader->finder);
    omr_text_free(reader->text);
    omr_pyramid_clear(&reader->image);
    g_free(reader);
}

static double
now_ms(void)
{
    return (double)g_get_monotonic_time() / 1000;
}

static gboolean
is_blank_page(const OmrPyramid *image)
{
    const OmrImage *small = omr_pyramid_image(image, image->n_levels - 1);
    gsize dark = 0;

    for (int y = 0; y < small->height; y++) {
        for (int x = 0; x < small->width; x++)
            dark += small->pixels[(gsize)y * (gsize)small->stride + (gsize)x] < DARK;
    }
    return (double)dark < BLANK_PAGE_SHARE * small->width * small->height;
}

/* The page told by the caller, or the only page of the only form when that prints no QR. */
static const OmrBlank *
told_page(const OmrReader *reader, const OmrInput *input)
{
    if (reader->forms->forms->len != 1)
        return NULL;
    const OmrForm *form = g_ptr_array_index(reader->forms->forms, 0);
    const FormPage *only = form->blanks->len == 1 ? form_package_page(form->package, 1) : NULL;
    int page = input->page == 0 && only != NULL && only->qr->len == 0 ? 1 : input->page;

    return page >= 1 && (guint)page <= form->blanks->len ? g_ptr_array_index(form->blanks, page - 1) : NULL;
}

static void
refuse_by_identity(const OmrReader *reader, const OmrIdentity *identity, FormReading *reading)
{
    if (identity->result == OMR_IDENTITY_BAD_CHECK)
        form_reading_refuse(reading, "bad_check",
                            _("the QR's check value is wrong: damaged, or not printed by phieu"));
    else if (identity->result == OMR_IDENTITY_CONFLICT)
        form_reading_refuse(reading, "bad_check",
                            _("two QRs on this image name different pages: two sheets at once?"));
    else if (is_blank_page(&reader->image))
        form_reading_refuse(reading, "blank_page", _("the page is blank"));
    else
        form_reading_refuse(reading, "no_form", _("no QR of a form was found"));
}

static void
flag_missing_data(const OmrReader *reader, FormReading *reading)
{
    if (omr_text_missing(reader->text) != NULL && !form_reading_has_flag(reading, "no_text_data"))
        form_reading_add_flag(reading, "no_text_data", NULL,
                              _("print cannot be read: Tesseract's language data are missing; install "
                                "tesseract-ocr-eng and tesseract-ocr-vie"));
}

/* What is printed below the QRs, when they are lost. The time goes to `text`. */
static void
identify_by_serial(OmrReader *reader, OmrIdentity *identity, OmrAlignment *alignment, FormReading *reading)
{
    OmrSerialSearch search = {reader->text, reader->forms, &reader->image, identity->traces,
                              calibration_profile_align(reader->profile)};
    double start_ms = now_ms();

    if (omr_serial_find(&search, &identity->id, alignment) != NULL) {
        identity->result = OMR_IDENTITY_FOUND;
        identity->located = TRUE;
        form_reading_add_flag(reading, "no_qr", NULL,
                              _("no QR could be read: the page is known by its printed serial"));
    } else {
        omr_alignment_clear(alignment);
    }
    flag_missing_data(reader, reading);
    reading->time_ms.text += now_ms() - start_ms;
}

/* Finds out what page this is; by its printed serial, where it lies as well. NULL when the page was refused.
 */
static const OmrBlank *
identify(OmrReader *reader, const OmrInput *input, OmrIdentity *identity, OmrAlignment *alignment,
         FormReading *reading)
{
    omr_identify(reader->finder, reader->forms, &reader->image, identity);
    if (identity->result == OMR_IDENTITY_NONE && !is_blank_page(&reader->image))
        identify_by_serial(reader, identity, alignment, reading);
    if (identity->result != OMR_IDENTITY_FOUND) {
        const OmrBlank *told = identity->result == OMR_IDENTITY_NONE ? told_page(reader, input) : NULL;
        if (told == NULL || is_blank_page(&reader->image)) {
            refuse_by_identity(reader, identity, reading);
            return NULL;
        }
        reading->form = form_reading_string(reading, told->package->code);
        reading->version = told->package->version;
        reading->page = told->page->page;
        return told;
    }

    const FormSheetId *id = &identity->id;
    const OmrForm *form = omr_forms_find(reader->forms, id->code, id->version);
    reading->form = form_reading_string(reading, id->code);
    reading->version = id->version;
    reading->serial = form_reading_string(reading, id->serial);
    reading->page = id->page;
    if (form == NULL || (guint)id->page > form->blanks->len) {
        g_autofree char *detail = g_strdup_printf(_("page %d of form %s version %d is not known here"),
                                                  id->page, id->code, id->version);
        form_reading_refuse(reading, "wrong_form", detail);
        return NULL;
    }
    return g_ptr_array_index(form->blanks, id->page - 1);
}

static void
describe_alignment(FormReading *reading, const OmrAlignment *alignment, const FormPackage *package)
{
    OmrJacobian step =
        omr_homography_jacobian(&alignment->map, (OmrPoint){package->width_mm / 2, package->height_mm / 2});
    double turn_deg = fmod(atan2(step.yx, step.xx) * 180 / G_PI + 360, 360);

    reading->aligned = TRUE;
    reading->rotation_deg = turn_deg;
    reading->dpi_x = hypot(step.xx, step.yx) * 25.4;
    reading->dpi_y = hypot(step.xy, step.yy) * 25.4;
    reading->residual_mm = alignment->residual_mm;
}

/* Tries the poses in turn and keeps the first that can be trusted, unless the page was located already. */
static gboolean
align(OmrReader *reader, const OmrBlank *blank, const OmrPyramid *image, const OmrIdentity *identity,
      OmrAlignment *alignment, FormReading *reading)
{
    const CalibrationAlign *limits = calibration_profile_align(reader->profile);
    g_autofree char *why = NULL;
    OmrPose poses[OMR_MAX_POSES];

    if (identity->located) {
        describe_alignment(reading, alignment, blank->package);
        return TRUE;
    }
    guint n =
        identity->symbols != NULL && identity->symbols->len > 0
            ? omr_poses_from_symbols(identity->symbols, blank->package, blank->page, &image->level[0], poses)
            : omr_poses_from_print(blank, image, poses);

    for (guint i = 0; i < n; i++) {
        if (!omr_align(alignment, blank, image, &poses[i], limits))
            continue;
        if (omr_alignment_is_trusted(alignment, blank, limits, why == NULL ? &why : NULL)) {
            describe_alignment(reading, alignment, blank->package);
            return TRUE;
        }
    }
    form_reading_refuse(reading, "unaligned",
                        why != NULL ? why : _("the print of the form was not found on the page"));
    return FALSE;
}

/* Hands out what was measured; `positions` may be NULL. */
static void
tell_positions(const OmrBlank *blank, const GArray *measures, GArray *positions)
{
    for (guint i = 0; positions != NULL && i < measures->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        OmrPosition position = {
            .field = target->field,
            .option = target->option,
            .mark = measure->mark,
            .ink_mm2 = measure->ink_mm2,
            .support = measure->support,
            .outline = measure->outline,
        };
        g_array_append_val(positions, position);
    }
}

static void
read_marks(OmrReader *reader, const OmrBlank *blank, const OmrPyramid *image, const OmrAlignment *alignment,
           FormReading *reading, GArray *positions)
{
    g_auto(OmrWhite) white = {0};

    OmrResponse response;

    omr_white_init(&white, image, OMR_WHITE_CELL_MM * reading->dpi_x / 25.4);
    white.folds = omr_folds_find(image, &white, alignment, blank->package,
                                 calibration_profile_quality(reader->profile)->fold);
    g_autoptr(GArray) streaks = omr_streaks_find(image, &white, alignment, blank->package,
                                                 calibration_profile_quality(reader->profile)->streak);
    g_autoptr(GArray) measures = omr_measure(blank, image, &white, alignment, streaks,
                                             calibration_profile_marks(reader->profile), &response);
    OmrPageView view = {image, &white, alignment, blank, measures, &response, streaks};
    omr_quality_flag(reading, &view, reader->profile);
    omr_runs_find(measures, blank, image, &white, alignment, &response,
                  calibration_profile_marks(reader->profile));
    omr_context_find_spill(blank, measures, calibration_profile_marks(reader->profile));
    omr_context_find_strays(blank, measures, calibration_profile_marks(reader->profile));
    omr_rings_find(blank, measures, calibration_profile_marks(reader->profile));
    omr_faint_find(blank, measures, &response, calibration_profile_marks(reader->profile));
    omr_decide(reading, blank, measures, reader->profile);
    tell_positions(blank, measures, positions);
}

/* Tesseract's name of a form's language. */
static const char *
text_language(const FormPackage *package)
{
    return g_strcmp0(package->language, "vi") == 0 ? "vie" : "eng";
}

static void
read_box(OmrReader *reader, const OmrTarget *target, const OmrAlignment *alignment, const char *language,
         FormReading *reading, FormFieldReading *field)
{
    g_auto(OmrPrint) print = {0};

    omr_print_read(&print, reader->text, target, &reader->image, alignment, language,
                   calibration_profile_text(reader->profile));
    if (print.text == NULL || *print.text == '\0')
        return;
    if (!print.printed) {
        field->suggestion = form_reading_string(reading, print.text);
        field->suggestion_confidence = print.confidence;
        return;
    }
    field->state = FORM_FIELD_ANSWERED;
    field->value = form_reading_string(reading, print.text);
    field->confidence = print.confidence;
    g_ptr_array_set_size(field->reasons, 0);
}

/* Boxes with writing, where nothing but the writing hands them to a person. The time goes to `text`. */
static void
read_boxes(OmrReader *reader, const OmrBlank *blank, const OmrAlignment *alignment, FormReading *reading)
{
    double start_ms = now_ms();
    guint at = 0;

    for (guint i = 0; i < blank->targets->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        FormFieldReading *field = g_ptr_array_index(reading->fields, at);
        i += target->option != NULL ? target->field->options->len - 1 : 0;
        at++;
        if (target->option == NULL && field->state == FORM_FIELD_TO_KEY && field->reasons->len == 1 &&
            g_str_equal(g_ptr_array_index(field->reasons, 0), "written"))
            read_box(reader, target, alignment, text_language(blank->package), reading, field);
    }
    flag_missing_data(reader, reading);
    reading->time_ms.text += now_ms() - start_ms;
}

FormReading *
omr_reader_read(OmrReader *reader, const OmrInput *input)
{
    FormReading *reading = form_reading_new(input->image, input->index);
    FormTimes *time_ms = &reading->time_ms;
    OmrPyramid *image = &reader->image;
    g_auto(OmrIdentity) identity = {0};
    g_auto(OmrAlignment) alignment = {0};
    double start_ms = now_ms();

    reading->profile = form_reading_string(reading, calibration_profile_name(reader->profile));
    reading->fingerprint = form_reading_string(reading, calibration_profile_fingerprint(reader->profile));
    if (input->positions != NULL)
        g_array_set_size(input->positions, 0);
    omr_pyramid_init(image, input->pix);
    const OmrBlank *blank = identify(reader, input, &identity, &alignment, reading);
    double identified_ms = now_ms(), located_ms = time_ms->text;
    gboolean aligned = blank != NULL && align(reader, blank, image, &identity, &alignment, reading);
    double aligned_ms = now_ms();
    if (aligned)
        read_marks(reader, blank, image, &alignment, reading, input->positions);
    else
        omr_quality_flag_tail(reading, image, input->dpi_y, reader->profile);
    double marked_ms = now_ms();
    if (aligned)
        read_boxes(reader, blank, &alignment, reading);
    omr_pyramid_let_go(image);
    time_ms->decode = input->decode_ms;
    time_ms->identify = identified_ms - start_ms - located_ms;
    time_ms->align = aligned_ms - identified_ms;
    time_ms->marks = marked_ms - aligned_ms;
    time_ms->total = now_ms() - start_ms + input->decode_ms;
    return reading;
}
