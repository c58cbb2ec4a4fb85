/*
 * What Rust asks of Zend. Every function that can run PHP code, allocate or report an error catches a bailout itself (a longjmp, after a fatal
 * error): it then returns as its comment says and notes the bailout as pending. Rust returns in good order, and the C function that Zend called
 * raises what is pending when no Rust frame is left. So nothing ever jumps over Rust.
 */
#ifndef ZEND_GLUE_H
#define ZEND_GLUE_H

#include "php.h"

/* Of the thread that PHP runs on: there is only one, unless PHP itself is built for threads. */
#ifdef ZTS
# define ZG_THREAD _Thread_local
#else
# define ZG_THREAD
#endif

/* A class's Rust state: it lies before the zend_object. */
typedef struct {
	size_t size;
	void (*init)(void *state);
	void (*drop)(void *state);
	void (*trace)(const void *state, void *gc_buffer);
} zg_state;

typedef struct {
	zend_object_handlers std;
	const zg_state *state;
} zg_handlers;

extern zend_class_entry *zg_classes[];
extern const zend_function_entry zg_functions[];
/* Those that swoole.use_shortname=Off leaves out. */
extern const zend_function_entry zg_short_functions[];
void zg_register_surface(int module_number);
void zg_socket_constants(void);

/* Code of Zend's that may bail out: that is noted, and raised when the handler has returned. */
#define GUARDED(code) \
	zend_try { \
		code \
	} zend_catch { \
		zg_pend_bailout(); \
	} zend_end_try()

/* library.c */
void zg_unserialize(const char *text, size_t length, zval *options, const char *function, zval *result);
void zg_json_decode(const char *text, size_t length, zend_long flags, zend_long depth, zval *result);
void zg_objects(zval *result);
bool zg_object_of_handle(zend_long handle, zval *result);
bool zg_has_short_names(void);
void zg_handlers_init(zg_handlers *handlers, const zg_state *state);
zend_object *zg_object_create(zend_class_entry *ce, zg_handlers *handlers);
void zg_gc_add(void *gc_buffer, zval *value);

/* What waits to be raised when Rust has returned. The first one stands. */
void zg_pend_fatal(const char *text, size_t length);
void zg_pend_exit(int status);
void zg_pend_bailout(void);
typedef enum { ZG_PENDING_NOTHING, ZG_PENDING_BAILOUT, ZG_PENDING_FATAL, ZG_PENDING_EXIT } zg_pending_kind;
typedef struct {
	zg_pending_kind kind;
	int status;
	char *text;
} zg_pending_state;
extern ZG_THREAD zg_pending_state zg_pending;

static inline bool zg_is_pending(void)
{
	return zg_pending.kind != ZG_PENDING_NOTHING;
}

/* What every function that Zend calls ends in: runs the Rust handler and raises what waits then. All handlers are called from this one place, for
 * the sake of those that switch stacks, see swap() in fiber.c. */
typedef void zg_rust_handler(zend_execute_data *execute_data, zval *return_value);
void zg_enter(zend_execute_data *execute_data, zval *return_value, zg_rust_handler *handler);
void zg_raise_pending(void);

/* Values. False: a bailout is pending, and *result is undefined. */
bool zg_string(const char *bytes, size_t length, zval *result);
/* A string of so many bytes, more than 0, that are not written yet; and the same string cut to its first bytes, more than 0. */
bool zg_string_alloc(size_t length, zval *result);
bool zg_string_cut(zval *string, size_t length);
bool zg_array(uint32_t size, zval *result);
bool zg_object(zend_class_entry *ce, zval *result);
void zg_release(zval *value);
/* A string of its own, as (string) gives; false also when an exception is pending. */
bool zg_to_string(zval *value, zval *result);
/* As (int) and (float) give. 0 when an exception or a bailout is pending. */
zend_long zg_to_long(zval *value);
double zg_to_double(zval *value);

/* Arrays. The value is moved in, also when the result is false (a bailout is pending). */
bool zg_array_set(zval *array, const char *key, size_t length, zval *value);
/* A new array with these keys, which are strings and differ. The values are moved in, also when the result is false. */
/* An array to be the pattern of others: it never becomes a list, so that whatever its keys are, its elements lie one behind the other. */
bool zg_array_pattern(uint32_t size, zval *result);
/* A value of which a zval is to be made: an IS_LONG is the word, an IS_DOUBLE its bits, of an IS_STRING so many bytes are copied. */
typedef struct {
	uint32_t type;
	uint64_t word;
	const char *bytes;
} zg_plain;
/* One with the keys of a pattern, from which nothing was removed, and these values for them. */
bool zg_array_like(const zval *pattern, uint32_t count, const zg_plain *values, zval *result);
bool zg_array_set_index(zval *array, zend_ulong index, zval *value);
bool zg_array_push(zval *array, zval *value);
zval *zg_array_get(const zval *array, const char *key, size_t length);
zval *zg_array_get_index(const zval *array, zend_ulong index);
uint32_t zg_array_count(const zval *array);
/* The next value from *position on, its key in *key or, when that is null, in *index. NULL at the end. */
zval *zg_array_next(const zval *array, uint32_t *position, zend_string **key, zend_ulong *index);

