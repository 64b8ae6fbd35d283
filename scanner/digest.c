#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "scanner-pages.h"

#define SHA256_BYTES 32

char *
scanner_digest(GBytes *bytes)
{
    static const char hex[] = "0123456789abcdef";
    guint8 sum[SHA256_BYTES];
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    /* it has no way to fail but a GnuTLS that lacks SHA-256 */
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, data, length, sum) != 0)
        return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    char *text = g_malloc(2 * sizeof sum + 1);
    for (guint i = 0; i < sizeof sum; i++) {
        text[2 * i] = hex[sum[i] >> 4];
        text[2 * i + 1] = hex[sum[i] & 15];
    }
    text[2 * sizeof sum] = '\0';
    return text;
}
