"""The work that the server does once, when it opens."""

import ast
import contextlib
import gc
import socket
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

SWITCH = 0.001  # seconds
OPEN_FILES = 4096  # at most; a tab takes about three, and macOS allows a program 256 where nobody says otherwise


def switch_often() -> None:
    """Make a thread that computes give way after 1 ms instead of Python's 5.

    Each answer of the server is woken up several times on its way (event loop, file thread, analyst's pipe), and waits
    that long each time while a page runs or imports.
    """
    sys.setswitchinterval(SWITCH)


def allow_open_files() -> None:
    """Raise the number of files that this process may hold open, as far as the system lets it."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a system may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def meanwhile(work: Callable[[], None]) -> threading.Thread:
    """Do something in a thread while the browser fetches Streamlit's own scripts. Return the thread, started."""
    thread = threading.Thread(target=work, name="meanwhile", daemon=True)
    thread.start()
    return thread


def import_for(script: Path) -> None:
    """Import what a page's script imports at its top. A page that runs meanwhile waits: each module has a lock."""
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                import_module(alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            package = import_module(node.module)
            for alias in node.names:
                if not hasattr(package, alias.name):  # a module of the package that nobody has imported yet
                    import_module(f"{node.module}.{alias.name}")


def disable_nagle() -> None:
    """Set TCP_NODELAY on the listening sockets, from which accepted ones inherit it.

    asyncio sets it only on sockets whose protocol number is TCP's, and Streamlit binds with 0: small answers then wait
    about 40 ms for the other side's delayed acknowledgement.
    """
    for candidate in gc.get_objects():
        if isinstance(candidate, socket.socket) and candidate.fileno() >= 0 and candidate.type == socket.SOCK_STREAM:
            try:
                if candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:  # closed since it was found, or no TCP socket: nothing to speed up
                continue
