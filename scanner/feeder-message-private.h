/* Messages between the station and its feeder process: a name, named facts, and perhaps a file descriptor.
 * Each is one datagram (SOCK_SEQPACKET) holding a GVariant `(sa{sv})`. */
#pragma once

#include <glib.h>

/* Device lists are the longest: some 200 devices. */
#define FEEDER_MESSAGE_MAX_BYTES (128 * 1024)

typedef struct {
    char *name;
    GVariantDict *facts;
    int fd; /* -1: none came; the caller may take it and leave -1 */
} FeederMessage;

/* A message without facts. */
FeederMessage *feeder_message_new(const char *name);
void feeder_message_free(FeederMessage *message);

/* Whether this is the message `name`. */
gboolean feeder_message_is(const FeederMessage *message, const char *name);

/* A fact, or 0 or NULL where it is not there or is of another kind. The caller frees the text. */
guint feeder_message_number(const FeederMessage *message, const char *fact);
double feeder_message_real(const FeederMessage *message, const char *fact);
char *feeder_message_text(const FeederMessage *message, const char *fact);
GStrv feeder_message_texts(const FeederMessage *message, const char *fact);

/* Adds a text to the facts of a message, unless it is NULL; what is no UTF-8 in it is marked. */
void feeder_facts_text(GVariantDict *facts, const char *fact, const char *text);

/* Sends `name` with `facts` (floating or NULL, of type a{sv}) and `fd` (-1: none). FALSE when the other side
 * is gone. May be called by several threads. */
gboolean feeder_send(int socket, const char *name, GVariant *facts, int fd);

typedef enum {
    FEEDER_RECEIVED,
    FEEDER_TIMED_OUT,
    FEEDER_GONE, /* the other side closed, or sent what is no message */
} FeederReceipt;

/* Waits for a message; `timeout_ms` -1: for ever. The caller frees `message`, NULL unless one was received.
 */
FeederReceipt feeder_receive(int socket, int timeout_ms, FeederMessage **message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeederMessage, feeder_message_free)
