/* Handwriting: letters as single strokes of a pen, not as outlines of a font. */
#include <math.h>
#include <string.h>

#include "simulation-private.h"

/* A letter on a grid of x 0 … 5 and y 0 (ascender) … 3 (x-height) … 6 (baseline) … 9 (descender): points as
 * "xy", strokes apart by '|'. */
typedef struct {
    gunichar letter;
    double advance; /* grid units */
    const char *strokes;
} Letter;

static const Letter letters[] = {
    {'A', 4.8, "06 20 46|14 34"},
    {'B', 4.4, "00 06|00 20 31 22 03|03 23 35 26 06"},
    {'C', 4.6, "31 20 11 03 15 26 35"},
    {'D', 4.6, "00 06|00 20 32 34 26 06"},
    {'E', 4.2, "30 00 06 36|03 23"},
    {'G', 4.8, "31 20 11 03 15 26 35 33 23"},
    {'H', 4.6, "00 06|30 36|03 33"},
    {'I', 2.2, "10 16"},
    {'K', 4.4, "00 06|30 03 36"},
    {'L', 4.0, "00 06 36"},
    {'M', 5.6, "06 00 23 40 46"},
    {'N', 4.6, "06 00 36 30"},
    {'O', 5.0, "20 11 03 15 26 35 43 31 20"},
    {'P', 4.2, "00 06|00 20 31 32 23 03"},
    {'Q', 5.0, "20 11 03 15 26 35 43 31 20|24 46"},
    {'R', 4.4, "00 06|00 20 31 22 03|13 36"},
    {'S', 4.0, "31 20 11 12 23 34 35 26 05"},
    {'T', 4.6, "00 40|20 26"},
    {'U', 4.6, "00 04 16 26 34 30"},
    {'V', 4.6, "00 26 40"},
    {'X', 4.4, "00 36|30 06"},
    {'Y', 4.6, "00 23 40|23 26"},
    {'a', 4.4, "34 23 14 05 16 26 34 35 46"},
    {'b', 4.2, "10 12 15 16 26 35 34 23 14"},
    {'c', 3.6, "33 23 14 05 15 26 36"},
    {'d', 4.4, "34 23 14 05 16 26 34 30 32 35 46"},
    {'e', 4.2, "05 24 34 23 14 05 16 26 45"},
    {'f', 3.6, "40 30 21 25 27|13 43"},
    {'g', 4.2, "34 23 14 05 16 35 34 37 28 19 08"},
    {'h', 4.4, "10 13 16|15 14 23 33 34 36 46"},
    {'i', 2.4, "03 05 16 26|01 02"},
    {'j', 2.8, "23 27 19 08|21 31"},
    {'k', 4.0, "10 13 16|33 14 15 36"},
    {'l', 2.6, "00 03 05 16 26"},
    {'m', 5.6, "03 04 06|05 13 23 26|24 33 43 46"},
    {'n', 4.2, "03 04 06|05 13 23 34 36 46"},
    {'o', 4.0, "23 14 05 16 26 35 34 23 33"},
    {'p', 4.2, "13 16 19|14 23 34 35 26 15"},
    {'q', 4.2, "34 23 14 05 16 34 36 39"},
    {'r', 3.6, "13 14 16|15 14 23 33"},
    {'s', 3.6, "34 23 14 25 35 26 06"},
    {'t', 3.4, "10 13 15 26 36|02 22"},
    {'u', 4.4, "03 05 16 26 34 33 36 46"},
    {'v', 3.8, "03 16 33"},
    {'w', 5.2, "03 16 23 36 43"},
    {'x', 3.8, "03 36|33 06"},
    {'y', 4.0, "03 15 25 33 36 28 18"},
    {'z', 3.8, "03 33 06 36"},
    {'0', 4.2, "20 11 04 16 26 35 31 20 10"},
    {'1', 3.2, "12 20 23 26"},
    {'2', 4.4, "01 10 20 31 33 15 06 36"},
    {'3', 4.2, "01 10 20 31 22 13 34 35 26 05"},
    {'4', 4.6, "20 12 04 44|31 34 36"},
    {'5', 4.2, "30 10 13 23 34 35 26 05"},
    {'6', 4.2, "30 12 04 16 26 35 23 14 05"},
    {'7', 4.2, "00 40 22 16"},
    {'8', 4.2, "31 20 11 22 34 35 26 15 14 22 31"},
    {'9', 4.2, "31 20 11 12 23 32 31 34 26"},
    {'.', 2.2, "16 17"},
    {',', 2.2, "16 07"},
    {'-', 3.6, "04 34"},
    {'/', 3.6, "30 06"},
};

