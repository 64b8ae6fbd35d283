/* What people write into boxes. */
#include <string.h>

#include "form-expression.h"
#include "simulation-private.h"

/* Made-up phrases of ordinary length, in the language most of these forms are answered in; names are of
 * nobody. */
static const char *const phrases[] = {
    "Không có ý kiến gì thêm",
    "Cán bộ nhiệt tình, chu đáo",
    "Mong giải quyết hồ sơ nhanh hơn",
    "Đề nghị sửa đường thôn",
    "Cần thêm ghế ngồi chờ",
    "Giá điện còn cao",
    "Nước sạch hay bị cắt",
    "Thủ tục đã đơn giản hơn trước",
    "Nên làm việc cả sáng thứ bảy",
    "Cảm ơn",
    "Cần hướng dẫn rõ hơn qua mạng",
    "Trạm y tế thiếu thuốc",
};
static const char *const words[] = {
    "Tày",      "Mường",  "làm ruộng", "buôn bán nhỏ", "nội trợ", "loa xã",
    "hàng xóm", "bộ đội", "thợ xây",   "Thái",         "Nùng",
};
static const char *const family_names[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"};
static const char *const given_names[] = {"Văn An", "Thị Bình",  "Văn Cường", "Thị Dung", "Minh Đức",
                                          "Thu Hà", "Quang Huy", "Thị Lan",   "Ngọc Mai", "Hữu Nam"};

typedef struct {
    double least, most;
} Range;

/* Narrows `range` by what a constraint says of `.` against a number, as far as it is joined by `and`. */
static void
narrow(const FormExpression *e, Range *range)
{
    if (e->kind == FORM_EXPRESSION_AND) {
        narrow(e->left, range);
        narrow(e->right, range);
        return;
    }
    if (!e->left || !e->right || e->left->kind != FORM_EXPRESSION_SELF ||
        e->right->kind != FORM_EXPRESSION_NUMBER)
        return;
    double bound = e->right->number;
    if (e->kind == FORM_EXPRESSION_GREATER_EQUAL)
        range->least = MAX(range->least, bound);
    else if (e->kind == FORM_EXPRESSION_GREATER)
        range->least = MAX(range->least, bound + 1);
    else if (e->kind == FORM_EXPRESSION_LESS_EQUAL)
        range->most = MIN(range->most, bound);
    else if (e->kind == FORM_EXPRESSION_LESS)
        range->most = MIN(range->most, bound - 1);
}

/* The numbers that a question accepts and its cells hold. */
static Range
number_range(const FormField *field, const FormQuestion *question)
{
    Range range = {0, 1e9};
    double room = 1;
    int cells = field->cells > 0 ? field->cells : 9;
    for (int i = 0; i < MIN(cells, 9); i++)
        room *= 10;
    range.most = room - 1;
    if (question && question->constraint) {
        g_autoptr(FormExpression) e = form_expression_parse(question->constraint, NULL);
        if (e)
            narrow(e, &range);
    }
    range.most = MAX(range.least, range.most);
    /* Without an upper bound people's numbers are small: ages, rooms, children. */
    range.most = MIN(range.most, MAX(range.least + 99, 99));
    return range;
}

static char *
number_text(const FormField *field, const FormQuestion *question, GRand *random)
{
    Range range = number_range(field, question);
    double whole = range.least + g_rand_double(random) * (range.most - range.least);
    /* A decimal needs two cells more than its whole part. */
    if (field->type != FORM_DECIMAL || (field->cells > 0 && field->cells < 4))
        return g_strdup_printf("%.0f", whole);
    double most = MIN(range.most, field->cells == 4 ? 99 : range.most);
    whole = MIN(whole, most);
    int tenth = whole + 1 > most ? 0 : (int)g_rand_int_range(random, 1, 10);
    return g_strdup_printf("%d.%d", (int)whole, tenth);
}

static char *
digits_text(int count, GRand *random)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < count; i++)
        g_string_append_c(text, i == 0 ? '0' : (char)('0' + g_rand_int_range(random, i == 1 ? 3 : 0, 10)));
    return g_string_free(text, FALSE);
}

static const char *
one_of(const char *const *list, guint n, GRand *random)
{
    return list[g_rand_int_range(random, 0, (gint32)n)];
}

static char *
free_text(const FormField *field, const FormQuestion *question, GRand *random)
{
    int room = calibration_writing_capacity(&field->box);
    if (field->personal && field->box.h_mm < 15)
        return g_strdup_printf("%s %s", one_of(family_names, G_N_ELEMENTS(family_names), random),
                               one_of(given_names, G_N_ELEMENTS(given_names), random));
    if ((question && question->write_in_of) || room < 24)
        return g_strdup(one_of(words, G_N_ELEMENTS(words), random));
    GString *text = g_string_new(one_of(phrases, G_N_ELEMENTS(phrases), random));
    while (calibration_chance(random, 0.5)) {
        const char *more = one_of(phrases, G_N_ELEMENTS(phrases), random);
        if (g_utf8_strlen(text->str, -1) + g_utf8_strlen(more, -1) + 2 > room)
            break;
        g_string_append_printf(text, ". %s", more);
    }
    return g_string_free(text, FALSE);
}

char *
calibration_answer_text(const FormField *field, const FormQuestion *question, GRand *random)
{
    switch (field->type) {
    case FORM_INTEGER:
    case FORM_DECIMAL:
        return number_text(field, question, random);
    case FORM_DATE:
        return g_strdup_printf("%d-%02d-%02d", g_rand_int_range(random, 2025, 2027),
                               g_rand_int_range(random, 1, 13), g_rand_int_range(random, 1, 29));
    default:
        return field->cells > 0 ? digits_text(MIN(field->cells, 10), random)
                                : free_text(field, question, random);
    }
}

/* Dates are stored as 2026-03-31 and written as people here write them: 31/03/2026, in 8 cells without the
 * strokes. */
char *
calibration_answer_written(const FormField *field, const char *value)
{
    if (field->type != FORM_DATE || strlen(value) != 10)
        return g_strdup(value);
    const char *stroke = field->cells > 0 && field->cells < 10 ? "" : "/";
    return g_strdup_printf("%.2s%s%.2s%s%.4s", value + 8, stroke, value + 5, stroke, value);
}
