#include "glue.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>

#include "SAPI.h"
#include "php_ini.h"
#include "php_output.h"
#include "php_main.h"
#include "zend_exceptions.h"
#include "zend_gc.h"
#include "zend_interfaces.h"
#if PHP_VERSION_ID >= 80200
# include "ext/random/php_random.h"
#else
# include "ext/standard/basic_functions.h"
# include "ext/standard/php_lcg.h"
#endif

/* --- What waits to be raised ------------------------------------------------------------------------------------------------------- */

ZG_THREAD zg_pending_state zg_pending;
#define pending zg_pending

void zg_pend_fatal(const char *text, size_t length)
{
	if (pending.kind == ZG_PENDING_NOTHING) {
		free(pending.text);
		pending.text = strndup(text, length);
		pending.kind = ZG_PENDING_FATAL;
	}
}

void zg_pend_exit(int status)
{
	if (pending.kind == ZG_PENDING_NOTHING) {
		pending.status = status;
		pending.kind = ZG_PENDING_EXIT;
	}
}

void zg_pend_bailout(void)
{
	pending.kind = ZG_PENDING_BAILOUT;
}

void zg_raise_pending(void)
{
	zg_pending_kind kind = pending.kind;
	pending.kind = ZG_PENDING_NOTHING;
	switch (kind) {
		case ZG_PENDING_NOTHING:
			break;
		case ZG_PENDING_BAILOUT:
			zend_bailout();
			break;
		case ZG_PENDING_FATAL:
			php_error_docref(NULL, E_ERROR, "%s", pending.text ? pending.text : "out of memory");
			break;
		case ZG_PENDING_EXIT:
			EG(exit_status) = pending.status;
			if (!EG(exception)) {
				zend_throw_unwind_exit();
			}
			break;
	}
}

void zg_enter(zend_execute_data *execute_data, zval *return_value, zg_rust_handler *handler)
{
	handler(execute_data, return_value);
	if (UNEXPECTED(zg_is_pending())) {
		zg_raise_pending();
	}
}

/* --- Objects with a Rust state ----------------------------------------------------------------------------------------------------- */

static inline const zg_handlers *handlers_of(const zend_object *object)
{
	return (const zg_handlers *) object->handlers;
}

static inline void *state_of(zend_object *object)
{
	return (char *) object - object->handlers->offset;
}

static void free_object(zend_object *object)
{
	handlers_of(object)->state->drop(state_of(object));
	zend_object_std_dtor(object);
	if (UNEXPECTED(zg_is_pending())) {
		zg_raise_pending();
	}
}

static HashTable *object_gc(zend_object *object, zval **table, int *count)
{
	zend_get_gc_buffer *buffer = zend_get_gc_buffer_create();
	handlers_of(object)->state->trace(state_of(object), buffer);
	if (!object->properties) {
		for (int i = 0; i < object->ce->default_properties_count; i++) {
			zend_get_gc_buffer_add_zval(buffer, &object->properties_table[i]);
		}
	}
	zend_get_gc_buffer_use(buffer, table, count);
	return object->properties;
}

/* What a class declares stays: callers may rely on it, ours and others. */
static void unset_property(zend_object *object, zend_string *name, void **cache_slot)
{
	zend_property_info *info = zend_hash_find_ptr(&object->ce->properties_info, name);
	if (info && !(info->flags & ZEND_ACC_STATIC) && info->ce->type == ZEND_INTERNAL_CLASS) {
		zend_throw_error(NULL, "Property %s of class %s cannot be unset", ZSTR_VAL(name), ZSTR_VAL(object->ce->name));
		return;
	}
	zend_std_unset_property(object, name, cache_slot);
}

void zg_handlers_init(zg_handlers *handlers, const zg_state *state)
{
	memcpy(&handlers->std, &std_object_handlers, sizeof handlers->std);
	handlers->std.offset = (int) ZEND_MM_ALIGNED_SIZE_EX(state->size, 16);
	handlers->std.free_obj = free_object;
	handlers->std.get_gc = object_gc;
	handlers->std.unset_property = unset_property;
	handlers->std.clone_obj = NULL;
	handlers->state = state;
}

