"""A component's contents, apart from their place: a page mounts them, and the live route sends them again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from explorer.components.container import pack
from explorer.components.web import as_data


@dataclass(frozen=True)
class Live:
    """The way to the newest of a part: the browser gets it by `feed.js`, not by a rerun of the page.

    `asked` are the part's own questions to the route. `at` is when the part was made, in the server's seconds: what the
    browser has got since is not taken back.
    """

    run: str
    part: str
    at: float
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Component:
    """JSON values and arrays of one component; `mount` is Streamlit's function for it, with its `options`."""

    mount: Callable[..., Any]
    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def show(self, key: str, live: Live | None = None) -> None:
        """Show the component, or update it where one of this key stands. A `live` one goes on by itself."""
        header = {**self.header, **({"live": asdict(live)} if live else {})}
        data = pack(header, self.arrays) if self.arrays else as_data(header)
        self.mount(key=key, data=data, **self.options)
