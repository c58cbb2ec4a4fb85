#include "glue.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* The constants of ext/sockets that programs give to Swoole\Process and Swoole\Coroutine\Socket, for a PHP that is built or started without it. */

static const struct {
	const char *name;
	zend_long value;
} constants[] = {
#define CONSTANT(name) { #name, name }
	CONSTANT(AF_UNIX), CONSTANT(AF_INET), CONSTANT(AF_INET6),
	CONSTANT(SOCK_STREAM), CONSTANT(SOCK_DGRAM), CONSTANT(SOCK_RAW), CONSTANT(SOCK_SEQPACKET), CONSTANT(SOCK_RDM),
	CONSTANT(MSG_OOB), CONSTANT(MSG_WAITALL), CONSTANT(MSG_CTRUNC), CONSTANT(MSG_TRUNC), CONSTANT(MSG_PEEK), CONSTANT(MSG_DONTROUTE), CONSTANT(MSG_EOR),
	CONSTANT(MSG_CONFIRM), CONSTANT(MSG_ERRQUEUE), CONSTANT(MSG_NOSIGNAL), CONSTANT(MSG_DONTWAIT), CONSTANT(MSG_MORE), CONSTANT(MSG_WAITFORONE),
	CONSTANT(MSG_CMSG_CLOEXEC),
	CONSTANT(SO_DEBUG), CONSTANT(SO_REUSEADDR), CONSTANT(SO_REUSEPORT), CONSTANT(SO_KEEPALIVE), CONSTANT(SO_DONTROUTE), CONSTANT(SO_LINGER),
	CONSTANT(SO_BROADCAST), CONSTANT(SO_OOBINLINE), CONSTANT(SO_SNDBUF), CONSTANT(SO_RCVBUF), CONSTANT(SO_SNDLOWAT), CONSTANT(SO_RCVLOWAT),
	CONSTANT(SO_SNDTIMEO), CONSTANT(SO_RCVTIMEO), CONSTANT(SO_TYPE), CONSTANT(SO_ERROR), CONSTANT(SO_BINDTODEVICE),
	CONSTANT(SOL_SOCKET), CONSTANT(SOMAXCONN), CONSTANT(TCP_NODELAY), CONSTANT(IPPROTO_IP), CONSTANT(IPPROTO_IPV6), CONSTANT(IPPROTO_TCP), CONSTANT(IPPROTO_UDP),
	CONSTANT(IP_MULTICAST_IF), CONSTANT(IP_MULTICAST_TTL), CONSTANT(IP_MULTICAST_LOOP), CONSTANT(IPV6_MULTICAST_IF), CONSTANT(IPV6_MULTICAST_HOPS),
	CONSTANT(IPV6_MULTICAST_LOOP), CONSTANT(IPV6_V6ONLY), CONSTANT(IPV6_UNICAST_HOPS),
#undef CONSTANT
	{ "SOL_TCP", IPPROTO_TCP }, { "SOL_UDP", IPPROTO_UDP },
};

static zend_result (*next)(void);

static zend_result after_startup(void)
{
	for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
		size_t length = strlen(constants[i].name);
		if (!zend_hash_str_exists(EG(zend_constants), constants[i].name, length)) {
			zend_register_long_constant(constants[i].name, length, constants[i].value, CONST_PERSISTENT, 0);
		}
	}
	return next ? next() : SUCCESS;
}

/* To be called while modules start. The constants come when all modules are there, in whatever order they are loaded, and no request is: what a
 * request registers has a name that goes with it. */
void zg_socket_constants(void)
{
	next = zend_post_startup_cb;
	zend_post_startup_cb = after_startup;
}
