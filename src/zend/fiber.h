/*
 * Contexts of execution: a C stack and a VM stack each, on which PHP functions run, are suspended and resumed. What decides who runs is
 * elsewhere. A fiber here is one of Zend's own contexts, so that observers, debuggers and PHP's Fiber see what they know.
 *
 * Nothing jumps over a Rust frame here either: a fatal error inside a fiber is caught at the bottom of its stack, and noted as pending for
 * whoever resumed it.
 */
#ifndef ZEND_FIBER_GLUE_H
#define ZEND_FIBER_GLUE_H

#include "php.h"

typedef struct zg_fiber zg_fiber;

/* How a start or a resume ended. */
#define ZG_FIBER_SUSPENDED 0
#define ZG_FIBER_ENDED 1
#define ZG_FIBER_LEAVES 2 /* the process has to leave, with the status EG(exit_status) */
#define ZG_FIBER_DIED 3 /* a fatal error; a bailout is pending */
#define ZG_FIBER_REFUSED 4 /* it was not there to be started or resumed */
/* In a process that survives it: */
#define ZG_FIBER_EXITED 5 /* an exit() that nobody caught */
#define ZG_FIBER_THREW 6 /* an exception that nobody caught, and that was reported */

/* Classes of the stubs that are thrown from C. */
void zg_fiber_startup(zend_class_entry *exit_exception);
void zg_fiber_hooks_startup(zend_class_entry *exit_exception);
void zg_fiber_hooks_request(void);
void zg_fiber_request(void);

/* One that nothing runs on. NULL: there is no memory for a stack, or no guard page; zg_fiber_refusal says what. */
zg_fiber *zg_fiber_take(void);
const char *zg_fiber_refusal(void);
/* Whether this process survives what nobody catches in a fiber; then exit() is an exception everywhere, as it is in fibers. Its forked children
 * do not survive it, and exit() is there what PHP makes of it. */
void zg_fiber_survive(bool on);
typedef enum { ZG_LEAVES, ZG_SURVIVES, ZG_IS_CHILD } zg_survival;
zg_survival zg_fiber_survival(void);
/* Whether an exception is that of exit(). */
bool zg_is_exit(const zend_object *exception);
/* What exit() says when nobody catches it: its text, if it got one. Its status. */
int zg_exit_status(zend_object *exception);
/* Gives it back, if nothing runs on it. */
void zg_fiber_release(zg_fiber *fiber);

/* The fiber that runs, NULL outside of all. */
zg_fiber *zg_fiber_current(void);
/* Without a callable, zg_fiber_native runs on it, in Rust. */
int zg_fiber_start(zg_fiber *fiber, uint64_t id, zval *callable, zend_fcall_info_cache *cache, uint32_t argc, zval *argv);
int zg_fiber_resume(zg_fiber *fiber);
/* Leaves the current fiber for whoever resumed it. ZG_FIBER_REFUSED: there is none, or it cannot be left. */
int zg_fiber_suspend(void);
/* Whether the garbage collector runs on the current stack: it cannot be left then. */
bool zg_fiber_collecting(void);
/* Has the current fiber unwind: `finally` blocks and destructors run, nothing catches it. */
void zg_fiber_unwind(zg_fiber *fiber);

int zg_fiber_exit_status(void);
/* Bytes of C stack in use. */
size_t zg_fiber_stack_usage(const zg_fiber *fiber);
/* The calls on a suspended fiber's stack, or, with NULL, on the one that runs, its own call left out; as debug_backtrace() gives them. */
bool zg_fiber_backtrace(const zg_fiber *fiber, int options, int limit, zval *result);
/* The same as text. */
bool zg_fiber_trace_text(zval *trace, zval *result);

/* Has a function of the module called as the last of the shutdown functions; once more behind those that came after it. */
bool zg_shutdown_function(const char *name, size_t length);
bool zg_shutdown_functions_follow(void);
/* Reports an exception of this class and text as one that nobody caught, and has the process leave with 255. Nothing can catch it. */
void zg_die_of(zend_class_entry *ce, const char *text, size_t length);
/* Whether an exception, a bailout or an exit waits. */
bool zg_must_return(void);
/* Nanoseconds of the monotonic clock; the coarse one is quicker, and a few milliseconds behind. */
uint64_t zg_clock(bool coarse);
bool zg_ini_is_on(const char *name, size_t length);
void zg_write(const char *text, size_t length);
/* Whether the script has ended in a fatal error or an exception that nobody caught; after a bailout no more PHP code may run. */
bool zg_failed(void);
bool zg_bailed_out(void);
/* An object whose constructor is called with one argument. */
bool zg_object_with(zend_class_entry *ce, zval *argument, zval *result);
zend_class_entry *zg_invalid_argument(void);
zend_class_entry *zg_bad_method_call(void);

#endif
