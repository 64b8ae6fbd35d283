#include "bilevel-private.h"

#include <string.h>

#include "form-image.h"
#include "image-private.h"

/* Of a page's black pixels this share stand alone where it is made of dots: 0.11 to 0.71 on simulated pages
 * that were dithered, up to 0.07 on those cut at a threshold, 0.03 on real ones. */
#define DOTTED 0.08

/* The binomial weights 1 4 6 4 1: a Gaussian of one pixel. Of the fields of simulated dithered pages 5 % were
 * left in doubt, with 0.7 pixels 10 %, without any 31 %. */
#define REACH 2
#define TAPS  (2 * REACH + 1)

/* A row of grey pixels in raster order, from Leptonica's words or into them. */
static void
swap_words(guint32 *words, gsize n)
{
    for (gsize i = 0; i < n; i++)
        words[i] = GUINT32_TO_BE(words[i]);
}

/* Weighted sums along a row, of 16 times its values. `row` has REACH more pixels on both sides. */
OMR_VECTOR_CLONES static void
sum_along(const guint8 *row, int width, guint16 *sums)
{
    for (int x = 0; x < width; x++)
        sums[x] = (guint16)(row[x] + row[x + 4] + 4 * (row[x + 1] + row[x + 3]) + 6 * row[x + 2]);
}

/* Weighted means of five rows of such sums. */
OMR_VECTOR_CLONES static void
average_down(const guint16 *const rows[TAPS], int width, guint8 *out)
{
    for (int x = 0; x < width; x++) {
        guint sum = rows[0][x] + rows[4][x] + 4u * (rows[1][x] + rows[3][x]) + 6u * rows[2][x];
        out[x] = (guint8)((sum + 128) >> 8);
    }
}

/* The sums of one row of the image; beyond its sides lies what is at them. */
static void
sum_row(PIX *pix, int row, guint8 *padded, guint16 *sums)
{
    int width = pixGetWidth(pix);
    gsize wpl = (gsize)pixGetWpl(pix);
    guint32 *pixels = (guint32 *)(void *)(padded + sizeof(guint32));

    memcpy(pixels, pixGetData(pix) + (gsize)row * wpl, wpl * sizeof(guint32));
    swap_words(pixels, wpl);
    for (int i = 1; i <= REACH; i++) {
        padded[sizeof(guint32) - (gsize)i] = padded[sizeof(guint32)];
        padded[sizeof(guint32) + (gsize)(width - 1 + i)] = padded[sizeof(guint32) + (gsize)(width - 1)];
    }
    sum_along(padded + sizeof(guint32) - REACH, width, sums);
}

/* Smooths in place: a row is written when the two below it have been summed up. */
static void
smooth(PIX *grey)
{
    int width = pixGetWidth(grey), height = pixGetHeight(grey);
    gsize wpl = (gsize)pixGetWpl(grey);
    g_autofree guint8 *padded = g_malloc0((wpl + 2) * sizeof(guint32));
    g_autofree guint16 *sums = g_new0(guint16, (gsize)width * TAPS);

    for (int row = 0; row < MIN(REACH, height); row++)
        sum_row(grey, row, padded, sums + (gsize)row % TAPS * (gsize)width);
    for (int row = 0; row < height; row++) {
        const guint16 *rows[TAPS];
        if (row + REACH < height)
            sum_row(grey, row + REACH, padded, sums + (gsize)(row + REACH) % TAPS * (gsize)width);
        for (int i = 0; i < TAPS; i++)
            rows[i] = sums + (gsize)CLAMP(row + i - REACH, 0, height - 1) % TAPS * (gsize)width;
        guint32 *out = pixGetData(grey) + (gsize)row * wpl;
        average_down(rows, width, (guint8 *)out);
        swap_words(out, wpl);
    }
}

/* Of the black pixels the share that touch no other along a side. */
static double
share_alone(PIX *pix)
{
    static const int beside[][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    int width = pixGetWidth(pix), height = pixGetHeight(pix), all = 0, alone = 0;
    g_autoptr(PIX) lone = pixCopy(NULL, pix);

    if (lone == NULL)
        return 0;
    for (guint i = 0; i < G_N_ELEMENTS(beside); i++)
        pixRasterop(lone, beside[i][0], beside[i][1], width, height, PIX_DST & PIX_NOT(PIX_SRC), pix, 0, 0);
    pixCountPixels(pix, &all, NULL);
    pixCountPixels(lone, &alone, NULL);
    return all > 0 ? (double)alone / all : 0;
}

PIX *
omr_bilevel_to_grey(PIX *pix)
{
    PIX *grey = pixConvertTo8(pix, FALSE);

    if (grey != NULL && share_alone(pix) >= DOTTED)
        smooth(grey);
    return grey;
}
