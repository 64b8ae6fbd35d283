/* The reader as a whole: which pages it takes, which it refuses and in what words, and that the same page is
 * always read the same. */
#include "calibration-simulation.h"
#include "marks-fixture.h"

/* Marks column row % 5 of every row but the last. */
static void
draw_marks(cairo_t *cr, gpointer data)
{
    (void)data;
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int row = 0; row < FIXTURE_ROWS - 1; row++) {
        OmrPoint at = fixture_option_mm(row, row % FIXTURE_COLS);
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, 1.6, 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

static void
assert_answers(const FormReading *reading)
{
    g_assert_false(reading->refused);
    g_assert_true(reading->aligned);
    g_assert_cmpuint(reading->fields->len, ==, FIXTURE_ROWS);
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        const FormFieldReading *field = g_ptr_array_index(reading->fields, row);
        char value[2] = {(char)('1' + row % FIXTURE_COLS), 0};
        g_autofree char *name = g_strdup_printf("q%d", row + 1);
        gboolean last = row == FIXTURE_ROWS - 1;
        g_assert_cmpstr(field->name, ==, name);
        g_assert_cmpint(field->state, ==, last ? FORM_FIELD_BLANK : FORM_FIELD_ANSWERED);
        g_assert_cmpstr(field->value, ==, last ? "" : value);
    }
}

/* No fields, and the reason first. */
static void
assert_refused(const FormReading *reading, const char *code)
{
    g_assert_true(reading->refused);
    g_assert_false(reading->aligned);
    g_assert_cmpuint(reading->fields->len, ==, 0);
    g_assert_cmpuint(reading->flags->len, >, 0);
    g_assert_cmpstr(g_array_index(reading->flags, FormFlag, 0).code, ==, code);
    g_assert_null(g_array_index(reading->flags, FormFlag, 0).field);
    g_assert_nonnull(g_array_index(reading->flags, FormFlag, 0).detail);
}

static FormReading *
read_as(const Fixture *fixture, PIX *pix, int page)
{
    OmrInput input = {.pix = pix, .image = "scan.png", .index = 4, .page = page, .decode_ms = 7};

    return omr_reader_read(fixture->reader, &input);
}

/* The only page of the only form needs not be told; telling it changes nothing; there is no other page. */
static void
test_told_page(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) pix = draw_page(draw_marks, NULL);

    (void)data;
    for (int page = 0; page < 2; page++) {
        g_autoptr(FormReading) reading = read_as(fixture, pix, page);
        assert_answers(reading);
        g_assert_cmpstr(reading->image, ==, "scan.png");
        g_assert_cmpint(reading->index, ==, 4);
        g_assert_cmpstr(reading->form, ==, "FIXTURE");
        g_assert_cmpint(reading->version, ==, 1);
        g_assert_null(reading->serial);
        g_assert_cmpint(reading->page, ==, 1);
        g_assert_cmpfloat(fabs(remainder(reading->rotation_deg, 360)), <, 0.1);
        g_assert_cmpfloat_with_epsilon(reading->dpi_x, FIXTURE_DPI, 1);
        g_assert_cmpfloat_with_epsilon(reading->dpi_y, FIXTURE_DPI, 1);
        g_assert_cmpfloat(reading->residual_mm, <, 0.15);
        g_assert_cmpfloat(reading->time_ms.decode, ==, 7);
        g_assert_cmpfloat(reading->time_ms.total, >=, 7);
    }
    g_autoptr(FormReading) other = read_as(fixture, pix, 2), wild = read_as(fixture, pix, -1);
    assert_refused(other, "no_form");
    assert_refused(wild, "no_form");
}

