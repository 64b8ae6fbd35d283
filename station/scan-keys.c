#include "scan-keys-private.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "command-private.h"

struct ScanKeys {
    ScanControl *control;
    struct termios before;
};

ScanKeys *
scan_keys_new(ScanControl *control)
{
    struct termios before;
    /* in the background the terminal is another's */
    if (tcgetattr(STDIN_FILENO, &before) != 0 || tcgetpgrp(STDIN_FILENO) != getpgrp())
        return NULL;
    ScanKeys *keys = g_new(ScanKeys, 1);
    *keys = (ScanKeys){.control = control, .before = before};
    struct termios now = before;
    now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &now);
    return keys;
}

void
scan_keys_look(ScanKeys *keys)
{
    if (keys && command_interrupted())
        tcsetattr(STDIN_FILENO, TCSANOW, &keys->before); /* a second interrupt ends the program at once */
    struct pollfd poller = {.fd = STDIN_FILENO, .events = POLLIN};
    char key;
    while (keys && poll(&poller, 1, 0) > 0 && read(STDIN_FILENO, &key, 1) == 1) {
        if (key == 'p')
            g_atomic_int_set(&keys->control->paused, !g_atomic_int_get(&keys->control->paused));
        if (key == 's')
            g_atomic_int_set(&keys->control->stop, 1);
    }
}

void
scan_keys_free(ScanKeys *keys)
{
    if (!keys)
        return;
    tcsetattr(STDIN_FILENO, TCSANOW, &keys->before);
    g_free(keys);
}
