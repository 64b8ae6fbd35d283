#include "response-private.h"

#include <math.h>

#include "order-private.h"

/* Of the pixels with one darkness in the blank, this share is not darker in the scan, when it holds no mark.
 * Above a half, as the outline may be a little off; below the share of empty positions, so that marks do not
 * teach the print. */
#define TONE_QUANTILE 0.65

/* An outline with less than this (of about 100 pixels, each a step of 30) has no edges to speak of. */
#define LEAST_STEEPNESS 90000

/* Each tone, and what teaches none. */
#define LESSONS (OMR_TONES + 1)

int
omr_quantile(const guint *histogram, double share)
{
    guint64 count = 0, seen = 0;

    for (int value = 0; value < 256; value++)
        count += histogram[value];
    for (int value = 0; value < 256; value++) {
        seen += histogram[value];
        if ((double)seen >= share * (double)count)
            return value;
    }
    return 255;
}

double
omr_steepness(const OmrTarget *target, const guint8 *darkness)
{
    gint64 sum = 0;

    for (guint i = 0; i < target->outline.n; i++) {
        const guint8 *at = darkness + target->outline.at[i];
        int across = at[1] - at[0], down = at[target->width] - at[0];
        sum += across * across + down * down;
    }
    return (double)sum;
}

/* The median over the positions with a printed outline, against print of the same contrast. */
static double
sharpness_of(const OmrResponse *response, const OmrBlank *blank, const GPtrArray *samples)
{
    g_autoptr(GArray) ratios = g_array_new(FALSE, FALSE, sizeof(double));
    double contrast = (response->tone[255] - response->tone[0]) / 255;

    for (guint i = 0; i < samples->len && contrast > 0; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        if (target->steepness < LEAST_STEEPNESS)
            continue;
        double seen = omr_steepness(target, g_ptr_array_index(samples, i));
        double ratio = sqrt(seen / target->steepness) / contrast;
        g_array_append_val(ratios, ratio);
    }
    if (ratios->len == 0)
        return 0;
    qsort(ratios->data, ratios->len, sizeof(double), omr_compare_doubles);
    return g_array_index(ratios, double, ratios->len / 2);
}

/* What a darkness of the blank is by itself, when the page does not teach how it comes out. */
static double
own_tone(int i)
{
    return (i + 0.5) * 256 / OMR_TONES;
}

/* Tones that too few pixels taught (below 0) lie between those that were, on a line; darker ones than any
 * taught are taken as they are. No tone is lighter than one before it. */
static void
fill_gaps(double *tone)
{
    int last = -1;

    for (int i = 0; i < OMR_TONES; i++) {
        if (tone[i] < 0)
            continue;
        double from = last >= 0 ? tone[last] : MIN(own_tone(0), tone[i]);
        tone[i] = MAX(tone[i], from);
        for (int k = last + 1; k < i; k++)
            tone[k] = from + (tone[i] - from) * (k - last) / (i - last);
        last = i;
    }
    for (int k = last + 1; k < OMR_TONES; k++)
        tone[k] = MAX(own_tone(k), last >= 0 ? tone[last] : 0);
}

/* Counts the darknesses that are seen for each tone. Neighbours are counted in two histograms in turn: mostly
 * they are alike, and a processor waits for one count before it makes the next in the same place. */
static guint *
count_tones(const OmrBlank *blank, const GPtrArray *samples)
{
    guint *histogram = g_new0(guint, LESSONS * 256);
    g_autofree guint *other = g_new0(guint, LESSONS * 256);

    for (guint i = 0; i < samples->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        const guint8 *darkness = g_ptr_array_index(samples, i);
        int n = target->width * target->height;
        for (int at = 0; at + 1 < n; at += 2) {
            histogram[target->lesson[at] * 256 + darkness[at]]++;
            other[target->lesson[at + 1] * 256 + darkness[at + 1]]++;
        }
        if (n % 2 == 1)
            histogram[target->lesson[n - 1] * 256 + darkness[n - 1]]++;
    }
    for (int at = 0; at < LESSONS * 256; at++)
        histogram[at] += other[at];
    return histogram;
}

void
omr_response_learn(OmrResponse *response, const OmrBlank *blank, const GPtrArray *samples)
{
    g_autofree guint *histogram = count_tones(blank, samples);
    double tone[OMR_TONES];

    for (int i = 0; i < OMR_TONES; i++) {
        guint count = 0;
        for (int value = 0; value < 256; value++)
            count += histogram[i * 256 + value];
        tone[i] = count > 50 ? omr_quantile(histogram + i * 256,
                                            i * 256 < OMR_PAPER * OMR_TONES ? 0.5 : TONE_QUANTILE)
                             : -1;
    }
    fill_gaps(tone);
    /* the lower half of paper's scatter: the upper half holds the marks */
    response->noise = omr_quantile(histogram, 0.5) - omr_quantile(histogram, 0.16);
    for (int value = 0; value < 256; value++) {
        double at = CLAMP((value + 0.5) * OMR_TONES / 256 - 0.5, 0, OMR_TONES - 1);
        int low = MIN((int)at, OMR_TONES - 2);
        response->tone[value] = tone[low] + (at - low) * (tone[low + 1] - tone[low]);
    }
    response->sharpness = sharpness_of(response, blank, samples);
}