/* Of two pages, and of two forms, none is guessed. */
static void
test_untold_page_is_not_guessed(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PIX) pix = draw_page(draw_marks, NULL);
    g_autoptr(FormPackage) two = fixture_package(fixture->dir);
    g_autoptr(OmrForms) forms = omr_forms_new();
    OmrReader *before = fixture->reader;

    (void)data;
    form_package_add_page(two); /* page 2: empty, and drawn from the package */
    omr_forms_add(forms, two, &error);
    g_assert_no_error(error);
    g_autoptr(OmrReader) reader = omr_reader_new(forms, fixture->profile);
    fixture->reader = reader;
    g_autoptr(FormReading) untold = read_as(fixture, pix, 0), first = read_as(fixture, pix, 1);
    assert_refused(untold, "no_form");
    assert_answers(first);
    omr_forms_add(forms, fixture->package, &error);
    g_assert_no_error(error);
    g_autoptr(FormReading) two_forms = read_as(fixture, pix, 1);
    assert_refused(two_forms, "no_form");
    fixture->reader = before;
}

/* White paper, grainy grey paper and a black frame. */
static void
test_blank_page(Fixture *fixture, gconstpointer data)
{
    static const l_int32 depths[] = {1, 8, 32};
    g_autoptr(GRand) random = g_rand_new_with_seed(5);

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autoptr(PIX) pix = pixCreate(WIDTH_PX, HEIGHT_PX, depths[i]);
        if (depths[i] > 1)
            pixSetAll(pix);
        g_autoptr(FormReading) reading = read_as(fixture, pix, 0), told = read_as(fixture, pix, 1);
        assert_refused(reading, "blank_page");
        assert_refused(told, "blank_page");
    }
    g_autoptr(PIX) grainy = pixCreate(WIDTH_PX, HEIGHT_PX, 8);
    for (int y = 0; y < HEIGHT_PX; y++)
        for (int x = 0; x < WIDTH_PX; x++)
            pixSetPixel(grainy, x, y, (l_uint32)g_rand_int_range(random, 200, 240));
    g_autoptr(FormReading) reading = read_as(fixture, grainy, 0);
    assert_refused(reading, "blank_page");
}

/* Print of something else, and the form with most of it covered. */
static void
test_unaligned(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) other = pixCreate(WIDTH_PX, HEIGHT_PX, 8), covered = draw_page(draw_marks, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(9);

    (void)data;
    pixSetAll(other);
    for (int i = 0; i < 3000; i++)
        pixRasterop(other, g_rand_int_range(random, 0, WIDTH_PX), g_rand_int_range(random, 0, HEIGHT_PX),
                    g_rand_int_range(random, 2, 30), 4, PIX_CLR, NULL, 0, 0);
    pixRasterop(covered, 0, 0, WIDTH_PX, HEIGHT_PX * 3 / 4, PIX_SET, NULL, 0, 0);
    g_autoptr(FormReading) first = read_as(fixture, other, 0), second = read_as(fixture, covered, 0);
    assert_refused(first, "unaligned");
    assert_refused(second, "unaligned");
    g_assert_cmpstr(first->form, ==, "FIXTURE");
}

/* Whatever is handed in is answered: a single pixel, a line, a strip. */
static void
test_odd_sizes(Fixture *fixture, gconstpointer data)
{
    static const l_int32 sizes[][2] = {{1, 1}, {1, 4000}, {4000, 1}, {3, 3}, {17, 900}, {64, 64}};
    static const l_int32 depths[] = {1, 8, 32};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (guint d = 0; d < G_N_ELEMENTS(depths); d++) {
            for (int black = 0; black < 2; black++) {
                g_autoptr(PIX) pix = pixCreate(sizes[i][0], sizes[i][1], depths[d]);
                if (black == (depths[d] == 1))
                    pixSetAll(pix);
                g_autoptr(FormReading) reading = read_as(fixture, pix, 1);
                g_assert_true(reading->refused);
                g_assert_cmpuint(reading->fields->len, ==, 0);
            }
        }
    }
}

