#include "glue.h"

#include <time.h>

#include "php_output.h"
#include "zend_exceptions.h"

/* What PHP's own functions do otherwise in a fiber: exit(), and those that would block. */

static zend_class_entry *exit_exception;

extern bool zg_fiber_hook_sleep(uint64_t nanoseconds);

/* exit() in a fiber is an exception that can be caught: only the fiber's own stack can be unwound by it. So it is everywhere in a process that
 * survives it. */

/* Where it is called: 0 where exit() is PHP's own, otherwise the flags of the exception. */
static int exit_flags(void)
{
	const zg_survival survival = zg_fiber_survival();
	if (survival == ZG_IS_CHILD) {
		return 0;
	}
	return (zg_fiber_current() ? 2 : 0) | (survival == ZG_SURVIVES ? 4 : 0);
}

bool zg_is_exit(const zend_object *exception)
{
	return instanceof_function(exception->ce, exit_exception);
}

int zg_exit_status(zend_object *exception)
{
	zval buffer;
	zval *status = zend_read_property(exit_exception, exception, ZEND_STRL("status"), 1, &buffer);
	ZVAL_DEREF(status);
	if (Z_TYPE_P(status) == IS_STRING) {
		php_output_write(Z_STRVAL_P(status), Z_STRLEN_P(status));
	}
	return Z_TYPE_P(status) == IS_LONG ? (int) Z_LVAL_P(status) : 0;
}

static void throw_exit(zval *status, int kind)
{
	zval exception, flags;
	if (object_init_ex(&exception, exit_exception) != SUCCESS) {
		return;
	}
	zval message;
	ZVAL_STRING(&message, "swoole exit");
	zend_update_property(zend_ce_exception, Z_OBJ(exception), ZEND_STRL("message"), &message);
	zval_ptr_dtor(&message);
	ZVAL_LONG(&flags, kind);
	zend_update_property(exit_exception, Z_OBJ(exception), ZEND_STRL("flags"), &flags);
	if (status) {
		ZVAL_DEREF(status);
		zend_update_property(exit_exception, Z_OBJ(exception), ZEND_STRL("status"), status);
	}
	zend_throw_exception_object(&exception);
}

#ifdef ZEND_EXIT
static user_opcode_handler_t exit_before;

static int on_exit_opcode(zend_execute_data *execute_data)
{
	const int kind = exit_flags();
	if (!kind) {
		return exit_before ? exit_before(execute_data) : ZEND_USER_OPCODE_DISPATCH;
	}
	const zend_op *opline = EX(opline);
	zval *status = NULL;
	if (opline->op1_type != IS_UNUSED) {
		status = zend_get_zval_ptr(opline, opline->op1_type, &opline->op1, execute_data);
	}
	throw_exit(status, kind);
	if (opline->op1_type & (IS_TMP_VAR | IS_VAR)) {
		zval_ptr_dtor_nogc(EX_VAR(opline->op1.var));
	}
	return ZEND_USER_OPCODE_CONTINUE;
}
#else
static zif_handler exit_before;

static ZEND_NAMED_FUNCTION(on_exit_function)
{
	const int kind = exit_flags();
	if (!kind || ZEND_NUM_ARGS() > 1) {
		exit_before(INTERNAL_FUNCTION_PARAM_PASSTHRU);
		return;
	}
	throw_exit(ZEND_NUM_ARGS() == 1 ? ZEND_CALL_ARG(execute_data, 1) : NULL, kind);
}
#endif

/* --- Functions of PHP that would block --------------------------------------------------------------------------------------------- */

/* They are wrapped for good, because a JIT may have taken down the handler's address; the wrapper decides at each call. What a function's
 * arguments are not fit for is left to PHP's own, which says so. */

#define HOOKED(F) F(sleep) F(usleep) F(time_nanosleep) F(time_sleep_until)
#define DECLARE(name) static zif_handler own_##name;
HOOKED(DECLARE)

static bool slept(double seconds, double nanoseconds)
{
	const double total = seconds * 1e9 + nanoseconds;
	return zg_fiber_current() && total >= 0 && total < 9e18 && zg_fiber_hook_sleep((uint64_t) total);
}

