#include "glue.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "php_output.h"
#include "zend_exceptions.h"
#include "zend_fibers.h"
#include "zend_generators.h"

/* A turn is seen by the tick after its start at the earliest: after N more it has lasted for N ticks at least, and for less than N + 1. */
#define TICK_NS 5000000
/* Computing for longer than this is too long. */
#define LONG_TICKS 2
/* The thread needs little more than its frame. */
#define THREAD_STACK ((size_t) 256 << 10)

enum { AWAKE, ASLEEP, LEAVING };

static ZG_THREAD struct watch {
	_Atomic uint32_t turn; /* counts the turns */
	_Atomic bool of_fiber; /* whether the turn is a fiber's */
	_Atomic uint32_t state; /* what the thread waits on */
	_Atomic uint64_t seen; /* the turn that lasts, and for how many ticks */
	void *interrupt; /* EG(vm_interrupt) */
	pthread_t thread;
	bool has_thread;
} watch;

ZG_THREAD bool zg_preempt_on;

extern void zg_fiber_interrupted(bool is_long, bool may_leave);

static void futex(_Atomic uint32_t *word, int operation, uint32_t value, const struct timespec *timeout)
{
	syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, timeout, NULL, 0);
}

static void interrupt(struct watch *self)
{
#if PHP_VERSION_ID >= 80200
	zend_atomic_bool_store_ex(self->interrupt, true);
#else
	__atomic_store_n((bool *) self->interrupt, true, __ATOMIC_SEQ_CST);
#endif
}

/* The thread. */
static void *look(void *argument)
{
	struct watch *self = argument;
	const struct timespec tick = { .tv_nsec = TICK_NS };
	uint32_t last = atomic_load(&self->turn), ticks = 0;
	while (atomic_load(&self->state) != LEAVING) {
		if (!atomic_load(&self->of_fiber)) {
			/* A fiber that starts after this look finds us asleep; the compare keeps LEAVING. */
			uint32_t awake = AWAKE;
			if (!atomic_compare_exchange_strong(&self->state, &awake, ASLEEP)) {
				continue;
			}
			if (!atomic_load(&self->of_fiber)) {
				futex(&self->state, FUTEX_WAIT, ASLEEP, NULL);
			}
			uint32_t asleep = ASLEEP;
			atomic_compare_exchange_strong(&self->state, &asleep, AWAKE);
			continue;
		}
		futex(&self->state, FUTEX_WAIT, AWAKE, &tick);
		const uint32_t turn = atomic_load(&self->turn);
		ticks = turn == last ? ticks + 1 : 0;
		last = turn;
		if (ticks > 0 && atomic_load(&self->of_fiber)) {
			atomic_store(&self->seen, (uint64_t) turn << 32 | ticks);
			interrupt(self);
		}
	}
	return NULL;
}

static bool start(void)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	atomic_store(&watch.state, AWAKE);
	watch.interrupt = &EG(vm_interrupt);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	/* Signals are for the thread that PHP runs on. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int error = pthread_create(&watch.thread, &attributes, look, &watch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	watch.has_thread = error == 0;
	if (error != 0) {
		char text[160];
		snprintf(text, sizeof text, "swoole: long computations are not interrupted, there can be no more threads: %s", strerror(error));
		php_log_err_with_severity(text, LOG_WARNING);
	}
	return watch.has_thread;
}

void zg_preempt_turn(bool of_fiber)
{
	/* Of the two threads, the one that comes second to its look sees what the other has written: all of these are sequentially consistent. */
	atomic_fetch_add(&watch.turn, 1);
	atomic_store(&watch.of_fiber, of_fiber);
	if (!of_fiber) {
		return;
	}
	if (UNEXPECTED(!watch.has_thread)) {
		zg_preempt_on = start();
	}
	if (UNEXPECTED(atomic_load(&watch.state) == ASLEEP)) {
		atomic_store(&watch.state, AWAKE);
		futex(&watch.state, FUTEX_WAKE, 1, NULL);
	}
}

void zg_preempt_set(bool on)
{
	zg_preempt_on = on;
	if (on) {
		zg_preempt_turn(zg_fiber_current() != NULL);
	} else if (watch.has_thread) {
		atomic_store(&watch.state, LEAVING);
		futex(&watch.state, FUTEX_WAKE, 1, NULL);
		pthread_join(watch.thread, NULL);
		watch.has_thread = false;
	}
}

/* The thread is not in the child, which starts its own when it needs one. */
static void forked(void)
{
	watch.has_thread = false;
}

static bool is_user_code(const zend_execute_data *frame)
{
	return frame && frame->func && ZEND_USER_CODE(frame->func->type);
}

/* Whether an operator, and not a call in the program, has led to this frame. */
static bool is_called_by_engine(const zend_execute_data *frame)
{
	if (!frame->func) { /* the mark of such a call before PHP 8.2; also of `yield from`, with the generator in it */
		return !(Z_TYPE(frame->This) == IS_OBJECT && Z_OBJCE(frame->This) == zend_ce_generator);
	}
	const uint32_t info = ZEND_CALL_INFO(frame);
	if (!is_user_code(frame) || !(info & ZEND_CALL_TOP) || (info & ZEND_CALL_GENERATOR) || !is_user_code(frame->prev_execute_data)) {
		return false;
	}
	switch (frame->prev_execute_data->opline->opcode) {
		case ZEND_DO_FCALL:
		case ZEND_DO_FCALL_BY_NAME:
		case ZEND_DO_ICALL:
		case ZEND_DO_UCALL:
			return false;
		case ZEND_INCLUDE_OR_EVAL:
			return !(info & ZEND_CALL_CODE);
		default:
			return true;
	}
}

/*
 * Whether the fiber can be left where it was interrupted. Not where the engine itself has called PHP code (a destructor, an autoloader, __get() and
 * its kin, the methods of a stream wrapper): it keeps notes of that in globals, and other fibers would meet them. A function that was given a callback
 * is no hindrance: such a callback may wait of its own accord, too.
 */
static bool may_leave(const zend_execute_data *frame)
{
	if (zend_fiber_switch_blocked() || zg_fiber_collecting() || CG(in_compilation) || OG(running)
			|| (EG(in_autoload) && zend_hash_num_elements(EG(in_autoload)) > 0)) {
		return false;
	}
	for (; frame; frame = frame->prev_execute_data) {
		if (is_called_by_engine(frame)) {
			return false;
		}
	}
	return true;
}

static void (*interrupt_before)(zend_execute_data *execute_data);

static void on_interrupt(zend_execute_data *execute_data)
{
	if (interrupt_before) {
		interrupt_before(execute_data);
	}
	if (!zg_preempt_on || !zg_fiber_current() || EG(exception)) {
		return;
	}
	const uint64_t seen = atomic_exchange(&watch.seen, 0);
	if ((uint32_t) (seen >> 32) != atomic_load(&watch.turn) || (uint32_t) seen == 0) {
		return; /* another turn's, or somebody else's interrupt */
	}
	const bool is_long = (uint32_t) seen >= LONG_TICKS;
	zg_fiber_interrupted(is_long, is_long && may_leave(execute_data));
	if (UNEXPECTED(zg_is_pending())) {
		zg_raise_pending();
	}
}

void zg_preempt_startup(void)
{
	interrupt_before = zend_interrupt_function;
	zend_interrupt_function = on_interrupt;
	pthread_atfork(NULL, NULL, forked);
}
