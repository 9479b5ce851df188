"""The host names under which this server is Hourglass, as its owner said them in Streamlit's options.

`server.allowedHosts`, where it is given, is the whole list beside this machine itself. Otherwise `server.address` is a
name, and a server that listens on all interfaces also has the addresses of this machine, which Streamlit prints.
"""

import os
import socket
from collections.abc import Collection
from pathlib import Path

import streamlit as st
from streamlit import config

from explorer.places import ROOT

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EVERY_INTERFACE = (None, "", "0.0.0.0", "::")  # noqa: S104 -- read, not bound
_COMMUNITY_CLOUD = Path("/mount/src")  # where Streamlit Community Cloud puts a repository


def matches(name: str, patterns: Collection[str]) -> bool:
    """Return True if a host name is one of the patterns: a name, `*.name` for all below it, or `*` for any."""
    name = name.lower()
    return any(
        pattern == "*" or name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in (given.strip().lower() for given in patterns)
    )


def told_names() -> list[str]:
    """Return the names that the owner, or the place where the app is hosted, has said to be this server's."""
    printed = st.get_option("browser.serverAddress").partition("/")[0]  # of the address that Streamlit prints
    return [*st.get_option("server.allowedHosts"), printed, *_hosted()]


def is_name_of_ours(name: str) -> bool:
    """Return True if this server answers under a host name (without its port)."""
    if matches(name, _own_names()):
        return True
    to_all = st.get_option("server.address") in _EVERY_INTERFACE and not st.get_option("server.allowedHosts")
    return to_all and matches(name, _names_of_this_machine())


def open_to_our_names() -> None:
    """Add our names to Streamlit's own list, where there is one: by it, Streamlit checks web sockets once more."""
    if st.get_option("server.allowedHosts"):
        config.set_option("server.allowedHosts", _own_names())


def names_of_this_server() -> list[str]:
    """Return the names that it has without being told any: by loopback, and the address at which it listens."""
    address = st.get_option("server.address")
    return [*_LOOPBACK, *([] if address in _EVERY_INTERFACE else [address])]


def _own_names() -> list[str]:
    return [*names_of_this_server(), *told_names()]


def _names_of_this_machine() -> list[str]:
    """Return its addresses on all interfaces and its name in the local network. Nobody outside is asked."""
    import psutil  # not before it is needed: the server would open later

    addresses = [each.address for interface in psutil.net_if_addrs().values() for each in interface]
    host = socket.gethostname()
    return [*(address.partition("%")[0] for address in addresses), host, f"{host}.local"]


def _hosted() -> list[str]:
    """Return the names that a host of apps gives its guests."""
    space = os.environ.get("SPACE_HOST")  # set by Hugging Face Spaces
    cloud = ["*.streamlit.app"] if _COMMUNITY_CLOUD in ROOT.parents else []
    return [*([space] if space else []), *cloud]
