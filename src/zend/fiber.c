#include "glue.h"

#include <sys/mman.h>
#include <unistd.h>

#include "php_output.h"
#include "zend_builtin_functions.h"
#include "zend_exceptions.h"
#include "zend_fibers.h"
#include "zend_gc.h"
#include "zend_ini.h"
#include "zend_observer.h"
#include "ext/spl/spl_exceptions.h"
#include "ext/standard/basic_functions.h"

#ifdef __has_include
# if __has_include(<valgrind/valgrind.h>)
#  include <valgrind/valgrind.h>
# endif
#endif
#ifndef VALGRIND_STACK_REGISTER
# define VALGRIND_STACK_REGISTER(start, end) 0
#endif

#ifndef MADV_GUARD_INSTALL
# define MADV_GUARD_INSTALL 102
#endif

/* Zend's own switching code, which the php binary exports. */
typedef struct { void *handle; zend_fiber_transfer *transfer; } boost_result;
extern void *make_fcontext(void *stack, size_t size, void (*function)(boost_result));

/* Address space a stack, as PHP's Fiber and Swoole have it. Only what is touched becomes memory. */
#define STACK_SIZE ((size_t) 2 << 20)
/* Stacks that are reserved together, as one mapping. */
#define SLAB_STACKS 256
#define VM_PAGE_SIZE ((size_t) 8 << 10)
/* Fibers that keep their stack's memory for the next; those above give it back. */
#define IDLE_MOST 4096
/* Without lightweight guards a guard page is a mapping, and so is the stack above it: this many stay below the kernel's default limit. */
#define HEAVY_GUARDS_MOST 30000

typedef enum { FIBER_IDLE, FIBER_RUNNING, FIBER_WAITING } fiber_state;

/* It lies at the top of its stack, below the page of the VM stack: a fiber that waits has touched two pages, one of each. */
struct zg_fiber {
	zend_fiber_context context; /* first: Zend hands this pointer back */
	zend_fiber_context *origin; /* who resumed it */
	zend_fiber_context *at; /* where it was left: its own, or that of a PHP Fiber that runs inside it */
	zend_execute_data *execute_data; /* where it was left, for backtraces */
	zg_fiber *next; /* in the list of idle ones */
	uint64_t id;
	fiber_state state;
	int outcome; /* once its function has ended */
	bool unwinding;
	/* while it is started */
	zval *callable;
	zend_fcall_info_cache *cache;
	uint32_t argc;
	zval *argv;
};

static ZG_THREAD struct {
	zg_fiber *running;
	zg_fiber *idle; /* those that have run park in their main loop */
	uint32_t idle_count;
	zg_fiber **bare; /* those whose stack's memory was given back, and that must not be touched for that */
	uint32_t bare_count, bare_room;
	char *slab, *slab_end;
	uint32_t heavy_guards;
	uint32_t collecting; /* runs of the garbage collector on the stack that is current */
	const char *refusal;
	zend_fiber_transfer transfer; /* of every switch: null, no error */
	pid_t survivor; /* the process that survives what nobody catches; 0: none does */
	zend_ini_entry *error_reporting;
} fibers;

static bool guards_are_light = true;
static char fiber_kind; /* its address names our contexts */
static zend_internal_function base_function;

extern bool zg_fiber_next_deferred(uint64_t id, zval *callable);
extern void zg_fiber_returned(uint64_t id, zval *result);
extern void zg_fiber_native(uint64_t id);

/* --- Stacks ------------------------------------------------------------------------------------------------------------------------ */

static bool guard(char *page, size_t size)
{
	if (guards_are_light) {
		if (madvise(page, size, MADV_GUARD_INSTALL) == 0) {
			return true;
		}
		guards_are_light = false;
	}
	if (fibers.heavy_guards >= HEAVY_GUARDS_MOST || mprotect(page, size, PROT_NONE) != 0) {
		fibers.refusal = "no more stacks can be guarded: this kernel needs a mapping for each (vm.max_map_count), newer ones (6.13) do not";
		return false;
	}
	fibers.heavy_guards++;
	return true;
}

