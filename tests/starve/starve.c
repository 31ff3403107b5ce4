/**
 * @file starve.c  A Kamailio module for tests that refuses memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * It stands between Kamailio and its memory managers. By RPC a test says which
 * allocations fail: those asked for by the module under test, or by what that
 * one calls, which the stack tells; or anybody's. The process that answers RPC
 * is always served.
 */

/* For dladdr(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <string.h>

#include "../../core/dprint.h"
#include "../../core/mem/mem.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/pt.h"
#include "../../core/rpc.h"
#include "../../core/rpc_lookup.h"
#include "../../core/sr_module.h"

#ifndef DBG_SR_MEMORY
#error "expected a Kamailio that tells its memory managers who asks"
#endif

MODULE_VERSION

/** Deepest stack that is looked through, in calls */
#define STACK_MAX 64

/** Kinds of memory */
enum pool
{
	PRIVATE,
	SHARED
};

/** What all processes are to refuse; in shared memory */
struct order
{
	volatile int in_force;
	enum pool pool;
	int anybody; /**< also what the module has nothing to do with */
	int first;	 /**< number of the first allocation that fails, from 1 */
	int times;	 /**< how many fail in a row; 0: all from then on */
	int process; /**< never refused: the one that answers RPC */
	int seen;	 /**< allocations that the order is for */
	int refused; /**< those of them that failed */
};

static struct order *order;

/** Kamailio's own functions */
static sr_pkg_api_t pkg;
static sr_shm_api_t shm;

/** Name of the module under test, and where it begins in memory */
static char *victim = "disconnect_reason";
static const void *victim_base;

/** Where the object begins that an address belongs to */
static const void *base_of(const void *address)
{
	Dl_info info;

	return dladdr(address, &info) ? info.dli_fbase : NULL;
}

/** The victim is loaded after this module, so it is looked for late. What is
 * found is the function that its exports name. */
static const void *find_victim(void)
{
	const sr_module_t *module = find_module_by_name(victim);

	return module ? base_of((const void *)module->exports.init_mod_f) : NULL;
}

/** Does the victim ask, or somebody whom it called? */
static int victim_asks(void)
{
	void *stack[STACK_MAX];
	int count = backtrace(stack, STACK_MAX), i;

	for(i = 0; i < count; i++)
		if(base_of(stack[i]) == victim_base)
			return 1;
	return 0;
}

static int is_refused(enum pool pool)
{
	int number;

	if(!order->in_force || order->pool != pool || order->process == my_pid()
			|| !(order->anybody || victim_asks()))
		return 0;
	number = __atomic_add_fetch(&order->seen, 1, __ATOMIC_SEQ_CST);
	if(number < order->first
			|| (order->times > 0 && number - order->first >= order->times))
		return 0;
	__atomic_add_fetch(&order->refused, 1, __ATOMIC_SEQ_CST);
	return 1;
}

/** Who asks, as Kamailio tells its memory managers */
#define WHO \
	const char *file, const char *func, unsigned int line, const char *mname

static void *pkg_xmalloc(void *block, size_t size, WHO)
{
	if(is_refused(PRIVATE))
		return NULL;
	return pkg.xmalloc(block, size, file, func, line, mname);
}

static void *pkg_xmallocxz(void *block, size_t size, WHO)
{
	if(is_refused(PRIVATE))
		return NULL;
	return pkg.xmallocxz(block, size, file, func, line, mname);
}

static void *pkg_xrealloc(void *block, void *old, size_t size, WHO)
{
	if(is_refused(PRIVATE))
		return NULL;
	return pkg.xrealloc(block, old, size, file, func, line, mname);
}

static void *shm_xmalloc(void *block, size_t size, WHO)
{
	if(is_refused(SHARED))
		return NULL;
	return shm.xmalloc(block, size, file, func, line, mname);
}

static void *shm_xmallocxz(void *block, size_t size, WHO)
{
	if(is_refused(SHARED))
		return NULL;
	return shm.xmallocxz(block, size, file, func, line, mname);
}

static void *shm_xrealloc(void *block, void *old, size_t size, WHO)
{
	if(is_refused(SHARED))
		return NULL;
	return shm.xrealloc(block, old, size, file, func, line, mname);
}

static void stand_before_all(void)
{
	pkg = _pkg_root;
	shm = _shm_root;
	_pkg_root.xmalloc = pkg_xmalloc;
	_pkg_root.xmallocxz = pkg_xmallocxz;
	_pkg_root.xrealloc = pkg_xrealloc;
	_shm_root.xmalloc = shm_xmalloc;
	_shm_root.xmallocxz = shm_xmallocxz;
	_shm_root.xrealloc = shm_xrealloc;
}

static const char *fail_doc[] = {
		"pkg or shm, the module's name or *, number of the first allocation"
		" that fails, how many fail (0: all after it)",
		NULL};

static void rpc_fail(rpc_t *rpc, void *ctx)
{
	char *pool, *who;
	int first, times;

	if(rpc->scan(ctx, "ssdd", &pool, &who, &first, &times) < 4)
		return;
	if(strcmp(pool, "pkg") != 0 && strcmp(pool, "shm") != 0) {
		rpc->fault(ctx, 400, "expected pkg or shm");
		return;
	}
	if(strcmp(who, "*") != 0 && strcmp(who, victim) != 0) {
		rpc->fault(ctx, 400, "expected * or %s", victim);
		return;
	}
	order->in_force = 0;
	order->pool = strcmp(pool, "pkg") == 0 ? PRIVATE : SHARED;
	order->anybody = strcmp(who, "*") == 0;
	order->first = first;
	order->times = times;
	order->process = my_pid();
	order->seen = 0;
	order->refused = 0;
	order->in_force = 1;
}

static const char *stop_doc[] = {
		"Refuses nothing more; tells how many allocations were seen and"
		" refused",
		NULL};

static void rpc_stop(rpc_t *rpc, void *ctx)
{
	void *answer;

	order->in_force = 0;
	if(rpc->add(ctx, "{", &answer) < 0)
		return;
	rpc->struct_add(
			answer, "dd", "seen", order->seen, "refused", order->refused);
}

/* clang-format off */
static rpc_export_t commands[] = {
	{"starve.fail", rpc_fail, fail_doc, 0},
	{"starve.stop", rpc_stop, stop_doc, 0},
	{0, 0, 0, 0}
};
/* clang-format on */

static int mod_init(void)
{
	void *warm[1];

	order = shm_mallocxz(sizeof(*order));
	if(order == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	victim_base = find_victim();
	if(victim_base == NULL) {
		LM_ERR("there is no module %s\n", victim);
		return -1;
	}
	/* the first call loads a library */
	backtrace(warm, 1);
	stand_before_all();
	return rpc_register_array(commands) == 0 ? 0 : -1;
}

/* clang-format off */
struct module_exports exports = {
	"starve",        /* module name */
	DEFAULT_DLFLAGS, /* dlopen flags */
	0,               /* cmd exports */
	0,               /* param exports */
	0,               /* RPC methods */
	0,               /* pseudo-variables */
	0,               /* response handling function */
	mod_init,        /* module init function */
	0,               /* per-child init function */
	0                /* module destroy function */
};
/* clang-format on */
