/* sandbox.h: what a process gives up for good, on top of what its systemd unit takes away. */
#pragma once

#include <glib.h>

typedef struct {
  gboolean may_network; /* sockets other than AF_UNIX (and AF_NETLINK-free) */
} MadoSandbox;

/* No new privileges, no core dumps, no ptrace by others; seccomp refuses (EPERM) foreign socket families,
 * ptrace, mounts, modules, keyrings, bpf, perf and namespaces, and everything that is not native.
 * Programs that are executed inherit it. Errors: TEMP when the kernel refuses. */
gboolean mado_sandbox_enter (const MadoSandbox *sandbox, GError **error);

/* Limits for a child that reads hostile bytes: address space (not in sanitizer builds), processor seconds,
 * size of any file it writes, no core. Errors: TEMP. */
gboolean mado_sandbox_limit (guint64 memory, guint64 cpu_seconds, guint64 file_size, GError **error);

/* No process of ours leaves its process group from now on (setsid(2) and setpgid(2) fail): whoever ends the group
 * ends us and all we started. Errors: TEMP. */
gboolean mado_sandbox_stay_in_group (GError **error);
