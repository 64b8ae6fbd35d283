/* Page images into files, as scanners deliver them. */
#include <glib/gi18n-lib.h>

#include "calibration-error.h"
#include "scan-private.h"

gboolean
calibration_write(PIX *pix, const CalibrationScan *scan, const char *path, GError **error)
{
    l_uint8 *bytes = NULL;
    size_t length = 0;
    int quality = scan->jpeg_quality > 0 ? MIN(scan->jpeg_quality, 100) : 90;
    l_int32 failed = pixGetDepth(pix) == 1 ? pixWriteMemTiff(&bytes, &length, pix, IFF_TIFF_G4)
                                           : pixWriteMemJpeg(&bytes, &length, pix, quality, 0);
    if (failed || !bytes) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                    _("%s: the page image could not be encoded; is there memory left?"), path);
        return FALSE;
    }
    g_autoptr(GError) cause = NULL;
    gboolean written = g_file_set_contents_full(path, (const char *)bytes, (gssize)length,
                                                G_FILE_SET_CONTENTS_CONSISTENT, 0644, &cause);
    lept_free(bytes);
    if (!written)
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                    _("%s: cannot be written (%s); check the folder and the disk"), path, cause->message);
    return written;
}
