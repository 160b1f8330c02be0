"""A room without doors for a researcher's code: bubblewrap around one Python process.

Inside there are Python with its packages, the extract (read-only), a scratch folder in memory and the folder of
outputs; no network, no other file of this computer, no other process, no capability, no way to a new namespace. Time,
memory, processes, files and disk are bounded. Without bubblewrap nothing runs.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from openilr.disclose.errors import DisclosureError
from openilr.disclose.session.console import Console
from openilr.disclose.session.seccomp import program

__all__ = ["Ended", "Limits", "NoSandbox", "Room", "run_inside", "why_none"]

_POLL = 0.05
#: The users that a session runs as when it is started by root, who would otherwise be free of limits.
_FIRST_USER = 64_000


class NoSandbox(DisclosureError):
    """This computer has nothing to keep the session in, so it does not start."""


@dataclass(frozen=True)
class Limits:
    """Bounds of a session. Memory counts what all its processes hold; scratch is kept in memory as well."""

    seconds: float = 1800.0
    memory: int = 6 << 30
    processes: int = 128
    scratch: int = 1 << 30
    outputs: int = 2 << 30
    files: int = 1000
    log: int = 1 << 20


@dataclass(frozen=True)
class Room:
    """What is in the room: ``extract`` and ``script`` can be read there, ``outputs`` written."""

    extract: Path
    script: Path
    outputs: Path


@dataclass(frozen=True)
class Ended:
    """How it ended. ``reason`` is empty, or which bound was met: time, memory, processes, outputs."""

    code: int
    reason: str
    seconds: float
    log: bytes

    @property
    def well(self) -> bool:
        return self.code == 0 and not self.reason


def run_inside(
    room: Room, limits: Limits | None = None, *, show: IO[bytes] | None = None, console: Console | None = None
) -> Ended:
    """Run the script in the room and wait. ``show`` takes what it prints as it comes, for synthetic data only.

    console: ask it for one cell after another instead, and show it what they print.

    NoSandbox where bubblewrap is missing or can not make a room here.
    """
    limits = limits or Limits()
    bwrap = shutil.which("bwrap")
    if bwrap is None or sys.platform != "linux":
        raise NoSandbox("A session runs in a sandbox by bubblewrap, which is not here: install the package bubblewrap.")
    user = _FIRST_USER + os.getpid() % 1000 if os.geteuid() == 0 else None
    for path in (room.extract, room.script, room.outputs):
        _give(path, user)
    start = time.monotonic()
    with _filter() as rules:
        command = _command(bwrap, room, limits, rules, user, "-" if console else "/session/analysis.py")
        with subprocess.Popen(  # noqa: S603 - the command is ours
            command, stdin=subprocess.PIPE if console else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={}, cwd="/", pass_fds=[rules], start_new_session=True,
        ) as process:  # fmt: skip
            try:
                if console is None:
                    log, reason = _watch(process, room, limits, show)
                else:
                    log, reason = _talk(process, room, limits, console)
            except BaseException:
                _end(process)  # nobody watches it any more
                raise
    for path in (room.extract, room.script, room.outputs):
        _take_back(path, user)
    ended = Ended(process.returncode, reason, time.monotonic() - start, log)
    if ended.code and log.startswith(b"bwrap: "):
        # Its words are not passed on: the code inside could have printed them.
        raise NoSandbox("bubblewrap is here, but can not make a room: ask whoever runs this computer to allow it.")
    return ended


def _talk(process: subprocess.Popen[bytes], room: Room, limits: Limits, console: Console) -> tuple[bytes, str]:
    """As ``_watch``, beside a console that is asked for cells."""
    stream = process.stdin
    assert stream is not None  # noqa: S101 - for the type checker
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(_watch, process, room, limits, cast(IO[bytes], console))
        try:
            console.talk(stream, lambda: not watching.done(), lambda: _interrupt(process.pid))
        except BaseException:
            _end(process)  # before the pool waits for the watch
            raise
        return watching.result()


def _interrupt(pid: int) -> None:
    """What Ctrl-C does, to what runs in the room; bubblewrap itself would end of it."""
    for each in _family(pid):
        with suppress(OSError):
            if Path(f"/proc/{each}/comm").read_text().strip() != "bwrap":
                os.kill(each, signal.SIGINT)


def why_none() -> str:
    """Why no session can run on this computer, found by trying; empty where one can."""
    with tempfile.TemporaryDirectory() as name:
        room = Room(*(Path(name) / part for part in ("extract", "script", "outputs")))
        for folder in (room.extract, room.script, room.outputs):
            folder.mkdir()
        (room.script / "analysis.py").write_text("", "utf-8")
        try:
            run_inside(room)
        except NoSandbox as problem:
            return str(problem)
    return ""


def _command(bwrap: str, room: Room, limits: Limits, rules: int, user: int | None, script: str) -> list[str]:
    package = Path(__file__).resolve().parents[2]
    if user is None:
        apart = [
            "--unshare-user",
            "--unshare-all",
            "--disable-userns",
            "--uid",
            "1000",
            "--gid",
            "1000",
            "--cap-drop",
            "ALL",
        ]
    else:
        # Root makes the room itself and then becomes ``user`` inside (see inside.py), which leaves it no capability.
        spaces = ("ipc", "pid", "net", "uts", "cgroup-try")
        apart = [f"--unshare-{space}" for space in spaces]
        apart += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    command = [
        bwrap, *apart, "--die-with-parent", "--new-session", "--hostname", "session", "--clearenv",
        "--seccomp", str(rules), "--proc", "/proc", "--dev", "/dev",
        "--perms", "1777", "--size", str(limits.scratch), "--tmpfs", "/tmp",  # noqa: S108 - inside the room
        "--perms", "1777", "--size", str(limits.scratch), "--tmpfs", "/dev/shm",  # noqa: S108
    ]  # fmt: skip
    for folder in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime"):
        command += _seen(Path(folder))
    pythons = dict.fromkeys(
        p for prefix in (sys.base_prefix, sys.prefix) for p in (Path(prefix).resolve(), Path(prefix))
    )
    for place in (p for p in pythons if not p.is_relative_to("/usr")):
        for above in [*reversed(place.parents)][1:]:
            command += ["--perms", "0755", "--dir", str(above)]
        command += ["--ro-bind", str(place), str(place)]
    command += [
        "--perms", "0755", "--dir", "/opt", "--perms", "0755", "--dir", "/opt/openilr",
        "--ro-bind", str(package), "/opt/openilr/openilr", "--ro-bind", str(room.extract), "/extract",
        "--ro-bind", str(room.script), "/session", "--bind", str(room.outputs), "/outputs", "--chdir", "/tmp",  # noqa: S108
    ]  # fmt: skip
    settings = {
        "PYTHONPATH": "/opt/openilr", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "HOME": "/tmp",  # noqa: S108
        "TMPDIR": "/tmp", "MPLCONFIGDIR": "/tmp/mpl", "MPLBACKEND": "Agg", "LANG": "C.UTF-8", "TZ": "UTC",  # noqa: S108
        "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "POLARS_MAX_THREADS": "2",
        "NUMBA_NUM_THREADS": "2", "OPENILR_EXTRACT": "/extract", "OPENILR_OUTPUTS": "/outputs",
    }  # fmt: skip
    for name, value in settings.items():
        command += ["--setenv", name, value]
    return [
        *command, "--", sys.executable, "-P", "-m", "openilr.disclose.session.inside", str(user or 0),
        str(limits.processes), str(limits.outputs), script,
    ]  # fmt: skip


def _seen(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.exists() else []


@contextmanager
def _filter() -> Iterator[int]:
    """A file descriptor to read the system call filter from."""
    read, write = os.pipe()
    try:
        os.write(write, program())
        os.close(write)
        yield read
    finally:
        os.close(read)


def _watch(process: subprocess.Popen[bytes], room: Room, limits: Limits, show: IO[bytes] | None) -> tuple[bytes, str]:
    """Read what is printed and look at the bounds until it ends; end it where it goes beyond one."""
    assert process.stdout is not None  # noqa: S101 - for the type checker
    os.set_blocking(process.stdout.fileno(), False)
    until, log, reason = time.monotonic() + limits.seconds, bytearray(), ""
    while process.poll() is None:
        reason = reason or _beyond(process.pid, room, limits, until)
        if reason:
            _end(process)
        _read(process.stdout, log, limits, show)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)
    _read(process.stdout, log, limits, show)
    return bytes(log), reason


def _read(stream: IO[bytes], log: bytearray, limits: Limits, show: IO[bytes] | None) -> None:
    for _ in range(64):
        piece = stream.read(1 << 16)
        if not piece:
            return
        if show is not None:
            show.write(piece)
            show.flush()
        log += piece[: max(0, limits.log - len(log))]


def _beyond(pid: int, room: Room, limits: Limits, until: float) -> str:
    if time.monotonic() > until:
        return "time"
    family = _family(pid)
    if len(family) > limits.processes + 8:
        return "processes"
    if sum(_memory(p) for p in family) > limits.memory:
        return "memory"
    size, count = _used(room.outputs)
    return "outputs" if size > limits.outputs or count > limits.files else ""


def _family(pid: int) -> list[int]:
    """The process and all that come from it."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                parent = int(Path(entry.path, "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def _memory(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _used(folder: Path) -> tuple[int, int]:
    size = count = 0
    for place, folders, files in os.walk(folder):
        count += len(folders) + len(files)
        if count > 100_000:
            break
        for name in files:
            with suppress(OSError):
                size += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118 - quick, in a loop
    return size, count


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the room and with it everything in it: its processes are in a namespace that dies with its first one."""
    for pid in reversed(_family(process.pid)):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    process.kill()


def _give(path: Path, user: int | None) -> None:
    if user is not None:
        for each in _all(path):
            os.chown(each, user, user, follow_symlinks=False)


def _take_back(path: Path, user: int | None) -> None:
    if user is not None:
        for each in _all(path):
            with suppress(OSError):
                os.chown(each, os.geteuid(), os.getegid(), follow_symlinks=False)


def _all(path: Path) -> Sequence[Path]:
    """The folder and what is in it; folders that code made inside are left as they are and never read."""
    return [path, *path.iterdir()]