static char *new_stack(void)
{
	if (fibers.slab == fibers.slab_end) {
		char *slab = mmap(NULL, SLAB_STACKS * STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
		if (slab == MAP_FAILED) {
			fibers.refusal = "there is no address space left for more stacks";
			return NULL;
		}
		madvise(slab, SLAB_STACKS * STACK_SIZE, MADV_NOHUGEPAGE);
		fibers.slab = slab;
		fibers.slab_end = slab + SLAB_STACKS * STACK_SIZE;
	}
	if (!guard(fibers.slab, (size_t) sysconf(_SC_PAGESIZE))) {
		return NULL;
	}
	char *stack = fibers.slab;
	fibers.slab += STACK_SIZE;
	return stack;
}

static zend_vm_stack vm_page(zg_fiber *fiber)
{
	return (zend_vm_stack) ((char *) fiber + ZEND_MM_ALIGNED_SIZE_EX(sizeof(zg_fiber), 64));
}

/* The lowest address of the stack, where its guard is. */
static char *stack_of(const zg_fiber *fiber)
{
	return (char *) ((uintptr_t) vm_page((zg_fiber *) fiber) + VM_PAGE_SIZE - STACK_SIZE);
}

static zg_fiber *new_fiber(void)
{
	char *stack = new_stack();
	if (!stack) {
		return NULL;
	}
	zg_fiber *fiber = (zg_fiber *) (stack + STACK_SIZE - VM_PAGE_SIZE - ZEND_MM_ALIGNED_SIZE_EX(sizeof(zg_fiber), 64));
	/* or a switch looks to it like an allocation on one stack */
	(void) VALGRIND_STACK_REGISTER(stack, (char *) fiber);
	memset(fiber, 0, sizeof *fiber);
	return fiber;
}

/* --- Switching --------------------------------------------------------------------------------------------------------------------- */

/* usort() and its kin keep their callback in a global while they call it. */
typedef struct {
	zend_fcall_info info;
	zend_fcall_info_cache cache;
} kept_callback;

/* What is rarely there, of what Zend does not put aside itself. */
static zend_always_inline bool has_more_to_keep(void)
{
	return zend_fiber_switch_blocked() /* in a destructor, before PHP 8.4 */
		|| OG(active) || OG(running) || OG(handlers).top > 0 || BG(user_compare_fci).size != 0;
}

/*
 * zend_fiber_switch_context() calls what jumps to the other stack, and nothing ever returns from that call. So the processor, which predicts
 * returns from a stack of its own, is one return behind on the other stack, and wrong in each frame up to PHP's virtual machine, at some 15 cycles
 * each. Here is the return too many: it goes where it is predicted to go, to the instruction that the call comes back to.
 */
#if defined(__x86_64__) && defined(__ELF__) && !defined(__CET__)
extern void zg_switch(zend_fiber_transfer *transfer);
__asm__(
	".pushsection .text\n"
	".p2align 4\n"
	".hidden zg_switch\n"
	".globl zg_switch\n"
	".type zg_switch, @function\n"
	"zg_switch:\n"
	"	.cfi_startproc\n"
	"	pushq %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	xorl %ebx, %ebx\n"
	"	call zend_fiber_switch_context@PLT\n"
	"1:	testl %ebx, %ebx\n"
	"	jne 2f\n"
	"	incl %ebx\n"
	"	leaq 1b(%rip), %rax\n"
	"	pushq %rax\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"2:	popq %rbx\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size zg_switch, . - zg_switch\n"
	".popsection\n"
);
#else
# define zg_switch zend_fiber_switch_context
#endif

/*
 * Every switch between stacks is made by this one call, and this function is reached from a handler's shim by one call more, see zg_enter: after a
 * switch the processor predicts the returns that the stack before it would have made, and where these are the same it is right.
 */
static zend_never_inline int swap(zend_fiber_context *to, zg_fiber *resumed)
{
	zend_class_entry *const exception_class = EG(exception_class);
	const zend_error_handling_t error_handling = EG(error_handling);
	const uint32_t collecting = fibers.collecting;
	zg_fiber *const self = fibers.running;
	fibers.collecting = 0;
	fibers.running = resumed;
	fibers.transfer.context = to;

	zg_switch(&fibers.transfer);

	fibers.running = self;
	fibers.collecting = collecting;
	EG(exception_class) = exception_class;
	EG(error_handling) = error_handling;
	if (!resumed) {
		if (UNEXPECTED(self->unwinding)) {
			zend_throw_graceful_exit();
		}
		return ZG_FIBER_SUSPENDED;
	}
	if (UNEXPECTED(zg_preempt_on)) {
		zg_preempt_turn(self != NULL);
	}
	if (resumed->state == FIBER_WAITING) {
		return ZG_FIBER_SUSPENDED;
	}
	if (UNEXPECTED(resumed->outcome == ZG_FIBER_DIED)) {
		resumed->state = FIBER_RUNNING; /* its stack is not used again */
		zg_pend_bailout();
	}
	return resumed->outcome;
}

static zend_never_inline int swap_keeping_more(zend_fiber_context *to, zg_fiber *resumed)
{
	uint32_t blocked = 0;
	while (zend_fiber_switch_blocked()) {
		zend_fiber_switch_unblock();
		blocked++;
	}
	const bool has_output = OG(active) || OG(running) || OG(handlers).top > 0;
	zend_stack handlers;
	php_output_handler *active = NULL, *running = NULL;
	if (has_output) {
		handlers = OG(handlers);
		active = OG(active);
		running = OG(running);
		zend_stack_init(&OG(handlers), sizeof(php_output_handler *));
		OG(active) = OG(running) = NULL;
	}
	kept_callback compare;
	const bool compares = BG(user_compare_fci).size != 0;
	if (compares) {
		compare = (kept_callback) { BG(user_compare_fci), BG(user_compare_fci_cache) };
		memset(&BG(user_compare_fci), 0, sizeof BG(user_compare_fci));
	}

	const int outcome = swap(to, resumed);

	if (compares) {
		BG(user_compare_fci) = compare.info;
		BG(user_compare_fci_cache) = compare.cache;
	}
	if (has_output) {
		zend_stack_destroy(&OG(handlers));
		OG(handlers) = handlers;
		OG(active) = active;
		OG(running) = running;
	}
	for (; blocked > 0; blocked--) {
		zend_fiber_switch_block();
	}
	return outcome;
}

static zend_always_inline int switch_to(zend_fiber_context *to, zg_fiber *resumed)
{
	return UNEXPECTED(has_more_to_keep()) ? swap_keeping_more(to, resumed) : swap(to, resumed);
}

/* exit() in a process that goes on. An exception before it, of the function or a deferred one, weighs more. */
static void end_by_exit(zg_fiber *self, zend_object *exception)
{
	if (self->outcome == ZG_FIBER_ENDED) {
		self->outcome = ZG_FIBER_EXITED;
	}
	GC_ADDREF(exception);
	zend_clear_exception();
	zg_exit_status(exception);
	OBJ_RELEASE(exception);
}

/* What ends a fiber's function, or a deferred one, other than a return. */
static void settle(zg_fiber *self)
{
	zend_object *exception = EG(exception);
	if (EXPECTED(!exception)) {
		return;
	}
	const bool survives = zg_fiber_survival() == ZG_SURVIVES;
	if (zend_is_unwind_exit(exception)) {
		/* so do some builds of PHP deliver "out of memory" */
		self->outcome = survives && EG(exit_status) == 255 && zg_failed() ? ZG_FIBER_DIED : ZG_FIBER_LEAVES;
		zend_clear_exception();
		return;
	}
	if (zend_is_graceful_exit(exception)) {
		zend_clear_exception();
		return;
	}
	if (survives && zg_is_exit(exception)) {
		end_by_exit(self, exception);
		return;
	}
	self->outcome = survives ? ZG_FIBER_THREW : ZG_FIBER_LEAVES;
	if (Z_TYPE(EG(user_exception_handler)) != IS_UNDEF) {
		zend_user_exception_handler();
	}
	exception = EG(exception);
	if (exception) {
		EG(exception) = NULL;
		if (zend_is_unwind_exit(exception) || zend_is_graceful_exit(exception) || (survives && zg_is_exit(exception))) {
			OBJ_RELEASE(exception);
		} else {
			zend_exception_error(exception, E_ERROR);
		}
	}
	if (!survives) {
		EG(exit_status) = 255;
	}
}

static void call(zg_fiber *self, zval *callable, zend_fcall_info_cache *cache, uint32_t argc, zval *argv, zval *result)
{
	zend_fcall_info info = {
		.size = sizeof info,
		.retval = result,
		.params = argv,
		.object = cache ? cache->object : NULL,
		.param_count = argc,
	};
	ZVAL_COPY_VALUE(&info.function_name, callable);
	ZVAL_UNDEF(result);
	zend_call_function(&info, cache && cache->function_handler ? cache : NULL);
	settle(self);
}

static void body(zg_fiber *self)
{
	zval callable, result;
	if (EXPECTED(self->callable)) {
		zend_fcall_info_cache cache = *self->cache;
		ZVAL_COPY(&callable, self->callable); /* keeps what the cache points to */
		call(self, &callable, &cache, self->argc, self->argv, &result);
		zval_ptr_dtor(&callable);
	} else {
		ZVAL_NULL(&result);
		zg_fiber_native(self->id);
		if (UNEXPECTED(zg_is_pending())) {
			zg_raise_pending();
		}
		settle(self);
	}
	zg_fiber_returned(self->id, &result);
	/* the last comes first; none after exit(), as with `finally` */
	while (self->outcome != ZG_FIBER_LEAVES && self->outcome != ZG_FIBER_DIED && zg_fiber_next_deferred(self->id, &callable)) {
		call(self, &callable, NULL, 0, NULL, &result);
		zval_ptr_dtor(&result);
		zval_ptr_dtor(&callable);
	}
	settle(self); /* of a destructor that ran just now */
	if (UNEXPECTED(OG(active))) {
		php_output_end_all();
	}
	if (UNEXPECTED(zg_is_pending())) {
		zg_raise_pending();
	}
}

static int configured_error_reporting(void)
{
	if (UNEXPECTED(!fibers.error_reporting)) {
		fibers.error_reporting = zend_hash_str_find_ptr(EG(ini_directives), ZEND_STRL("error_reporting"));
	}
	const zend_ini_entry *entry = fibers.error_reporting;
	return entry && entry->value ? (int) ZEND_STRTOL(ZSTR_VAL(entry->value), NULL, 0) : E_ALL;
}

static void fiber_main(zg_fiber *self)
{
	for (;;) {
		zend_vm_stack page = vm_page(self);
		page->top = ZEND_VM_STACK_ELEMENTS(page);
		page->end = (zval *) ((char *) page + VM_PAGE_SIZE);
		page->prev = NULL;
		EG(vm_stack) = page;
		EG(vm_stack_top) = page->top + ZEND_CALL_FRAME_SLOT;
		EG(vm_stack_end) = page->end;
		EG(vm_stack_page_size) = VM_PAGE_SIZE;
		zend_execute_data *frame = (zend_execute_data *) page->top;
		memset(frame, 0, sizeof *frame);
		frame->func = (zend_function *) &base_function;
		EG(current_execute_data) = frame;
		EG(jit_trace_num) = 0;
		EG(error_reporting) = configured_error_reporting();
		EG(active_fiber) = NULL;
		EG(exception_class) = NULL;
		EG(error_handling) = EH_NORMAL;
#ifdef ZEND_CHECK_STACK_LIMIT
		EG(stack_base) = self;
		EG(stack_limit) = stack_of(self) + 64 * 1024;
#endif
		self->outcome = ZG_FIBER_ENDED;
		zend_first_try {
			body(self);
		} zend_catch {
			self->outcome = ZG_FIBER_DIED;
		} zend_end_try();
		self->state = FIBER_IDLE;
		/* parks: the next function starts in this loop, and the context is never dead */
		fibers.transfer.context = self->origin;
		zg_switch(&fibers.transfer);
	}
}

/* The first thing on a new stack: what Zend does there for its own. */
static void trampoline(boost_result from)
{
	from.transfer->context->handle = from.handle;
	if (from.transfer->context->status == ZEND_FIBER_STATUS_DEAD) {
		zend_fiber_destroy_context(from.transfer->context);
	}
	fiber_main((zg_fiber *) EG(current_fiber_context));
	abort();
}

static void unused_main(zend_fiber_transfer *transfer)
{
	(void) transfer;
	abort();
}

void zg_fiber_survive(bool on)
{
	fibers.survivor = on ? getpid() : 0;
}

zg_survival zg_fiber_survival(void)
{
	if (!fibers.survivor) {
		return ZG_LEAVES;
	}
	return fibers.survivor == getpid() ? ZG_SURVIVES : ZG_IS_CHILD;
}

zg_fiber *zg_fiber_take(void)
{
	zg_fiber *fiber = fibers.idle;
	if (EXPECTED(fiber)) {
		fibers.idle = fiber->next;
		fibers.idle_count--;
		return fiber;
	}
	if (fibers.bare_count > 0) {
		fiber = fibers.bare[--fibers.bare_count];
	} else if (!(fiber = new_fiber())) {
		return NULL;
	}
	zend_fiber_context *context = &fiber->context;
	char *stack = stack_of(fiber);
	context->kind = &fiber_kind;
	context->function = unused_main;
	context->status = ZEND_FIBER_STATUS_INIT;
	context->handle = make_fcontext(fiber, (size_t) ((char *) fiber - stack), trampoline);
	zend_observer_fiber_init_notify(context);
	return fiber;
}

const char *zg_fiber_refusal(void)
{
	return fibers.refusal ? fibers.refusal : "no stack";
}

void zg_fiber_release(zg_fiber *fiber)
{
	if (fiber->state != FIBER_IDLE) {
		return; /* what is on its stack stays */
	}
	if (fibers.idle_count < IDLE_MOST) {
		fiber->next = fibers.idle;
		fibers.idle = fiber;
		fibers.idle_count++;
		return;
	}
	zend_observer_fiber_destroy_notify(&fiber->context);
	if (fibers.bare_count == fibers.bare_room) {
		const uint32_t room = fibers.bare_room ? 2 * fibers.bare_room : IDLE_MOST;
		zg_fiber **more = realloc(fibers.bare, room * sizeof *more);
		if (!more) {
			return; /* no longer of use, but no harm either */
		}
		fibers.bare = more;
		fibers.bare_room = room;
	}
	fibers.bare[fibers.bare_count++] = fiber;
	char *stack = stack_of(fiber);
	const size_t page = (size_t) sysconf(_SC_PAGESIZE);
	madvise(stack + page, STACK_SIZE - page, MADV_DONTNEED); /* the fiber's own page too: it reads as zeros */
}

zg_fiber *zg_fiber_current(void)
{
	return fibers.running;
}

static zend_always_inline int run(zg_fiber *fiber, zend_fiber_context *at)
{
	fiber->origin = EG(current_fiber_context);
	fiber->state = FIBER_RUNNING;
	if (UNEXPECTED(zg_preempt_on)) {
		zg_preempt_turn(true);
	}
	return switch_to(at, fiber);
}

int zg_fiber_start(zg_fiber *fiber, uint64_t id, zval *callable, zend_fcall_info_cache *cache, uint32_t argc, zval *argv)
{
	if (UNEXPECTED(fiber->state != FIBER_IDLE)) {
		return ZG_FIBER_REFUSED;
	}
	fiber->id = id;
	fiber->unwinding = false;
	fiber->callable = callable;
	fiber->cache = cache;
	fiber->argc = argc;
	fiber->argv = argv;
	return run(fiber, &fiber->context);
}

int zg_fiber_resume(zg_fiber *fiber)
{
	return EXPECTED(fiber->state == FIBER_WAITING) ? run(fiber, fiber->at) : ZG_FIBER_REFUSED;
}

bool zg_fiber_collecting(void)
{
	return fibers.collecting > 0;
}

int zg_fiber_suspend(void)
{
	zg_fiber *self = fibers.running;
	if (UNEXPECTED(!self || fibers.collecting > 0)) {
		return ZG_FIBER_REFUSED;
	}
	self->at = EG(current_fiber_context);
	self->execute_data = EG(current_execute_data);
	self->state = FIBER_WAITING;
	return switch_to(self->origin, NULL);
}

void zg_fiber_unwind(zg_fiber *fiber)
{
	fiber->unwinding = true;
}

int zg_fiber_exit_status(void)
{
	return EG(exit_status);
}

size_t zg_fiber_stack_usage(const zg_fiber *fiber)
{
	const char *here = __builtin_frame_address(0), *low = stack_of(fiber);
	if (here <= low || here >= (const char *) fiber) {
		here = fiber->context.handle;
	}
	return (size_t) ((const char *) fiber - here);
}

/* --- Backtraces -------------------------------------------------------------------------------------------------------------------- */

bool zg_fiber_backtrace(const zg_fiber *fiber, int options, int limit, zval *result)
{
	volatile bool done = false;
	ZVAL_UNDEF(result);
	GUARDED({
		zend_execute_data *here = EG(current_execute_data);
		if (fiber) {
			EG(current_execute_data) = fiber->execute_data;
		}
		zend_fetch_debug_backtrace(result, fiber ? 0 : 1, options, limit);
		EG(current_execute_data) = here;
		done = Z_TYPE_P(result) == IS_ARRAY;
	});
	return done;
}

bool zg_fiber_trace_text(zval *trace, zval *result)
{
	ZVAL_UNDEF(result);
	GUARDED({
		zend_string *text = zend_trace_to_string(Z_ARRVAL_P(trace), /* include_main */ false);
		if (text) {
			ZVAL_STR(result, text);
		}
	});
	return Z_TYPE_P(result) != IS_UNDEF;
}

/* --- The end of the script --------------------------------------------------------------------------------------------------------- */

bool zg_shutdown_function(const char *name, size_t length)
{
	volatile bool done = false;
	GUARDED({
		php_shutdown_function_entry entry = { 0 };
		zval callable;
		ZVAL_STRINGL(&callable, name, length);
		if (zend_fcall_info_init(&callable, 0, &entry.fci, &entry.fci_cache, NULL, NULL) == SUCCESS) {
			done = append_user_shutdown_function(&entry);
		} else {
			zval_ptr_dtor(&callable);
		}
	});
	return done;
}

/* They are called in the order of this table, which grows at its end. */
bool zg_shutdown_functions_follow(void)
{
	HashTable *functions = BG(user_shutdown_function_names);
	if (!functions || functions->nNumUsed == 0) {
		return false;
	}
	zval *last = NULL, *entry;
	ZEND_HASH_FOREACH_VAL(functions, entry) {
		last = entry;
	} ZEND_HASH_FOREACH_END();
	const php_shutdown_function_entry *function = last ? Z_PTR_P(last) : NULL;
	const zend_execute_data *frame = EG(current_execute_data);
	return function && frame && function->fci_cache.function_handler != frame->func;
}

void zg_die_of(zend_class_entry *ce, const char *text, size_t length)
{
	GUARDED({
		zend_throw_exception_ex(ce, 0, "%.*s", (int) length, text);
		zend_object *exception = EG(exception);
		if (exception) {
			GC_ADDREF(exception);
			zend_clear_exception();
			zend_exception_error(exception, E_ERROR);
		}
		zg_pend_exit(255);
	});
}

uint64_t zg_clock(bool coarse)
{
	struct timespec now;
	clock_gettime(coarse ? CLOCK_MONOTONIC_COARSE : CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

bool zg_ini_is_on(const char *name, size_t length)
{
	zend_ini_entry *entry = zend_hash_str_find_ptr(EG(ini_directives), name, length);
	return entry && entry->value && zend_ini_parse_bool(entry->value);
}

void zg_write(const char *text, size_t length)
{
	GUARDED(php_output_write(text, length););
}

bool zg_failed(void)
{
	const int fatal = E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR | E_PARSE;
	return CG(unclean_shutdown) || (PG(last_error_message) && (PG(last_error_type) & fatal));
}

bool zg_bailed_out(void)
{
	return CG(unclean_shutdown);
}

bool zg_object_with(zend_class_entry *ce, zval *argument, zval *result)
{
	volatile bool made = false;
	ZVAL_UNDEF(result);
	GUARDED({
		if (object_init_ex(result, ce) == SUCCESS) {
			zend_call_known_function(ce->constructor, Z_OBJ_P(result), ce, NULL, 1, argument, NULL);
			made = !EG(exception);
		}
	});
	return made;
}

zend_class_entry *zg_invalid_argument(void)
{
	return spl_ce_InvalidArgumentException;
}

zend_class_entry *zg_bad_method_call(void)
{
	return spl_ce_BadMethodCallException;
}

/* --- The module -------------------------------------------------------------------------------------------------------------------- */

static int (*collect_before)(void);

/* Zend has no way to ask whether the collector runs, so it is counted. */
static int collect(void)
{
	fibers.collecting++;
	const int collected = collect_before();
	fibers.collecting--;
	return collected;
}

void zg_fiber_startup(zend_class_entry *exit_exception)
{
	base_function.type = ZEND_INTERNAL_FUNCTION;
	base_function.function_name = zend_string_init_interned(ZEND_STRL("[coroutine]"), 1);
	collect_before = gc_collect_cycles;
	gc_collect_cycles = collect;
	zg_fiber_hooks_startup(exit_exception);
	zg_preempt_startup();
}

void zg_fiber_request(void)
{
	fibers.running = NULL;
	ZVAL_NULL(&fibers.transfer.value);
	fibers.collecting = 0;
	fibers.survivor = 0;
	fibers.error_reporting = NULL;
	zg_fiber_hooks_request();
}