zend_object *zg_object_create(zend_class_entry *ce, zg_handlers *handlers)
{
	char *block = emalloc(handlers->std.offset + sizeof(zend_object) + zend_object_properties_size(ce));
	zend_object *object = (zend_object *) (block + handlers->std.offset);
	handlers->state->init(block);
	zend_object_std_init(object, ce);
	object_properties_init(object, ce);
	object->handlers = &handlers->std;
	return object;
}

void zg_gc_add(void *gc_buffer, zval *value)
{
	zend_get_gc_buffer_add_zval(gc_buffer, value);
}

/* --- Values ------------------------------------------------------------------------------------------------------------------------ */

bool zg_string(const char *bytes, size_t length, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED(ZVAL_STRINGL_FAST(result, bytes, length););
	return Z_TYPE_P(result) != IS_UNDEF;
}

/* Some builds of PHP take note of the memory limit and deal with it between two opcodes; of what is far above it, in an allocation that cannot
 * fail, the process dies at once. So where the size comes from outside it has to be one that can. */
bool zg_string_alloc(size_t length, zval *result)
{
	ZVAL_UNDEF(result);
#ifdef ZEND_HAS_OOM
	zend_string *string = zend_string_falloc(length, false, true);
	if (string) {
		ZVAL_NEW_STR(result, string);
	}
#else
	GUARDED(ZVAL_NEW_STR(result, zend_string_alloc(length, false)););
#endif
	return Z_TYPE_P(result) != IS_UNDEF;
}

bool zg_string_cut(zval *string, size_t length)
{
	volatile bool done = false;
	GUARDED({
		zend_string *cut = Z_STR_P(string);
		if (length < ZSTR_LEN(cut)) {
			cut = zend_string_truncate(cut, length, false);
		}
		ZSTR_VAL(cut)[length] = '\0';
		ZVAL_NEW_STR(string, cut);
		done = true;
	});
	return done;
}

bool zg_array(uint32_t size, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED(array_init_size(result, size););
	return Z_TYPE_P(result) != IS_UNDEF;
}

bool zg_array_pattern(uint32_t size, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED({
		array_init_size(result, size);
		zend_hash_real_init_mixed(Z_ARRVAL_P(result));
	});
	return Z_TYPE_P(result) != IS_UNDEF;
}

bool zg_object(zend_class_entry *ce, zval *result)
{
	volatile bool made = false;
	ZVAL_UNDEF(result);
	GUARDED(made = object_init_ex(result, ce) == SUCCESS;);
	return made;
}

void zg_release(zval *value)
{
	if (!Z_REFCOUNTED_P(value)) {
		return;
	}
	if (Z_TYPE_P(value) == IS_STRING) {
		zend_string_release(Z_STR_P(value));
		return;
	}
	/* the last reference to an object runs its destructor */
	GUARDED(zval_ptr_dtor(value););
}

bool zg_to_string(zval *value, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED({
		zend_string *string = zval_try_get_string(value);
		if (string) {
			ZVAL_STR(result, string);
		}
	});
	return Z_TYPE_P(result) != IS_UNDEF;
}

zend_long zg_to_long(zval *value)
{
	volatile zend_long result = 0;
	GUARDED(result = zval_get_long(value););
	return result;
}

double zg_to_double(zval *value)
{
	volatile double result = 0;
	GUARDED(result = zval_get_double(value););
	return result;
}

/* --- Arrays ------------------------------------------------------------------------------------------------------------------------ */

bool zg_array_set(zval *array, const char *key, size_t length, zval *value)
{
	volatile bool done = false;
	GUARDED({
		SEPARATE_ARRAY(array);
		zend_symtable_str_update(Z_ARRVAL_P(array), key, length, value);
		done = true;
	});
	return done;
}

