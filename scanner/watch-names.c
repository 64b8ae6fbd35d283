/* What of a folder is no finished file of a scanner. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "watch-private.h"

gboolean
watch_passes_over(const char *name, gboolean folder)
{
    static const char *const endings[] = {"~",         ".part",       ".partial",  ".tmp", ".temp",
                                          ".filepart", ".crdownload", ".download", ".swp", ".lock"};
    static const char *const names[] = {"Thumbs.db", "desktop.ini", "System Volume Information",
                                        "lost+found"};
    if (name[0] == '.' || name[0] == '~' || (folder && strchr("@#$", name[0]) != NULL))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        gsize length = strlen(endings[i]), whole = strlen(name);
        if (whole > length && g_ascii_strcasecmp(name + whole - length, endings[i]) == 0)
            return TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(name, names[i]) == 0)
            return TRUE;
    return FALSE;
}

/* A read lease is granted only while nobody has the file open for writing; EAGAIN says that somebody has. It
 * is given back at once. Should a writer come in between, the kernel tells us so by a signal: SIGURG, which
 * does nothing, in place of SIGIO, which would end the program. Other errors (a file of another owner, a
 * network file system) tell nothing. */
gboolean
watch_is_open_for_writing(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == EWOULDBLOCK; /* another's lease; what else is wrong, reading it will say */
    gboolean busy = FALSE;
    if (fcntl(fd, F_SETSIG, SIGURG) == 0) {
        if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
            fcntl(fd, F_SETLEASE, F_UNLCK);
        else
            busy = errno == EAGAIN;
    }
    close(fd);
    return busy;
}
