/* What an intake came to, for people and as an exit status. */
#pragma once

#include "command-private.h"
#include "intake-private.h"

/* Prints the batch (or batches) and a table of what became of the pages, on standard output. */
void intake_print(const char *batch, const IntakeResult *result);

/* 3 where the machine failed, 2 where files were no images, 1 where pages need a person, else 0. */
CommandStatus intake_status(const IntakeResult *result);
