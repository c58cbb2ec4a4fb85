/*
 * Tells a fiber that it has run for long. A helper thread looks at every tick whether the same turn still runs, and if so has PHP's virtual
 * machine stop at its next safe point, where who schedules the fibers decides. The thread shares no lock with PHP, calls nothing but futex(),
 * sleeps while no fiber runs, and is started anew in a process that was forked.
 */
#ifndef ZEND_PREEMPT_H
#define ZEND_PREEMPT_H

#include "php.h"

/* Whether turns are watched: what runs fibers calls zg_preempt_turn at each switch then, and does nothing otherwise. */
extern ZG_THREAD bool zg_preempt_on;

/* A turn begins: of a fiber, or of the code outside of all. */
void zg_preempt_turn(bool of_fiber);

void zg_preempt_startup(void);
/* Watches from now on, or no more. The thread starts with the next turn of a fiber. */
void zg_preempt_set(bool on);

#endif
