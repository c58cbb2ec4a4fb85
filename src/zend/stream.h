/*
 * Descriptors behind PHP's values: streams, sockets of ext/sockets, objects of ours. Nothing changes hands: who owns a descriptor goes on to.
 */
#ifndef ZEND_STREAM_GLUE_H
#define ZEND_STREAM_GLUE_H

#include "php.h"

#define ZG_NO_DESCRIPTOR (-1) /* a kind of value that has one, but this has none: it is closed */
#define ZG_NOT_A_DESCRIPTOR (-2) /* no such kind of value */

/* The descriptor, 0 or above, that a value stands for. An int stands for itself, whatever it is. */
zend_long zg_descriptor(zval *value);
/* Whether bytes written to the descriptor are what the other side gets: not with TLS, and not in a stream that is no file. */
bool zg_descriptor_is_plain(zval *value);
zend_long zg_ini_int(const char *name, size_t length);

#endif