/* The reading without the times it took. */
static char *
json_of(const FormReading *reading)
{
    json_t *object = form_reading_to_json(reading);

    json_object_del(object, "time_ms");
    char *text = json_dumps(object, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(object);
    return text;
}

/* Grey and the same grey as colour give the same numbers; 1 bit the same answers. */
static void
test_depths(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) grey = draw_page(draw_marks, NULL);
    g_autoptr(PIX) colour = pixConvertTo32(grey), black = pixThresholdToBinary(grey, 160);

    (void)data;
    g_assert_cmpint(pixGetDepth(colour), ==, 32);
    g_assert_cmpint(pixGetDepth(black), ==, 1);
    g_autoptr(FormReading) from_grey = read_as(fixture, grey, 0), from_colour = read_as(fixture, colour, 0);
    g_autoptr(FormReading) from_black = read_as(fixture, black, 0);
    char *one = json_of(from_grey), *two = json_of(from_colour);
    g_assert_cmpstr(one, ==, two);
    assert_answers(from_grey);
    assert_answers(from_black);
    free(one);
    free(two);
}

/* What the file says of its resolution is a hint: a wrong one changes nothing. */
static void
test_wrong_resolution_is_no_matter(Fixture *fixture, gconstpointer data)
{
    static const double hints[] = {0, 1, 72, 200, 9600};
    g_autoptr(PIX) pix = draw_page(draw_marks, NULL);

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(hints); i++) {
        OmrInput input = {.pix = pix, .image = "page", .dpi_x = hints[i], .dpi_y = hints[i]};
        g_autoptr(FormReading) reading = omr_reader_read(fixture->reader, &input);
        assert_answers(reading);
    }
}

static void
test_same_page_reads_the_same(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) pix = draw_page(draw_marks, NULL), blank = pixCreate(300, 400, 8),
                   copy = pixCopy(NULL, pix);
    g_autoptr(FormReading) first = read_as(fixture, pix, 0);

    (void)data;
    pixSetAll(blank);
    g_autoptr(FormReading) between = read_as(fixture, blank, 0), second = read_as(fixture, pix, 0);
    char *one = json_of(first), *two = json_of(second);
    l_int32 same = 0;
    assert_refused(between, "blank_page");
    g_assert_cmpstr(one, ==, two);
    pixEqual(pix, copy, &same);
    g_assert_cmpint(same, ==, 1); /* the image is left as it was */
    free(one);
    free(two);
}

typedef struct {
    const OmrForms *forms;
    const CalibrationProfile *profile;
    GPtrArray *pages; /* of PIX* */
    guint first;      /* where in `pages` to begin */
    char **json;      /* of each page, freed with free() */
} Worker;

static gpointer
work(gpointer data)
{
    Worker *worker = data;
    g_autoptr(OmrReader) reader = omr_reader_new(worker->forms, worker->profile);

    for (guint i = 0; i < worker->pages->len; i++) {
        guint at = (worker->first + i) % worker->pages->len;
        OmrInput input = {.pix = g_ptr_array_index(worker->pages, at), .image = "page", .index = (int)at};
        g_autoptr(FormReading) reading = omr_reader_read(reader, &input);
        worker->json[at] = json_of(reading);
    }
    return NULL;
}

