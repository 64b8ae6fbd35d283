#include "feeder-child-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_STALL_S 60
#define SOCKET_IN_CHILD 3
/* A process that should have ended is killed after so much longer. */
#define LAST_MS ((FEEDER_LAST_SECONDS + 2) * 1000)

gboolean
feeder_is_virtual(const ScannerFeederOptions *options)
{
    return options->device && g_str_has_prefix(options->device, SCANNER_VIRTUAL);
}

guint
feeder_child_stall_s(const ScannerFeederOptions *options)
{
    return options->stall_s ? options->stall_s : DEFAULT_STALL_S;
}

/* For the virtual feeder its driver is the only one that SANE shall find. */
static char **
make_environment(const ScannerFeederOptions *options)
{
    char **environment = g_get_environ();
    if (!feeder_is_virtual(options))
        return environment;
    environment = g_environ_setenv(environment, "SANE_CONFIG_DIR", options->virtual_dir, TRUE);
    environment = g_environ_setenv(environment, "LD_LIBRARY_PATH", options->virtual_dir, TRUE);
    return g_environ_setenv(environment, "PHIEU_VIRTUAL", options->device + strlen(SCANNER_VIRTUAL), TRUE);
}

static gboolean
fail_spawn(const char *why, GError **error)
{
    g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE, _("the feeder process cannot be started (%s)"),
                why);
    return FALSE;
}

gboolean
feeder_child_spawn(FeederChild *child, const ScannerFeederOptions *options, GError **error)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
        return fail_spawn(g_strerror(errno), error);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_strv_builder_addv(words, (const char **)options->program);
    g_strv_builder_add(words, G_STRINGIFY(SOCKET_IN_CHILD));
    g_auto(GStrv) argv = g_strv_builder_end(words), environment = make_environment(options);
    const int in_child = SOCKET_IN_CHILD;
    g_autoptr(GError) problem = NULL;
    /* what drivers print on standard output is no output of ours; of a descriptor of its own, since GLib
     * closes in the child whichever it is given */
    int output = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    g_spawn_async_with_pipes_and_fds(NULL, (const char *const *)argv, (const char *const *)environment,
                                     G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, output, -1, &sockets[1],
                                     &in_child, 1, &child->pid, NULL, NULL, NULL, &problem);
    close(sockets[1]);
    if (output >= 0)
        close(output);
    if (problem) {
        close(sockets[0]);
        child->pid = 0;
        return fail_spawn(problem->message, error);
    }
    child->socket = sockets[0];
    return TRUE;
}

static gboolean
ends_by_itself(GPid pid)
{
    struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    if (end.fd < 0)
        return FALSE;
    gint64 until_us = g_get_monotonic_time() + (gint64)LAST_MS * 1000;
    int ended;
    do
        ended = poll(&end, 1, (int)(MAX(until_us - g_get_monotonic_time(), 0) / 1000));
    while (ended < 0 && errno == EINTR);
    close(end.fd);
    return ended > 0;
}

void
feeder_child_end(FeederChild *child, gboolean by_force)
{
    if (child->socket >= 0)
        close(child->socket);
    if (child->pid) {
        if (by_force || !ends_by_itself(child->pid))
            kill(child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        g_spawn_close_pid(child->pid);
    }
    *child = FEEDER_CHILD_NONE;
}

FeederMessage *
feeder_child_await(FeederChild *child, const ScannerFeederOptions *options, GError **error)
{
    const char *name = options->device ? options->device : "SANE";
    g_autoptr(FeederMessage) message = NULL;
    FeederReceipt receipt =
        feeder_receive(child->socket, (int)feeder_child_stall_s(options) * 1000, &message);
    if (receipt != FEEDER_RECEIVED) {
        g_set_error(
            error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
            receipt == FEEDER_TIMED_OUT
                ? _("%s: the scanner's driver does not answer; switch the scanner off and on")
                : _("%s: the scanner's driver crashed; try again, and update the driver if it stays so"),
            name);
        feeder_child_end(child, TRUE);
        return NULL;
    }
    if (!feeder_message_is(message, "failed"))
        return g_steal_pointer(&message);
    g_autofree char *text = feeder_message_text(message, "message");
    guint code = feeder_message_number(message, "code");
    g_set_error_literal(error, SCANNER_ERROR,
                        code == SCANNER_ERROR_INPUT ? SCANNER_ERROR_INPUT : SCANNER_ERROR_MACHINE,
                        text ? text : "");
    return NULL;
}