static const zval *only_int(zend_execute_data *execute_data, uint32_t count)
{
	for (uint32_t i = 1; i <= count; i++) {
		if (ZEND_NUM_ARGS() != count || Z_TYPE_P(ZEND_CALL_ARG(execute_data, i)) != IS_LONG || Z_LVAL_P(ZEND_CALL_ARG(execute_data, i)) < 0) {
			return NULL;
		}
	}
	return ZEND_CALL_ARG(execute_data, 1);
}

#define AFTER_SLEEP(value) \
	do { \
		value; \
		if (UNEXPECTED(zg_is_pending())) { \
			zg_raise_pending(); \
		} \
		return; \
	} while (0)

static ZEND_NAMED_FUNCTION(on_sleep)
{
	const zval *arg = only_int(execute_data, 1);
	if (arg && slept((double) Z_LVAL_P(arg), 0)) {
		AFTER_SLEEP(ZVAL_LONG(return_value, 0));
	}
	own_sleep(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

static ZEND_NAMED_FUNCTION(on_usleep)
{
	const zval *arg = only_int(execute_data, 1);
	if (arg && slept(0, (double) Z_LVAL_P(arg) * 1e3)) {
		AFTER_SLEEP(ZVAL_NULL(return_value));
	}
	own_usleep(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

static ZEND_NAMED_FUNCTION(on_time_nanosleep)
{
	const zval *arg = only_int(execute_data, 2);
	if (arg && Z_LVAL_P(ZEND_CALL_ARG(execute_data, 2)) < 1000000000 && slept((double) Z_LVAL_P(arg), (double) Z_LVAL_P(ZEND_CALL_ARG(execute_data, 2)))) {
		AFTER_SLEEP(ZVAL_TRUE(return_value));
	}
	own_time_nanosleep(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

static ZEND_NAMED_FUNCTION(on_time_sleep_until)
{
	const zval *arg = ZEND_NUM_ARGS() == 1 ? ZEND_CALL_ARG(execute_data, 1) : NULL;
	if (arg && (Z_TYPE_P(arg) == IS_DOUBLE || Z_TYPE_P(arg) == IS_LONG)) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		const double left = zval_get_double((zval *) arg) - (double) now.tv_sec - (double) now.tv_nsec / 1e9;
		if (left > 0 && slept(left, 0)) {
			AFTER_SLEEP(ZVAL_TRUE(return_value));
		}
	}
	own_time_sleep_until(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

/* --- Functions that a fiber must not call ------------------------------------------------------------------------------------------ */

/* A child that goes on in the middle of a fiber would run its parent's coroutines as well, and a wait for a child would stop all of them. */

#define FORBIDDEN(F) F(pcntl_fork) F(pcntl_rfork) F(pcntl_forkx) F(pcntl_wait) F(pcntl_waitpid) F(pcntl_sigtimedwait)
#define FORBID(name) \
	static zif_handler own_##name; \
	static ZEND_NAMED_FUNCTION(on_##name) \
	{ \
		if (EXPECTED(!zg_fiber_current())) { \
			own_##name(INTERNAL_FUNCTION_PARAM_PASSTHRU); \
			return; \
		} \
		zend_error(E_WARNING, #name "() has been disabled for security reasons"); \
	}
FORBIDDEN(FORBID)

static void hook(const char *name, size_t length, zif_handler wrapper, zif_handler *own)
{
	zend_function *function = zend_hash_str_find_ptr(CG(function_table), name, length);
	if (function && function->type == ZEND_INTERNAL_FUNCTION && function->internal_function.handler != wrapper) {
		*own = function->internal_function.handler;
		function->internal_function.handler = wrapper;
	}
}

void zg_fiber_hooks_startup(zend_class_entry *of_exit)
{
	exit_exception = of_exit;
#ifdef ZEND_EXIT
	exit_before = zend_get_user_opcode_handler(ZEND_EXIT);
	zend_set_user_opcode_handler(ZEND_EXIT, on_exit_opcode);
#else
	hook(ZEND_STRL("exit"), on_exit_function, &exit_before);
#endif
#define HOOK(name) hook(ZEND_STRL(#name), on_##name, &own_##name);
	HOOKED(HOOK)
	FORBIDDEN(HOOK)
}

/* Modules that were loaded after this one are there with the first request. */
void zg_fiber_hooks_request(void)
{
	static bool hooked;
	if (!hooked) {
		hooked = true;
		FORBIDDEN(HOOK)
	}
}