bool zg_array_like(const zval *pattern, uint32_t count, const zg_plain *values, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED({
		HashTable *table = zend_array_dup(Z_ARRVAL_P(pattern));
		for (uint32_t at = 0; at < count; at++) {
			zval *slot = &table->arData[at].val;
			switch (values[at].type) {
				case IS_LONG:
					ZVAL_LONG(slot, (zend_long) values[at].word);
					break;
				case IS_DOUBLE:
					Z_TYPE_INFO_P(slot) = IS_DOUBLE;
					memcpy(&Z_DVAL_P(slot), &values[at].word, sizeof(double));
					break;
				default:
					ZVAL_STRINGL_FAST(slot, values[at].bytes, values[at].word);
			}
		}
		ZVAL_ARR(result, table);
	});
	return Z_TYPE_P(result) != IS_UNDEF;
}

bool zg_array_set_index(zval *array, zend_ulong index, zval *value)
{
	volatile bool done = false;
	GUARDED({
		SEPARATE_ARRAY(array);
		zend_hash_index_update(Z_ARRVAL_P(array), index, value);
		done = true;
	});
	return done;
}

bool zg_array_push(zval *array, zval *value)
{
	volatile bool done = false;
	GUARDED({
		SEPARATE_ARRAY(array);
		done = zend_hash_next_index_insert(Z_ARRVAL_P(array), value) != NULL;
	});
	return done;
}

static zval *seen(zval *value)
{
	if (value && Z_TYPE_P(value) == IS_INDIRECT) {
		value = Z_INDIRECT_P(value);
	}
	if (!value || Z_TYPE_P(value) == IS_UNDEF) {
		return NULL;
	}
	ZVAL_DEREF(value);
	return value;
}

zval *zg_array_get(const zval *array, const char *key, size_t length)
{
	return seen(zend_symtable_str_find(Z_ARRVAL_P(array), key, length));
}

zval *zg_array_get_index(const zval *array, zend_ulong index)
{
	return seen(zend_hash_index_find(Z_ARRVAL_P(array), index));
}

uint32_t zg_array_count(const zval *array)
{
	return zend_hash_num_elements(Z_ARRVAL_P(array));
}

/* *key is NULL for an int key; *index is that, or the hash of a name. */
zval *zg_array_next(const zval *array, uint32_t *position, zend_string **key, zend_ulong *index)
{
	const HashTable *table = Z_ARRVAL_P(array);
	for (uint32_t at = *position; at < table->nNumUsed; at++) {
		zval *slot;
#if PHP_VERSION_ID >= 80200
		if (HT_IS_PACKED(table)) {
			slot = &table->arPacked[at];
			*key = NULL;
			*index = at;
		} else
#endif
		{
			Bucket *bucket = &table->arData[at];
			slot = &bucket->val;
			*key = bucket->key;
			*index = bucket->h;
		}
		slot = seen(slot);
		if (slot) {
			*position = at + 1;
			return slot;
		}
	}
	*position = table->nNumUsed;
	return NULL;
}

/* --- Objects ----------------------------------------------------------------------------------------------------------------------- */

bool zg_instance_of(const zval *value, const zend_class_entry *ce)
{
	return Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), ce);
}

void zg_property_set(zend_class_entry *scope, zend_object *object, const char *name, size_t length, zval *value)
{
	GUARDED(zend_update_property(scope, object, name, length, value););
}

bool zg_property_get(zend_class_entry *scope, zend_object *object, const char *name, size_t length, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED({
		zval buffer;
		zval *value = zend_read_property(scope, object, name, length, 1, &buffer);
		ZVAL_COPY_DEREF(result, value);
		if (value == &buffer) {
			zval_ptr_dtor(&buffer);
		}
	});
	return Z_TYPE_P(result) != IS_UNDEF;
}

/* --- Errors ------------------------------------------------------------------------------------------------------------------------ */

void zg_raise(int level, const char *text, size_t length, bool name_the_function)
{
	GUARDED({
		if (name_the_function) {
			php_error_docref(NULL, level, "%.*s", (int) length, text);
		} else {
			zend_error(level, "%.*s", (int) length, text);
		}
	});
}

void zg_throw(zend_class_entry *ce, const char *text, size_t length, zend_long code)
{
	GUARDED(zend_throw_exception_ex(ce, code, "%.*s", (int) length, text););
}

