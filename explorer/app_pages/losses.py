"""Losses: what range, last layer, loss and link do to each other; five ways to wire an objective; terms; one step."""

from collections.abc import Callable, Mapping

from explorer.app_pages.lab.pairings import show_lab
from explorer.app_pages.lab.wirings import show_wirings
from explorer.app_pages.parts import address
from explorer.app_pages.parts.experiment import show_experiments
from explorer.app_pages.parts.greeting import greet
from explorer.app_pages.parts.step import show_steps

VIEWS: Mapping[str, tuple[str, Callable[[], None]]] = {
    "pairings": ("Pairing lab", show_lab),
    "wirings": ("Five wirings", show_wirings),
    "terms": ("Terms and code", show_experiments),
    "step": ("Step through one batch", show_steps),
}

greet("losses")
address.open_part("losses", ["view"])
first = next(iter(VIEWS))
address.known("view", VIEWS, first, lambda _view: None)
titles = {name: title for name, (title, _) in VIEWS.items()}
view = address.segments("Part", "view", titles, first, label_visibility="collapsed")
VIEWS[view][1]()
