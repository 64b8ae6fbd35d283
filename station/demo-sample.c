#include "demo-sample-private.h"

#include "export-csv.h"

/* A serial is the province's code and five digits; the first ones went to a pretest, as it were. */
#define FIRST_NUMBER 423

static const struct {
    const char *code, *province, *commune;
    const char *villages[2];
} places[] = {
    {"01", "Hà Nội", "Phường Hoàn Kiếm", {"Tổ dân phố 5", "Tổ dân phố 12"}},
    {"01", "Hà Nội", "Xã Sóc Sơn", {"Thôn Đông", "Thôn Đoài"}},
    {"08", "Tuyên Quang", "Xã Lũng Cú", {"Thôn Lô Lô Chải", "Thôn Thèn Pả"}},
    {"40", "Nghệ An", "Xã Kim Liên", {"Xóm Sen 2", "Xóm Mậu Tài"}},
    {"46", "Huế", "Phường Thuận Hóa", {"Tổ dân phố 3", "Tổ dân phố 8"}},
    {"68", "Lâm Đồng", "Phường Xuân Hương - Đà Lạt", {"Tổ dân phố 2", "Tổ dân phố 7"}},
    {"79", "Hồ Chí Minh", "Phường Bến Thành", {"Khu phố 1", "Khu phố 4"}},
    {"96", "Cà Mau", "Xã Đất Mũi", {"Ấp Mũi", "Ấp Kinh Đào"}},
};

char *
demo_sample_csv(guint count, guint *communes)
{
    static const char *const header[] = {"serial", "province_code", "province", "commune", "village", NULL};
    GString *text = g_string_new(NULL);
    export_csv_append(text, header);
    *communes = MIN(count, G_N_ELEMENTS(places));
    for (guint i = 0; i < count; i++) {
        guint place = (guint)((guint64)i * *communes / count);
        g_autofree char *serial = g_strdup_printf("%s%05u", places[place].code, FIRST_NUMBER + i);
        const char *row[] = {serial,
                             places[place].code,
                             places[place].province,
                             places[place].commune,
                             places[place].villages[i % 2],
                             NULL};
        export_csv_append(text, row);
    }
    return g_string_free(text, FALSE);
}