void zg_throw_object(const zval *exception, const zval *previous)
{
	zend_object *object = Z_OBJ_P(exception);
	GC_ADDREF(object);
	GUARDED({
		if (previous) {
			GC_ADDREF(Z_OBJ_P(previous));
			zend_exception_set_previous(object, Z_OBJ_P(previous));
		}
		zend_throw_exception_internal(object);
	});
}

bool zg_exception_message(const zval *exception, zval *result)
{
	volatile bool done = false;
	GUARDED({
		zend_class_entry *base = instanceof_function(Z_OBJCE_P(exception), zend_ce_exception) ? zend_ce_exception : zend_ce_error;
		zval copy;
		zval *message = zend_read_property_ex(base, Z_OBJ_P(exception), ZSTR_KNOWN(ZEND_STR_MESSAGE), true, &copy);
		ZVAL_STR(result, zval_get_string(message));
		done = true;
	});
	return done;
}

bool zg_is_unwinding(const zval *exception)
{
	return zend_is_graceful_exit(Z_OBJ_P(exception));
}

bool zg_has_exception(void)
{
#ifdef ZEND_HAS_OOM
	if (ZEND_HAS_OOM()) {
		return true;
	}
#endif
	return EG(exception) != NULL;
}

bool zg_must_return(void)
{
	return pending.kind != ZG_PENDING_NOTHING || zg_has_exception();
}

/* --- Arguments --------------------------------------------------------------------------------------------------------------------- */

#define PARSED(parse, expected) \
	volatile bool ok = false; \
	GUARDED({ \
		ok = parse; \
		if (!ok && !EG(exception)) { \
			zend_wrong_parameter_error(ZPP_ERROR_WRONG_ARG, number, NULL, expected, arg); \
		} \
	}); \
	return ok

void zg_arg_count_error(uint32_t least, uint32_t most)
{
	GUARDED(zend_wrong_parameters_count_error(least, most););
}

bool zg_arg_long(zval *arg, uint32_t number, zend_long *result)
{
	PARSED(zend_parse_arg_long(arg, result, NULL, 0, number), Z_EXPECTED_LONG);
}

bool zg_arg_double(zval *arg, uint32_t number, double *result)
{
	PARSED(zend_parse_arg_double(arg, result, NULL, 0, number), Z_EXPECTED_DOUBLE);
}

bool zg_arg_bool(zval *arg, uint32_t number, bool *result)
{
	PARSED(zend_parse_arg_bool(arg, result, NULL, 0, number), Z_EXPECTED_BOOL);
}

bool zg_arg_string(zval *arg, uint32_t number)
{
	zend_string *string; /* the argument itself has become it */
	PARSED(zend_parse_arg_str(arg, &string, 0, number), Z_EXPECTED_STRING);
}

bool zg_arg_string_or_long(zval *arg, uint32_t number, zend_long *result)
{
	zend_string *string = NULL;
	PARSED(zend_parse_arg_str_or_long(arg, &string, result, NULL, 0, number), Z_EXPECTED_STRING_OR_LONG);
}

bool zg_arg_array(zval *arg, uint32_t number)
{
	PARSED(Z_TYPE_P(arg) == IS_ARRAY, Z_EXPECTED_ARRAY);
}

bool zg_arg_object(zval *arg, uint32_t number, zend_class_entry *ce)
{
	volatile bool ok = false;
	GUARDED({
		ok = Z_TYPE_P(arg) == IS_OBJECT && instanceof_function(Z_OBJCE_P(arg), ce);
		if (!ok) {
			zend_wrong_parameter_class_error(number, ZSTR_VAL(ce->name), arg);
		}
	});
	return ok;
}

bool zg_arg_callable(zval *arg, uint32_t number, zend_fcall_info_cache *cache)
{
	volatile bool ok = false;
	GUARDED({
		char *error = NULL;
		ok = zend_is_callable_ex(arg, NULL, 0, NULL, cache, &error);
		if (!ok) {
			zend_argument_type_error(number, "must be a valid callback%s%s", error ? ", " : "", error ? error : "");
		} else if (cache->function_handler->common.fn_flags & ZEND_ACC_CALL_VIA_TRAMPOLINE) {
			zend_release_fcall_info_cache(cache);
			cache->function_handler = NULL;
		}
		if (error) {
			efree(error);
		}
	});
	return ok;
}

