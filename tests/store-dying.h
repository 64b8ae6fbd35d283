/* Dying at a given point: what the store asks of the disk passes here first. For one file of a test only. */
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int steps_to_live = -1; /* disk steps until this process kills itself; -1: for ever */

static void
disk_step(void)
{
    if (steps_to_live > 0 && --steps_to_live == 0)
        kill(getpid(), SIGKILL);
}

int fsync(int fd);
int fdatasync(int fd);
int rename(const char *from, const char *to);

int
fsync(int fd)
{
    disk_step();
    return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
    disk_step();
    return (int)syscall(SYS_fdatasync, fd);
}

int
rename(const char *from, const char *to)
{
    disk_step();
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
