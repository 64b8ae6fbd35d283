/* How far a long job is: a bar on a terminal, plain lines otherwise. Used by one thread. */
#pragma once

#include <glib.h>
#include <stdio.h>

typedef struct Progress Progress;

/* `what` names the job ("Reading"), `unit` what is counted ("pages"); both translated. On standard output. */
Progress *progress_new(const char *what, const char *unit, guint total);

/* The same on another stream: standard error, where standard output is a result. */
Progress *progress_new_on(FILE *stream, const char *what, const char *unit, guint total);

/* Shows that `done` of the total are done and `count` units with them (pages of files); draws a few times a
 * second only. */
void progress_update(Progress *progress, guint done, guint64 count);

/* Shows `state` in place of how far the job is, for a job without an end (its total is 0): on a terminal a
 * few times a second, otherwise a line now and then when it has changed. */
void progress_say(Progress *progress, const char *state);

/* Takes the bar off the terminal, so that a line can be printed; the next update draws it again. */
void progress_hide(Progress *progress);

/* Takes the bar away; NULL-safe. */
void progress_free(Progress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)