/* --- Callbacks --------------------------------------------------------------------------------------------------------------------- */

bool zg_callable(zval *callable, zend_fcall_info_cache *cache)
{
	volatile bool can = false;
	GUARDED({
		can = zend_is_callable_ex(callable, NULL, 0, NULL, cache, NULL);
		if (can && (cache->function_handler->common.fn_flags & ZEND_ACC_CALL_VIA_TRAMPOLINE)) {
			/* __call and __callStatic are reached by a function that lives for one call */
			zend_release_fcall_info_cache(cache);
			cache->function_handler = NULL;
		}
	});
	return can;
}

/* Some builds of PHP deliver "out of memory" the way exit() is delivered: by the error that stands there now, and did not before. */
static bool is_fatal_error(const zend_string *before)
{
	const int fatal = E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;
	return EG(exit_status) == 255 && PG(last_error_message) != before && (PG(last_error_type) & fatal);
}

int zg_call(zval *callable, zend_fcall_info_cache *cache, uint32_t argc, zval *argv, zval *result, bool within)
{
	volatile int outcome = ZG_RETURNED;
	volatile int status_before = EG(exit_status);
	const zend_string *error_before = PG(last_error_message);
	zend_fcall_info_cache copy = *cache;
	zend_fcall_info info = {
		.size = sizeof info,
		.retval = result,
		.params = argv,
		.object = copy.object,
		.param_count = argc,
	};
	ZVAL_COPY_VALUE(&info.function_name, callable);
	ZVAL_UNDEF(result);
	EG(exit_status) = 0;
	GUARDED({
		zend_call_function(&info, copy.function_handler ? &copy : NULL);
		if (UNEXPECTED(EG(exception))) {
			zend_object *exception = EG(exception);
			if (!within && zg_is_exit(exception)) {
				GC_ADDREF(exception);
				zend_clear_exception();
				ZVAL_LONG(result, zg_exit_status(exception));
				OBJ_RELEASE(exception);
				outcome = ZG_EXITED;
			} else if (!zend_is_unwind_exit(exception)) {
				GC_ADDREF(exception);
				outcome = ZG_THREW;
				if (zend_is_graceful_exit(exception)) {
					status_before = EG(exit_status); /* the script has ended meanwhile, with this one */
				}
				zend_clear_exception();
				ZVAL_OBJ(result, exception);
			} else {
				outcome = is_fatal_error(error_before) ? ZG_DIED : ZG_EXITED;
				zend_clear_exception();
				ZVAL_LONG(result, EG(exit_status));
			}
		} else if (UNEXPECTED(Z_TYPE_P(result) == IS_UNDEF)) {
			ZVAL_NULL(result);
		}
	});
	if (UNEXPECTED(pending.kind == ZG_PENDING_BAILOUT) || UNEXPECTED(outcome == ZG_DIED)) {
		pending.kind = ZG_PENDING_BAILOUT;
		outcome = ZG_DIED;
		ZVAL_LONG(result, EG(exit_status));
		return outcome;
	}
	EG(exit_status) = status_before;
	return outcome;
}

/* zend_user_exception_handler() would drop what the handler throws, because it takes the running start() for a caller that sees to it. */
static void run_exception_handler(zend_object *exception)
{
	zval handler, argument, result;
	ZVAL_COPY(&handler, &EG(user_exception_handler));
	ZVAL_OBJ(&argument, exception);
	ZVAL_UNDEF(&result);
	call_user_function(NULL, NULL, &handler, &result, 1, &argument);
	zval_ptr_dtor(&result);
	zval_ptr_dtor(&handler);
	OBJ_RELEASE(exception);
}

