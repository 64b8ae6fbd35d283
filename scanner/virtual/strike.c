/* Faults let loose. */
#include "job-private.h"
#include "log-private.h"

#include <signal.h>
#include <unistd.h>

VirtualFault *
virtual_job_fault(const VirtualFeeder *feeder, int side, gboolean start)
{
    gboolean first = feeder->options.source != VIRTUAL_DUPLEX || side % 2 == 1;
    return virtual_script_fault(&feeder->script, side, first, start, feeder->feed);
}

/* As the kernel does it: a handler of the program's (a sanitizer's) would make an exit of it. */
G_NORETURN static void
crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    _exit(1);
}

G_NORETURN static void
hang(void)
{
    for (;;)
        pause();
}

/* Sheets that hung on to the one that was drawn have gone with it. */
static SANE_Status
multi_pick(VirtualFeeder *feeder, const VirtualFault *fault)
{
    VirtualDfAction action = feeder->options.df_action;
    virtual_pile_draw(&feeder->pile, fault->sheets - 1);
    if (action == VIRTUAL_DF_CONTINUE) {
        feeder->double_feed = TRUE;
        return SANE_STATUS_GOOD;
    }
    SANE_Status status = fault->status;
    if (status == SANE_STATUS_GOOD && action == VIRTUAL_DF_STOP)
        status = SANE_STATUS_JAMMED;
    feeder->double_feed = status == SANE_STATUS_JAMMED;
    return status;
}

/* The sheets of the sides behind have left the pile as well. */
static SANE_Status
lose_behind(VirtualFeeder *feeder, const VirtualFault *fault)
{
    gboolean duplex = feeder->options.source == VIRTUAL_DUPLEX;
    int last = duplex ? (feeder->side + fault->sides + 1) / 2 : (feeder->side + 1) / 2 + fault->sides;
    virtual_pile_draw(&feeder->pile, MAX(0, last + 1 - feeder->pile.top));
    return fault->status;
}

SANE_Status
virtual_job_strike(VirtualFeeder *feeder, VirtualFault *fault)
{
    SANE_Status status = fault->status;
    virtual_log("fault %s on side %d", fault->name, feeder->side);
    switch (fault->what) {
    case VIRTUAL_HANG:
        hang();
    case VIRTUAL_HANG_UNTIL_CANCEL:
        virtual_job_wait(feeder, -1);
        virtual_feeder_settle(feeder);
        break;
    case VIRTUAL_CRASH:
        crash();
    case VIRTUAL_EXIT:
        _exit(1);
    case VIRTUAL_LOST_BEHIND:
        status = lose_behind(feeder, fault);
        break;
    case VIRTUAL_MULTI_PICK:
        status = multi_pick(feeder, fault);
        break;
    default:
        break;
    }
    feeder->cover_open = status == SANE_STATUS_COVER_OPEN;
    if (status != SANE_STATUS_GOOD)
        virtual_job_end(feeder);
    return status;
}
