/* Where all chance comes from. */
#include <math.h>
#include <string.h>

#include "simulation-private.h"

GRand *
calibration_random(guint32 seed, const char *serial, int page, const char *purpose)
{
    g_autofree char *text = g_strdup_printf("%u\n%s\n%d\n%s", seed, serial, page, purpose);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)text, -1);
    guint8 digest[32];
    gsize length = sizeof digest;
    g_checksum_get_digest(checksum, digest, &length);
    guint32 words[8];
    for (int i = 0; i < 8; i++)
        words[i] = (guint32)digest[4 * i] << 24 | (guint32)digest[4 * i + 1] << 16 |
                   (guint32)digest[4 * i + 2] << 8 | digest[4 * i + 3];
    return g_rand_new_with_seed_array(words, G_N_ELEMENTS(words));
}

/* Box and Muller, Annals of Mathematical Statistics 29 (1958), 610. */
double
calibration_normal(GRand *random, double sigma)
{
    double radius = sqrt(-2 * log(1 - g_rand_double(random)));
    double value = radius * cos(2 * G_PI * g_rand_double(random));
    return sigma * CLAMP(value, -2.5, 2.5);
}

double
calibration_normal_within(GRand *random, double mean, double sigma, double least, double most)
{
    double value = mean + calibration_normal(random, sigma);
    return CLAMP(value, least, most);
}

gboolean
calibration_chance(GRand *random, double probability)
{
    return g_rand_double(random) < probability;
}

int
calibration_pick(GRand *random, const double *weights, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += weights[i];
    double left = g_rand_double(random) * sum;
    int last = 0;
    for (int i = 0; i < n; i++) {
        if (weights[i] <= 0)
            continue;
        last = i;
        left -= weights[i];
        if (left < 0)
            return i;
    }
    return last;
}