bool zg_report(zend_object *exception)
{
	const int status_before = EG(exit_status);
	const zend_string *error_before = PG(last_error_message);
	volatile bool done = false;
	EG(exit_status) = 0;
	GUARDED({
		zend_object *uncaught = exception;
		if (Z_TYPE(EG(user_exception_handler)) != IS_UNDEF) {
			run_exception_handler(exception);
			uncaught = EG(exception);
			if (uncaught) {
				GC_ADDREF(uncaught);
				zend_clear_exception();
			}
		}
		if (uncaught && zg_is_exit(uncaught)) {
			OBJ_RELEASE(uncaught);
		} else if (uncaught && zend_is_unwind_exit(uncaught)) {
			OBJ_RELEASE(uncaught);
			if (is_fatal_error(error_before)) {
				zend_bailout();
			}
		} else if (uncaught) {
			zend_exception_error(uncaught, E_ERROR);
		}
		done = true;
	});
	/* it ended one callback, not the process */
	if (done) {
		EG(exit_status) = status_before;
	}
	return done;
}

bool zg_take_exception(zval *result)
{
	zend_object *exception = EG(exception);
	bool found = exception && !zend_is_unwind_exit(exception);
	if (found) {
		GC_ADDREF(exception);
		ZVAL_OBJ(result, exception);
	}
	if (exception) {
		zend_clear_exception();
	}
	return found;
}

/* --- The process ------------------------------------------------------------------------------------------------------------------- */

void zg_flush_output(void)
{
	GUARDED(php_output_flush_all(););
	zg_flush_streams();
}

void zg_flush_streams(void)
{
	GUARDED(sapi_flush(););
	fflush(stdout);
	fflush(stderr);
}

void zg_forget_output(void)
{
	php_output_handler **handlers = zend_stack_base(&OG(handlers));
	for (int n = 0; n < zend_stack_count(&OG(handlers)); n++) {
		handlers[n]->buffer.used = 0;
	}
}

void zg_leave(int status)
{
	zg_fiber_survive(false);
	if (pending.kind == ZG_PENDING_BAILOUT) {
		CG(unclean_shutdown) = 1;
	}
	EG(exit_status) = status;
	zend_try {
		php_request_shutdown(NULL);
	} zend_end_try();
	_exit(status);
}

void zg_reseed(void)
{
#if PHP_VERSION_ID >= 80200
	RANDOM_G(combined_lcg_seeded) = 0;
	RANDOM_G(mt19937_seeded) = 0;
#else
	BG(mt_rand_is_seeded) = 0;
	LCG(seeded) = 0;
#endif
}

zend_ulong zg_hash(const char *bytes, size_t length)
{
	return zend_hash_func(bytes, length);
}

static void (*interrupt_before)(zend_execute_data *execute_data);
static volatile sig_atomic_t is_interrupted;

static void on_interrupt(zend_execute_data *execute_data)
{
	if (is_interrupted) {
		is_interrupted = 0;
		zg_interrupted();
	}
	if (interrupt_before) {
		interrupt_before(execute_data);
	}
}

void zg_interrupts_startup(void)
{
	interrupt_before = zend_interrupt_function;
	zend_interrupt_function = on_interrupt;
}

bool zg_is_interrupted(void)
{
#if PHP_VERSION_ID >= 80200
	return zend_atomic_bool_load_ex(&EG(vm_interrupt));
#else
	return EG(vm_interrupt);
#endif
}

void zg_interrupt(void)
{
	is_interrupted = 1;
#if PHP_VERSION_ID >= 80200
	zend_atomic_bool_store_ex(&EG(vm_interrupt), true);
#else
	EG(vm_interrupt) = true;
#endif
}

const char *zg_script_file(void)
{
	return zend_get_executed_filename();
}

int zg_errno(void)
{
	return errno;
}

void zg_clear_errno(void)
{
	errno = 0;
}

const char *zg_error_text(int code, int kind)
{
	switch (kind) {
		case ZG_TEXT_GAI:
			return gai_strerror(code);
		case ZG_TEXT_DNS:
			return hstrerror(code);
		default:
			return strerror(code);
	}
}

void zg_display_ini(zend_module_entry *module)
{
	display_ini_entries(module);
}

bool zg_has_short_names(void)
{
	return zg_ini_is_on(ZEND_STRL("swoole.use_shortname"));
}

void zg_unregister_ini(int module_number)
{
	zend_unregister_ini_entries(module_number);
}