/* Two readers on two threads share the forms and the profile. */
static void
test_readers_share_forms(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func((GDestroyNotify)form_pix_free);
    Worker workers[2];
    GThread *threads[2];

    (void)data;
    g_ptr_array_add(pages, draw_page(draw_marks, NULL));
    for (int turns = 1; turns < 4; turns++)
        g_ptr_array_add(pages, pixRotateOrth(g_ptr_array_index(pages, 0), turns));
    for (guint i = 0; i < G_N_ELEMENTS(workers); i++) {
        workers[i] = (Worker){fixture->forms, fixture->profile, pages, 2 * i, g_new0(char *, pages->len)};
        threads[i] = g_thread_new("reader", work, &workers[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(workers); i++)
        g_thread_join(threads[i]);
    for (guint page = 0; page < pages->len; page++) {
        g_assert_cmpstr(workers[0].json[page], ==, workers[1].json[page]);
        g_assert_nonnull(strstr(workers[0].json[page], "\"answered\""));
        free(workers[0].json[page]);
        free(workers[1].json[page]);
    }
    g_free(workers[0].json);
    g_free(workers[1].json);
}

static void
assert_not_added(const FormPackage *package, const char *words)
{
    g_autoptr(OmrForms) forms = omr_forms_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(omr_forms_add(forms, package, &error));
    g_assert_error(error, OMR_ERROR, OMR_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_null(strchr(error->message, '\n'));
}

/* A blank that does not belong to the package puts every position in the wrong place: it is not taken. */
static void
test_bad_blanks(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormPackage) package = fixture_package(fixture->dir);
    FormPage *page = form_package_page(package, 1);
    g_autofree char *text = g_build_filename(fixture->dir, "text.png", NULL);

    (void)data;
    page->blank_dpi = 300;
    assert_not_added(package, "blank.png");
    page->blank_dpi = FIXTURE_DPI;
    package->height_mm = 297;
    assert_not_added(package, "297");
    package->height_mm = FIXTURE_H_MM;
    g_free(page->blank_file);
    page->blank_file = g_strdup("missing.png");
    assert_not_added(package, "missing.png");
    g_free(page->blank_file);
    page->blank_file = g_strdup("text.png");
    g_assert_true(g_file_set_contents(text, "no image", -1, NULL));
    assert_not_added(package, "text.png");
    g_unlink(text);
}

/* A form with QRs and fiducials and no picture of its blank page: the package's geometry is enough. */
static FormPackage *
package_of_geometry(void)
{
    static const FormRect codes[] = {{165, 12, 24, 24}, {21, 258, 24, 24}};
    static const FormRect squares[] = {{8, 8, 5, 5},     {197, 8, 5, 5}, {8, 284, 5, 5},
                                       {197, 284, 5, 5}, {8, 146, 5, 5}, {197, 146, 5, 5}};
    FormPackage *package = form_package_new("DRAWN", 2);

    package->width_mm = 210;
    package->height_mm = 297;
    package->dir = g_strdup("/nowhere");
    for (int number = 1; number <= 2; number++) {
        FormPage *page = form_package_add_page(package);
        g_array_append_vals(page->qr, codes, G_N_ELEMENTS(codes));
        g_array_append_vals(page->fiducials, squares, G_N_ELEMENTS(squares));
        for (int row = 0; row < 20; row++) {
            g_autofree char *name = g_strdup_printf("p%d_%d", number, row + 1);
            FormField *field = form_page_add_field(page, name, FORM_SELECT_ONE);
            for (int i = 0; i < 5; i++) {
                char value[2] = {(char)('1' + i), 0};
                FormRect around = {60 + 17 * i + (row % 3) * 4, 45 + 9.5 * row, 4.6, 4.6};
                form_field_add_option(field, value, around, FORM_SHAPE_ELLIPSE);
            }
        }
    }
    return package;
}

/* The page as somebody printed it, with the QR of `id`, one or two of them, its marks at option row % 5. */
static PIX *
print_drawn(const FormPackage *package, const FormSheetId *id, int quarter_turns)
{
    const double dpi = 200, k = dpi / 25.4;
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPrinter) printer = form_printer_new(package, &error);
    g_assert_no_error(error);
    g_autoptr(cairo_surface_t) paper = form_printer_render(printer, dpi, id, NULL, NULL);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    const FormPage *page = form_package_page(package, id->page);

    cairo_scale(cr, k, k);
    cairo_set_line_width(cr, 0.25);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            cairo_set_source_rgb(cr, 0.3, 0.3, 0.3);
            cairo_new_path(cr);
            cairo_arc(cr, option->x_mm, option->y_mm, 2.3, 0, 2 * G_PI);
            cairo_stroke(cr);
            cairo_set_source_rgb(cr, 0, 0, 0.5);
            cairo_arc(cr, option->x_mm, option->y_mm, 1.5, 0, 2 * G_PI);
            if (o == i % 5)
                cairo_fill(cr);
            cairo_new_path(cr);
        }
    }
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (guint i = 0; i < page->fiducials->len; i++) {
        const FormRect *r = &g_array_index(page->fiducials, FormRect, i);
        cairo_rectangle(cr, r->x_mm, r->y_mm, r->w_mm, r->h_mm);
        cairo_fill(cr);
    }
    CalibrationScan scan = {.dpi = dpi, .mode = CALIBRATION_GREY, .quarter_turns = quarter_turns, .noise = 3};
    g_autoptr(GRand) random = g_rand_new_with_seed(2);
    return calibration_scan_paper(paper, package, id->page, &scan, random);
}

