"""The head of every page: its title, what can be done there and, until they are closed, three hints."""

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st


class Greeting(NamedTuple):
    """A title, one sentence, and hints for a first visit."""

    title: str
    sentence: str
    hints: tuple[str, ...]


# To add a page: an entry here, and a call of `greet` at the top of its script.
GREETINGS: Mapping[str, Greeting] = MappingProxyType(
    {
        "explore": Greeting(
            "Explore",
            "Move through the latent space of a trained model, and see the image that each latent vector decodes to.",
            (
                "Drag the cross on the map: the image follows.",
                "Hover a point to see its image. Click it to take its code.",
                "Drag a slider to change one latent dimension.",
            ),
        ),
        "train": Greeting(
            "Train a model",
            "Choose data, network and loss. Hourglass checks them as you choose, and says what the training needs.",
            (
                "Start from a preset and change what you like.",
                "Read what it minimises and costs above Start.",
                "You can change weights while it trains.",
            ),
        ),
        "run": Greeting(
            "Training run",
            "See loss, latent space and reconstructions, and steer the training while it runs.",
            (
                "While it trains, change a weight: the curves mark the step.",
                "Pause it, then take one step.",
                "Drag the cross on the map: the newest decoder follows.",
            ),
        ),
        "losses": Greeting(
            "Losses",
            "See how data range, last layer, loss and link fit together, and how an objective is wired in Keras.",
            (
                "Choose cases, and compare what they learn.",
                "Wire the same objective in five ways.",
                "Step through one batch, tensor by tensor.",
            ),
        ),
    }
)


def greet(name: str) -> None:
    """Show the head of a page.

    ``assets/web/greeting.js`` closes its hints, keeps them closed in this browser, and copies the page's address.
    """
    greeting = GREETINGS[name]
    hints = "".join(f"<li>{escape(hint)}</li>" for hint in greeting.hints)
    with st.container(key="greeting"):
        st.html(
            f"<style>:root[data-closed-hints~='{name}'] .hg-hints {{ display: none }}</style>"
            f"<header class='hg-greeting'><h1>{escape(greeting.title)}</h1><p>{escape(greeting.sentence)}</p>"
            "<div><button type='button' data-copy-link>Copy link</button>"
            f"<button type='button' data-hints='{name}'>Hints</button>"
            "<button type='button' data-glossary>Glossary</button></div></header>"
            f"<aside class='hg-hints' aria-label='Hints'><ul>{hints}</ul>"
            f"<button type='button' data-close-hints='{name}' aria-label='Close the hints'>×</button></aside>"
        )
