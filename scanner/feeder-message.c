#include "feeder-message-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPE "(sa{sv})"

static FeederMessage *
message_new(char *name, GVariant *facts, int fd)
{
    FeederMessage *message = g_new(FeederMessage, 1);
    *message = (FeederMessage){.name = name, .facts = g_variant_dict_new(facts), .fd = fd};
    return message;
}

FeederMessage *
feeder_message_new(const char *name)
{
    return message_new(g_strdup(name), NULL, -1);
}

void
feeder_message_free(FeederMessage *message)
{
    if (!message)
        return;
    g_free(message->name);
    g_variant_dict_unref(message->facts);
    if (message->fd >= 0)
        close(message->fd);
    g_free(message);
}

gboolean
feeder_message_is(const FeederMessage *message, const char *name)
{
    return strcmp(message->name, name) == 0;
}

guint
feeder_message_number(const FeederMessage *message, const char *fact)
{
    guint32 number = 0;
    g_variant_dict_lookup(message->facts, fact, "u", &number);
    return number;
}

double
feeder_message_real(const FeederMessage *message, const char *fact)
{
    double number = 0;
    g_variant_dict_lookup(message->facts, fact, "d", &number);
    return number;
}

char *
feeder_message_text(const FeederMessage *message, const char *fact)
{
    char *text = NULL;
    g_variant_dict_lookup(message->facts, fact, "s", &text);
    return text;
}

GStrv
feeder_message_texts(const FeederMessage *message, const char *fact)
{
    GStrv texts = NULL;
    g_variant_dict_lookup(message->facts, fact, "^as", &texts);
    return texts;
}

void
feeder_facts_text(GVariantDict *facts, const char *fact, const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;
    if (valid)
        g_variant_dict_insert(facts, fact, "s", valid);
}

gboolean
feeder_send(int socket, const char *name, GVariant *facts, int fd)
{
    if (!facts)
        facts = g_variant_new("a{sv}", NULL);
    g_autoptr(GVariant) message = g_variant_ref_sink(g_variant_new("(s@a{sv})", name, facts));
    struct iovec data = {.iov_base = (gpointer)g_variant_get_data(message),
                         .iov_len = g_variant_get_size(message)};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr packet = {.msg_iov = &data, .msg_iovlen = 1};
    if (fd >= 0) {
        packet.msg_control = control.room;
        packet.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    gssize sent;
    do
        sent = sendmsg(socket, &packet, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

static int
take_fd(struct msghdr *packet)
{
    int fd = -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(packet); header; header = CMSG_NXTHDR(packet, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
            header->cmsg_len == CMSG_LEN(sizeof fd))
            memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

static gboolean
wait_for(int socket, int timeout_ms)
{
    gint64 until = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    for (;;) {
        gint64 left = (until - g_get_monotonic_time()) / 1000;
        struct pollfd poller = {.fd = socket, .events = POLLIN};
        int ready = poll(&poller, 1, timeout_ms < 0 ? -1 : (int)MAX(left, 0));
        if (ready > 0)
            return TRUE;
        if (ready == 0 || errno != EINTR)
            return FALSE;
    }
}

FeederReceipt
feeder_receive(int socket, int timeout_ms, FeederMessage **message)
{
    if (!wait_for(socket, timeout_ms))
        return FEEDER_TIMED_OUT;
    char *room = g_malloc(FEEDER_MESSAGE_MAX_BYTES);
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec data = {.iov_base = room, .iov_len = FEEDER_MESSAGE_MAX_BYTES};
    struct msghdr packet = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = control.room,
                            .msg_controllen = CMSG_LEN(sizeof(int))}; /* room for one, not for two */
    gssize length;
    /* ECONNRESET comes once, when the other side ends without having read all: what it sent lies behind it */
    do
        length = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
    while (length < 0 && (errno == EINTR || errno == ECONNRESET));
    if (length <= 0) {
        g_free(room);
        return FEEDER_GONE;
    }
    g_autoptr(GVariant) whole = g_variant_ref_sink(
        g_variant_new_from_data(G_VARIANT_TYPE(TYPE), room, (gsize)length, FALSE, g_free, room));
    g_autoptr(GVariant) sound = g_variant_get_normal_form(whole);
    g_autoptr(GVariant) facts = g_variant_get_child_value(sound, 1);
    char *name;
    g_variant_get_child(sound, 0, "s", &name);
    *message = message_new(name, facts, take_fd(&packet));
    return FEEDER_RECEIVED;
}