/* Marks above and below a vowel, after decomposition (Unicode NFD); y grows downwards from the x-height. */
static const Letter accents[] = {
    {0x0300, 0, "01 12"},       /* grave */
    {0x0301, 0, "21 12"},       /* acute */
    {0x0302, 0, "02 11 22"},    /* circumflex */
    {0x0303, 0, "02 11 22 31"}, /* tilde */
    {0x0306, 0, "01 12 22 31"}, /* breve */
    {0x0309, 0, "11 21 22"},    /* hook above */
    {0x031B, 0, "33 42"},       /* horn */
    {0x0323, 0, "18 28"},       /* dot below */
    {0x0335, 0, "21 51"},       /* the bar of đ */
};

static const Letter *
find(const Letter *table, guint n, gunichar letter)
{
    for (guint i = 0; i < n; i++)
        if (table[i].letter == letter)
            return &table[i];
    return NULL;
}

/* Grid units to x-heights, the baseline at 0. */
static CalibrationPoint
grid_point(const char *digits)
{
    return (CalibrationPoint){(digits[0] - '0') / 3.2, (digits[1] - '0' - 6) / 3.0};
}

static void
add_strokes(cairo_t *cr, const char *strokes)
{
    while (*strokes) {
        CalibrationPoint p[16] = {{0, 0}};
        int n = 0;
        for (; *strokes && *strokes != '|'; strokes += strokes[2] == ' ' ? 3 : 2)
            if (n < (int)G_N_ELEMENTS(p))
                p[n++] = grid_point(strokes);
        strokes += *strokes == '|';
        calibration_ink_path(cr, p, n, -0.3);
    }
}

double
calibration_writing_letter(cairo_t *cr, gunichar letter)
{
    gboolean bar = letter == 0x0111 || letter == 0x0110;
    gunichar base = letter == 0x0111 ? 'd' : letter == 0x0110 ? 'D' : letter;
    const Letter *shape = find(letters, G_N_ELEMENTS(letters), base);
    if (!shape)
        shape = find(letters, G_N_ELEMENTS(letters), g_unichar_tolower(base));
    if (!shape)
        return 0.8;
    add_strokes(cr, shape->strokes);
    if (bar)
        add_strokes(cr, base == 'D' ? "03 13" : find(accents, G_N_ELEMENTS(accents), 0x0335)->strokes);
    return shape->advance / 3.2;
}

/* Draws a run of letters from the current origin; returns its width, in x-heights. */
static double
write_word(const CalibrationInk *ink, cairo_t *cr, const char *word, double size_mm, GRand *random)
{
    g_autofree char *parts = g_utf8_normalize(word, -1, G_NORMALIZE_NFD);
    double at = 0, base = 0;
    gboolean capital = FALSE;
    cairo_new_path(cr);
    for (const char *s = parts ? parts : ""; *s; s = g_utf8_next_char(s)) {
        gunichar letter = g_utf8_get_char(s);
        const Letter *accent = find(accents, G_N_ELEMENTS(accents), letter);
        cairo_save(cr);
        gboolean above = accent && capital && letter != 0x0323;
        cairo_translate(cr, accent ? base : at, calibration_normal(random, 0.06) - (above ? 0.8 : 0));
        cairo_rotate(cr, calibration_normal(random, 0.04));
        double scale = 1 + calibration_normal(random, 0.06);
        cairo_scale(cr, scale, scale);
        if (accent) {
            add_strokes(cr, accent->strokes);
        } else {
            base = at;
            capital = g_unichar_isupper(letter);
            at += calibration_writing_letter(cr, letter) * scale;
        }
        cairo_restore(cr);
    }
    cairo_save(cr);
    cairo_scale(cr, 1 / size_mm, 1 / size_mm);
    cairo_set_source(cr, ink->pattern);
    cairo_set_line_width(cr, ink->width_mm * g_rand_double_range(random, 0.8, 1.0));
    cairo_stroke(cr);
    cairo_restore(cr);
    return at;
}

