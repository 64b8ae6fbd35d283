/* The feeder process, as the station sees it: a process and the socket to it. */
#pragma once

#include "feeder-message-private.h"
#include "scanner-feeder.h"

typedef struct {
    GPid pid;   /* 0: no process */
    int socket; /* -1: likewise */
} FeederChild;

/* When the station has closed the socket, the feeder process gets so long to end what its driver does. */
#define FEEDER_LAST_SECONDS 5

#define FEEDER_CHILD_NONE ((FeederChild){.socket = -1})

gboolean feeder_is_virtual(const ScannerFeederOptions *options);

/* Seconds that the driver may give nothing. */
guint feeder_child_stall_s(const ScannerFeederOptions *options);

gboolean feeder_child_spawn(FeederChild *child, const ScannerFeederOptions *options, GError **error);

/* Ends it: by force, or by closing the socket and waiting until it has ended by itself, which is bounded. */
void feeder_child_end(FeederChild *child, gboolean by_force);

/* The answer to an order that is answered at once; NULL with an error where it is "failed", or none comes:
 * then the process has been ended. The caller frees it. */
FeederMessage *feeder_child_await(FeederChild *child, const ScannerFeederOptions *options, GError **error);
