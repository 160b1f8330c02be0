"""Which system calls a session may not make, as the small program that the kernel asks about each call.

Sockets may only be local ones (some families, such as that to a virtual machine's host, are not kept apart by a network
namespace). Calls that load code into the kernel, watch other processes, mount, make namespaces, or hold keys
answer "not permitted".
"""

from __future__ import annotations

import platform
import struct

__all__ = ["program"]

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refuse: EPERM
_NO_CALL = 0x00050026  # ENOSYS: the C library then uses clone, whose flags can be looked at
_AF_UNIX, _NEW_USER, _CLONE3, _BIT = 1, 0x10000000, 435, 0x45

#: Audit architecture, numbers of socket and clone, and refused calls: ptrace, process_vm_readv/writev, kexec, modules,
#: mounts and the newer calls of mounting, pivot_root, chroot, setns, unshare, bpf, perf_event_open, userfaultfd, keys,
#: io_uring, open_by_handle_at, acct, swap, reboot.
_X86 = (
    0xC000003E, 41, 56,
    [101, 310, 311, 246, 320, 175, 313, 176, 165, 166, 428, 429, 430, 431, 432, 433, 442, 155, 161, 308, 272, 321, 298,
     323, 248, 249, 250, 425, 426, 427, 304, 163, 167, 168, 169],
)  # fmt: skip
_ARM = (
    0xC00000B7, 198, 220,
    [117, 270, 271, 104, 294, 105, 273, 106, 40, 39, 428, 429, 430, 431, 432, 433, 442, 41, 51, 268, 97, 280, 241, 282,
     217, 218, 219, 425, 426, 427, 265, 89, 224, 225, 142],
)  # fmt: skip


def program() -> bytes:
    """The filter for this computer, in the form that bubblewrap takes. ValueError for a processor not known here."""
    machine = platform.machine()
    if machine not in ("x86_64", "aarch64"):
        raise ValueError(f"There is no system call filter for the processor {machine}.")
    architecture, socket, clone, refused = _X86 if machine == "x86_64" else _ARM
    steps: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0),
    ]  # fmt: skip
    if machine == "x86_64":  # the second, 32-bit-pointer set of numbers
        steps += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _REFUSE)]
    for call in refused:
        steps += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _REFUSE)]
    steps += [
        (_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _NO_CALL),
        (_EQUAL, 0, 4, clone), (_LOAD, 0, 0, 16), (_BIT, 0, 1, _NEW_USER), (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 0, 3, socket), (_LOAD, 0, 0, 16), (_EQUAL, 1, 0, _AF_UNIX), (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