/* Reads with readers of a form known only by its geometry. */
static FormReading *
read_drawn(const Fixture *fixture, const FormPackage *package, PIX *pix)
{
    g_autoptr(OmrForms) forms = omr_forms_new();
    g_autoptr(GError) error = NULL;

    omr_forms_add(forms, package, &error);
    g_assert_no_error(error);
    g_autoptr(OmrReader) reader = omr_reader_new(forms, fixture->profile);
    OmrInput input = {.pix = pix, .image = "drawn"};
    return omr_reader_read(reader, &input);
}

static void
test_no_picture_of_the_blank(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormPackage) package = package_of_geometry();

    (void)data;
    for (int turns = 0; turns < 4; turns++) {
        FormSheetId id = {"DRAWN", 2, "S-17", 1 + turns % 2};
        g_autoptr(PIX) pix = print_drawn(package, &id, turns);
        g_autoptr(FormReading) reading = read_drawn(fixture, package, pix);
        g_assert_false(reading->refused);
        g_assert_cmpstr(reading->serial, ==, "S-17");
        g_assert_cmpint(reading->page, ==, id.page);
        g_assert_cmpfloat(fabs(remainder(reading->rotation_deg - 90 * turns, 360)), <, 0.1);
        for (guint i = 0; i < reading->fields->len; i++) {
            const FormFieldReading *field = g_ptr_array_index(reading->fields, i);
            char value[2] = {(char)('1' + i % 5), 0};
            g_assert_cmpint(field->state, ==, FORM_FIELD_ANSWERED);
            g_assert_cmpstr(field->value, ==, value);
        }
    }
}

/* What was measured comes out in the order of the reading, and from the page at hand alone. */
static void
test_positions(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) pix = draw_page(draw_marks, NULL);
    g_autoptr(PIX) white = pixCreate(WIDTH_PX, HEIGHT_PX, 8);
    g_autoptr(GArray) positions = g_array_new(FALSE, TRUE, sizeof(OmrPosition));
    OmrInput input = {.pix = pix, .image = "marked", .page = 1, .positions = positions};
    guint at = 0;

    (void)data;
    g_array_set_size(positions, 7); /* of a page before */
    g_autoptr(FormReading) reading = omr_reader_read(fixture->reader, &input);
    g_assert_false(reading->refused);
    for (guint i = 0; i < reading->fields->len; i++) {
        const FormFieldReading *field = g_ptr_array_index(reading->fields, i);
        for (guint k = 0; k < field->marks->len; k++) {
            const FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, k);
            g_assert_cmpuint(at, <, positions->len);
            const OmrPosition *position = &g_array_index(positions, OmrPosition, at++);
            g_assert_cmpstr(position->field->name, ==, field->name);
            g_assert_cmpstr(position->option->value, ==, mark->value);
            g_assert_cmpfloat(position->mark.cover, ==, mark->ink);
            g_assert_cmpfloat(position->support, >, 0);
        }
    }
    g_assert_cmpuint(at, ==, positions->len);
    g_assert_cmpuint(at, ==, FIXTURE_ROWS * FIXTURE_COLS);

    pixSetAll(white);
    input.pix = white;
    g_autoptr(FormReading) blank = omr_reader_read(fixture->reader, &input);
    assert_refused(blank, "blank_page");
    g_assert_cmpuint(positions->len, ==, 0);
}