/* Objects. */
bool zg_instance_of(const zval *value, const zend_class_entry *ce);
void zg_property_set(zend_class_entry *scope, zend_object *object, const char *name, size_t length, zval *value);
bool zg_property_get(zend_class_entry *scope, zend_object *object, const char *name, size_t length, zval *result);

/* Errors. */
void zg_raise(int level, const char *text, size_t length, bool name_the_function);
void zg_throw(zend_class_entry *ce, const char *text, size_t length, zend_long code);
bool zg_has_exception(void);
/* Throws an object that is an exception, or what unwinds a coroutine. With a previous exception, as what it came of. Both are only looked at. */
void zg_throw_object(const zval *exception, const zval *previous);
/* Its message, a string. False: a bailout is pending. */
bool zg_exception_message(const zval *exception, zval *result);
/* Whether it is what unwinds a coroutine at the end of the script: nothing may catch it. */
bool zg_is_unwinding(const zval *exception);

/* Arguments: as PHP's own functions take them. False: an exception or a bailout is pending. */
void zg_arg_count_error(uint32_t least, uint32_t most);
bool zg_arg_long(zval *arg, uint32_t number, zend_long *result);
bool zg_arg_double(zval *arg, uint32_t number, double *result);
bool zg_arg_bool(zval *arg, uint32_t number, bool *result);
bool zg_arg_string(zval *arg, uint32_t number);
bool zg_arg_string_or_long(zval *arg, uint32_t number, zend_long *result);
bool zg_arg_array(zval *arg, uint32_t number);
bool zg_arg_object(zval *arg, uint32_t number, zend_class_entry *ce);
bool zg_arg_callable(zval *arg, uint32_t number, zend_fcall_info_cache *cache);

/* Callbacks. */
bool zg_callable(zval *callable, zend_fcall_info_cache *cache);
#define ZG_RETURNED 0
#define ZG_THREW 1 /* the exception is in *result */
#define ZG_EXITED 2 /* the status is an int in *result */
#define ZG_DIED 3 /* a fatal error; the status is an int in *result; a bailout is pending */
/* With `within` the call is a part of what a fiber does: its exit() goes on as the exception that it is there. */
int zg_call(zval *callable, zend_fcall_info_cache *cache, uint32_t argc, zval *argv, zval *result, bool within);
/* Reports an exception as PHP does one that nobody caught. Takes the object over. False: a bailout is pending. */
bool zg_report(zend_object *exception);
/* The exception that waits, if there is one and it is not that of exit(), which is dropped. */
bool zg_take_exception(zval *result);

/* The process. */
void zg_flush_output(void);
/* As zg_flush_output, but for what is in output buffers of the program. */
void zg_flush_streams(void);
/* Empties the output buffers, which stay; none of their functions is called. */
void zg_forget_output(void);
/* Runs PHP's shutdown and leaves the process. */
void zg_leave(int status);
void zg_reseed(void);
/* Has zg_interrupted, which Rust supplies, called from PHP code that runs, soon after each zg_interrupt; the latter may be called in a signal's
 * handler. The former is for the start of the module: a JIT knows only what was there when it started. */
void zg_interrupts_startup(void);
void zg_interrupt(void);
bool zg_is_interrupted(void);
extern void zg_interrupted(void);
/* The hash that PHP's own arrays know a string by. */
zend_ulong zg_hash(const char *bytes, size_t length);
/* The file that runs; never null. */
const char *zg_script_file(void);
int zg_errno(void);
void zg_clear_errno(void);
/* The system's text for a code of errno, of getaddrinfo or of the resolver. Never null. */
#define ZG_TEXT_SYSTEM 0
#define ZG_TEXT_GAI 1
#define ZG_TEXT_DNS 2
const char *zg_error_text(int code, int kind);
void zg_display_ini(zend_module_entry *module);
void zg_unregister_ini(int module_number);

#include "fiber.h"
#include "preempt.h"
#include "stream.h"

#endif
