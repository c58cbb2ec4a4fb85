#include "glue.h"

#include "ext/json/php_json.h"
#include "ext/standard/php_var.h"

/* Functions of PHP's own library, called without a way by its names, and what only Zend's tables know. */

void zg_unserialize(const char *text, size_t length, zval *options, const char *function, zval *result)
{
	ZVAL_NULL(result);
	GUARDED(php_unserialize_with_options(result, text, length, Z_ARRVAL_P(options), function););
}

void zg_json_decode(const char *text, size_t length, zend_long flags, zend_long depth, zval *result)
{
	ZVAL_NULL(result);
	GUARDED({
		if (!(flags & PHP_JSON_THROW_ON_ERROR)) {
			/* one that throws leaves the error of those that do not */
			JSON_G(error_code) = PHP_JSON_ERROR_NONE;
		}
		php_json_decode_ex(result, text, length, flags, depth);
	});
}

static bool is_live(uint32_t handle)
{
	return handle > 0 && handle < EG(objects_store).top && IS_OBJ_VALID(EG(objects_store).object_buckets[handle])
		&& !(OBJ_FLAGS(EG(objects_store).object_buckets[handle]) & IS_OBJ_DESTRUCTOR_CALLED);
}

void zg_objects(zval *result)
{
	ZVAL_NULL(result);
	GUARDED({
		array_init(result);
		for (uint32_t handle = 1; handle < EG(objects_store).top; handle++) {
			if (is_live(handle)) {
				zend_object *object = EG(objects_store).object_buckets[handle];
				GC_ADDREF(object);
				zval value;
				ZVAL_OBJ(&value, object);
				add_next_index_zval(result, &value);
			}
		}
	});
}

bool zg_object_of_handle(zend_long handle, zval *result)
{
	if (handle <= 0 || handle > UINT32_MAX || !is_live((uint32_t) handle)) {
		return false;
	}
	ZVAL_OBJ_COPY(result, EG(objects_store).object_buckets[handle]);
	return true;
}