/* A sheet of a form, a version or a page that is not known here is refused by its name. */
static void
test_wrong_form(Fixture *fixture, gconstpointer data)
{
    static const FormSheetId others[] = {{"OTHER", 2, "7", 1}, {"DRAWN", 3, "7", 1}, {"DRAWN", 2, "7", 3}};
    g_autoptr(FormPackage) known = package_of_geometry();

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(FormPackage) printed = package_of_geometry();
        if (others[i].page == 3) {
            FormPage *page = form_package_add_page(printed);
            const GArray *codes = form_package_page(known, 1)->qr;
            g_array_append_vals(page->qr, codes->data, codes->len);
        }
        g_autoptr(PIX) pix = print_drawn(printed, &others[i], 0);
        g_autoptr(FormReading) reading = read_drawn(fixture, known, pix);
        assert_refused(reading, "wrong_form");
        g_assert_cmpstr(reading->form, ==, others[i].code);
        g_assert_cmpint(reading->version, ==, others[i].version);
        g_assert_cmpstr(reading->serial, ==, "7");
        g_assert_cmpint(reading->page, ==, others[i].page);
    }
}

/* Covers a QR of the printed page, or prints there that of another. */
static void
replace_code(PIX *pix, const FormPackage *package, guint code, PIX *by)
{
    const FormRect *r = &g_array_index(form_package_page(package, 1)->qr, FormRect, code);
    const double k = 200 / 25.4;
    l_int32 x = (l_int32)(r->x_mm * k), y = (l_int32)(r->y_mm * k), side = (l_int32)(r->w_mm * k);

    pixRasterop(pix, x, y, side, side, by != NULL ? PIX_SRC : PIX_SET, by, x, y);
}

static void
test_lost_and_contradicting_codes(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormPackage) package = package_of_geometry();
    FormSheetId id = {"DRAWN", 2, "7", 1}, next = {"DRAWN", 2, "8", 1};
    g_autoptr(PIX) pix = print_drawn(package, &id, 0), other = print_drawn(package, &next, 0);

    (void)data;
    g_autoptr(PIX) both = pixCopy(NULL, pix), none = pixCopy(NULL, pix);
    replace_code(both, package, 1, other);
    replace_code(none, package, 0, NULL);
    replace_code(none, package, 1, NULL);
    g_autoptr(FormReading) contradicting = read_drawn(fixture, package, both);
    g_autoptr(FormReading) lost = read_drawn(fixture, package, none);
    assert_refused(contradicting, "bad_check");
    assert_refused(lost, "no_form");
    g_assert_null(lost->form);
    g_assert_cmpint(lost->page, ==, 0);
}

int
main(int argc, char *argv[])
{
    static const FixtureTest tests[] = {
        {"/reader/told-page", test_told_page, NULL},
        {"/reader/untold-page-is-not-guessed", test_untold_page_is_not_guessed, NULL},
        {"/reader/blank-page", test_blank_page, NULL},
        {"/reader/unaligned", test_unaligned, NULL},
        {"/reader/odd-sizes", test_odd_sizes, NULL},
        {"/reader/depths", test_depths, NULL},
        {"/reader/wrong-resolution-is-no-matter", test_wrong_resolution_is_no_matter, NULL},
        {"/reader/same-page-reads-the-same", test_same_page_reads_the_same, NULL},
        {"/reader/readers-share-forms", test_readers_share_forms, NULL},
        {"/reader/bad-blanks", test_bad_blanks, NULL},
        {"/reader/no-picture-of-the-blank", test_no_picture_of_the_blank, NULL},
        {"/reader/positions", test_positions, NULL},
        {"/reader/wrong-form", test_wrong_form, NULL},
        {"/reader/lost-and-contradicting-codes", test_lost_and_contradicting_codes, NULL},
    };

    g_test_init(&argc, &argv, NULL);
    return run_tests(tests, G_N_ELEMENTS(tests), set_up_form);
}