static void
prepare(cairo_t *cr)
{
    cairo_set_operator(cr, CAIRO_OPERATOR_MULTIPLY);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
}

/* The origin at a baseline's start, the x-height as unit, slanted. The pattern keeps to the paper. */
static void
place(cairo_t *cr, double x_mm, double y_mm, double size_mm, double slant)
{
    cairo_translate(cr, x_mm, y_mm);
    cairo_scale(cr, size_mm, size_mm);
    cairo_matrix_t shear;
    cairo_matrix_init(&shear, 1, 0, -slant, 1, 0, 0);
    cairo_transform(cr, &shear);
}

static void
write_cells(const CalibrationHand *hand, const CalibrationInk *ink, const FormField *field, const char *text,
            cairo_t *cr, GRand *random)
{
    double cell_mm = field->box.w_mm / field->cells;
    /* A digit is 2 x-heights tall and 1.2 wide; it takes two thirds of its cell. */
    double size_mm = MIN(field->box.h_mm * 0.33, cell_mm * 0.5) * hand->letter;
    int cell = 0;
    for (const char *s = text; *s && cell < field->cells; s = g_utf8_next_char(s), cell++) {
        char letter[7] = {0};
        g_unichar_to_utf8(g_utf8_get_char(s), letter);
        cairo_save(cr);
        place(cr,
              field->box.x_mm + cell_mm * (cell + 0.5) - size_mm * 0.5 +
                  calibration_normal(random, cell_mm * 0.04),
              field->box.y_mm + field->box.h_mm / 2 + size_mm +
                  calibration_normal(random, field->box.h_mm * 0.03),
              size_mm, hand->slant * 0.5);
        write_word(ink, cr, letter, size_mm, random);
        cairo_restore(cr);
    }
}

#define LETTER_MM 1.7 /* x-height of ordinary handwriting on a form; lines are 8 mm apart */
#define LINE_MM   8

static double
line_height_mm(const FormRect *box)
{
    int lines = MAX(1, (int)floor(box->h_mm / LINE_MM));
    return MIN(box->h_mm / lines, LINE_MM * 1.3);
}

int
calibration_writing_capacity(const FormRect *box)
{
    int lines = MAX(1, (int)floor(box->h_mm / LINE_MM));
    double size_mm = MIN(LETTER_MM, line_height_mm(box) * 0.3);
    return (int)(MAX(0, box->w_mm - 4) / (size_mm * 1.45)) * lines * 4 / 5;
}

static void
write_lines(const CalibrationHand *hand, const CalibrationInk *ink, const FormField *field, const char *text,
            cairo_t *cr, GRand *random)
{
    double line_mm = line_height_mm(&field->box);
    double size_mm = MIN(LETTER_MM, line_mm * 0.3) * MIN(hand->letter, 1.05);
    double left = field->box.x_mm + 2 + g_rand_double_range(random, 0, 1.5), at = left;
    double right = field->box.x_mm + field->box.w_mm - 1;
    double base = field->box.y_mm + line_mm * 0.62 + calibration_normal(random, line_mm * 0.04);
    double slope = calibration_normal(random, 0.008);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word; word++) {
        double width_mm = (double)g_utf8_strlen(*word, -1) * size_mm * 1.3;
        if (at > left && at + width_mm > right && base + line_mm < field->box.y_mm + field->box.h_mm) {
            at = left + calibration_normal(random, 0.4);
            base += line_mm;
        }
        cairo_save(cr);
        place(cr, at, base + slope * (at - left), size_mm, hand->slant);
        at += write_word(ink, cr, *word, size_mm, random) * size_mm +
              size_mm * g_rand_double_range(random, 0.6, 1.0);
        cairo_restore(cr);
    }
}

void
calibration_writing_draw(const CalibrationHand *hand, const CalibrationInk *ink, const FormField *field,
                         const char *text, cairo_t *cr, GRand *random)
{
    prepare(cr);
    if (field->cells > 0)
        write_cells(hand, ink, field, text, cr, random);
    else
        write_lines(hand, ink, field, text, cr, random);
}
