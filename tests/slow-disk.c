/* A disk that takes its time, for LD_PRELOAD: syncing a file of a folder `images` does not return while the
 * file that SLOW_DISK names is there. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_US 10000

typedef int (*Sync)(int fd);

static void
wait_for_disk(int fd)
{
    char name[64], path[4096];
    const char *slow = getenv("SLOW_DISK");
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (!slow || length < 0)
        return;
    path[length] = '\0';
    while (strstr(path, "/images/") && access(slow, F_OK) == 0)
        usleep(LOOK_US);
}

int
fsync(int fd)
{
    Sync next;
    *(void **)&next = dlsym(RTLD_NEXT, "fsync");
    wait_for_disk(fd);
    return next(fd);
}
