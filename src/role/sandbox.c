/* sandbox.c: see sandbox.h. */
#include "madoguchi/role/sandbox.h"
#include "madoguchi/base/error.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static const int forbidden[] = {
#ifndef MADO_SANITIZED
  SCMP_SYS (ptrace), /* the leak checker of sanitizer builds needs it */
#endif
  SCMP_SYS (process_vm_readv), SCMP_SYS (process_vm_writev), SCMP_SYS (mount),         SCMP_SYS (umount2),
  SCMP_SYS (pivot_root),       SCMP_SYS (chroot),            SCMP_SYS (unshare),       SCMP_SYS (setns),
  SCMP_SYS (init_module),      SCMP_SYS (finit_module),      SCMP_SYS (delete_module), SCMP_SYS (kexec_load),
  SCMP_SYS (kexec_file_load),  SCMP_SYS (bpf),               SCMP_SYS (perf_event_open), SCMP_SYS (userfaultfd),
  SCMP_SYS (add_key),          SCMP_SYS (request_key),       SCMP_SYS (keyctl),        SCMP_SYS (open_by_handle_at),
  SCMP_SYS (settimeofday),     SCMP_SYS (clock_settime),     SCMP_SYS (adjtimex),      SCMP_SYS (reboot),
  SCMP_SYS (swapon),           SCMP_SYS (swapoff),           SCMP_SYS (acct),          SCMP_SYS (quotactl),
  SCMP_SYS (syslog),           SCMP_SYS (iopl),              SCMP_SYS (ioperm),        SCMP_SYS (mknod),
  SCMP_SYS (mknodat),          SCMP_SYS (io_uring_setup),
};

static gboolean
refuse (GError **error, int result)
{
  errno = -result;
  return mado_error_set_errno (error, "seccomp");
}

static gboolean
load_filter (const MadoSandbox *sandbox, GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int result = filter != NULL ? 0 : -ENOMEM;

  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (forbidden); i++)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), forbidden[i], 0);
  if (result == 0 && !sandbox->may_network)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_NE, AF_UNIX));
  if (result == 0)
    result = seccomp_load (filter);
  if (filter != NULL)
    seccomp_release (filter);
  return result == 0 || refuse (error, result);
}

gboolean
mado_sandbox_enter (const MadoSandbox *sandbox, GError **error)
{
  const struct rlimit no_core = { 0, 0 };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit (RLIMIT_CORE, &no_core) != 0)
    return mado_error_set_errno (error, "sandbox");
#ifndef MADO_SANITIZED
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return mado_error_set_errno (error, "sandbox");
#endif
  return load_filter (sandbox, error);
}

/* @grace: so much higher is the hard limit. */
static gboolean
set_limit (__rlimit_resource_t resource, guint64 value, guint64 grace, GError **error)
{
  struct rlimit limit;

  /* Never above what we may have: the hard limit can be lower already. */
  if (getrlimit (resource, &limit) != 0)
    return mado_error_set_errno (error, "getrlimit");
  limit.rlim_cur = MIN ((rlim_t) value, limit.rlim_max);
  limit.rlim_max = MIN (limit.rlim_cur + grace, limit.rlim_max);
  return setrlimit (resource, &limit) == 0 || mado_error_set_errno (error, "setrlimit");
}

gboolean
mado_sandbox_limit (guint64 memory, guint64 cpu_seconds, guint64 file_size, GError **error)
{
#ifdef MADO_SANITIZED
  memory = RLIM_INFINITY; /* the shadow memory alone needs terabytes of addresses */
#endif
  /* At the soft limit of processor time comes SIGXCPU, which tells why; at the hard one SIGKILL, which does not. */
  return set_limit (RLIMIT_AS, memory, 0, error) && set_limit (RLIMIT_CPU, cpu_seconds, 1, error)
         && set_limit (RLIMIT_FSIZE, file_size, 0, error) && set_limit (RLIMIT_CORE, 0, 0, error);
}

gboolean
mado_sandbox_stay_in_group (GError **error)
{
  /* Written by hand: it is loaded for each mail, and the filter of the role, below it, has seen to the architecture. */
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_setsid, 1, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_setpgid, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { G_N_ELEMENTS (code), code };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return mado_error_set_errno (error, "seccomp");
  return TRUE;
}
