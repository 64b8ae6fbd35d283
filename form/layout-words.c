#include <string.h>

#include "layout-private.h"

/* Wording of the paper, not of the program: chosen by the form's language, so it is not in po/. */
static const LayoutWords words[] = {
    {
        .language = "vi",
        .continued = "(tiếp\u00a0theo)",
        .page = "Trang %d/%d",
        .turn = "Mời xem tiếp mặt sau",
        .next = "Mời xem tiếp tờ sau",
        .instruction = "Xin tô kín, đánh dấu tích hoặc gạch chéo vào ô ứng với lựa chọn: ô tròn chỉ chọn "
                       "một, ô vuông có "
                       "thể chọn nhiều. Nếu nhầm, xin gạch kín ô sai rồi chọn lại ô đúng.",
        .how = "Đánh dấu:",
        .mend = "Sửa lại:",
        .date = {"N", "N", "T", "T", "N", "N", "N", "N"},
    },
    {
        .language = "en",
        .continued = "(continued)",
        .page = "Page %d/%d",
        .turn = "Please turn over",
        .next = "Please go on to the next sheet",
        .instruction =
            "Please fill, tick or cross the bubble of your answer: choose one where the bubbles are round, "
            "as "
            "many as apply where they are square. To correct, scribble the wrong one out and mark another.",
        .how = "Mark:",
        .mend = "Correct:",
        .date = {"D", "D", "M", "M", "Y", "Y", "Y", "Y"},
    },
};

const LayoutWords *
layout_words(const char *language)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strncasecmp(language, words[i].language, 2) == 0)
            return &words[i];
    return &words[1];
}
