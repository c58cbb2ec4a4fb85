#include "glue.h"

#include "php_ini.h"
#include "php_network.h"
#include "php_streams.h"
#if __has_include("ext/sockets/php_sockets.h")
# include "ext/sockets/php_sockets.h"
# ifdef PHP_SOCKETS_API
_Static_assert(offsetof(php_socket, bsd_socket) == 0, "a socket's descriptor is what its block begins with");
# endif
#endif

/* Our own classes, and the property that says the descriptor. Some may not be built. */
static const struct {
	const char *class, *property;
} own[] = {
	{"Swoole\\Coroutine\\Socket", "fd"},
	{"Swoole\\Coroutine\\Client", "fd"},
	{"Swoole\\Client", "sock"},
	{"Swoole\\Process", "pipe"},
};

/* Whether a class is, or extends, one that a module has under this name. */
static const zend_class_entry *line_of(const zend_class_entry *ce, const char *name)
{
	for (; ce; ce = ce->parent) {
		if (ce->type == ZEND_INTERNAL_CLASS && !strcmp(ZSTR_VAL(ce->name), name)) {
			return ce;
		}
	}
	return NULL;
}

static zend_long of_property(zend_object *object, const zend_class_entry *ce, const char *name)
{
	zval buffer;
	zval *value = zend_read_property((zend_class_entry *) ce, object, name, strlen(name), 1, &buffer);
	zend_long number;
	ZVAL_DEREF(value);
	number = Z_TYPE_P(value) == IS_LONG && Z_LVAL_P(value) >= 0 ? Z_LVAL_P(value) : ZG_NO_DESCRIPTOR;
	if (value == &buffer) {
		zval_ptr_dtor(&buffer);
	}
	return number;
}

static zend_long of_object(zend_object *object)
{
	/* A class that is final, of a module that may be there or not; the block of its objects begins with the descriptor. */
	if (object->ce->type == ZEND_INTERNAL_CLASS && !strcmp(ZSTR_VAL(object->ce->name), "Socket")
	    && !strcmp(object->ce->info.internal.module->name, "sockets")) {
		int fd = *(const int *) ((const char *) object - object->handlers->offset);
		return fd >= 0 ? fd : ZG_NO_DESCRIPTOR;
	}
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		const zend_class_entry *ce = line_of(object->ce, own[i].class);
		if (ce) {
			return of_property(object, ce, own[i].property);
		}
	}
	return ZG_NOT_A_DESCRIPTOR;
}

static zend_long of_stream(php_stream *stream)
{
	php_socket_t fd = -1;
	if (!stream) {
		return ZG_NO_DESCRIPTOR;
	}
	if (php_stream_cast(stream, PHP_STREAM_AS_FD_FOR_SELECT | PHP_STREAM_CAST_INTERNAL, (void **) &fd, 0) != SUCCESS) {
		return ZG_NOT_A_DESCRIPTOR;
	}
	return fd >= 0 ? fd : ZG_NO_DESCRIPTOR;
}

static bool is_stream(const zend_resource *resource)
{
	const char *type = zend_rsrc_list_get_rsrc_type((zend_resource *) resource);
	/* One that is closed has no type any more, and may have been anything. */
	return !type || !strcmp(type, "stream") || !strcmp(type, "persistent stream");
}

static zend_long of_value(zval *value)
{
	ZVAL_DEREF(value);
	switch (Z_TYPE_P(value)) {
		case IS_LONG:
			return Z_LVAL_P(value) >= 0 && Z_LVAL_P(value) <= INT_MAX ? Z_LVAL_P(value) : ZG_NO_DESCRIPTOR;
		case IS_OBJECT:
			return of_object(Z_OBJ_P(value));
		case IS_RESOURCE:
			if (is_stream(Z_RES_P(value))) {
				return of_stream(zend_fetch_resource2_ex(value, NULL, php_file_le_stream(), php_file_le_pstream()));
			}
	}
	return ZG_NOT_A_DESCRIPTOR;
}

zend_long zg_descriptor(zval *value)
{
	volatile zend_long found = ZG_NOT_A_DESCRIPTOR;
	GUARDED(found = of_value(value););
	return found;
}

static bool is_plain(zval *value)
{
	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_RESOURCE) {
		return true;
	}
	php_stream *stream = zend_fetch_resource2_ex(value, NULL, php_file_le_stream(), php_file_le_pstream());
	return stream && php_stream_can_cast(stream, PHP_STREAM_AS_FD) == SUCCESS;
}

bool zg_descriptor_is_plain(zval *value)
{
	volatile bool plain = true;
	GUARDED(plain = is_plain(value););
	return plain;
}

zend_long zg_ini_int(const char *name, size_t length)
{
	return zend_ini_long((char *) name, length, 0);
}
