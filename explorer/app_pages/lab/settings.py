"""Network, data and training of a session of the pairing lab, all of them in the address."""

import math
from typing import Any

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.setup.widgets import bounds
from explorer.datasets.catalogue import DATASETS
from explorer.lab.session import Session
from models.spec.catalogue import current_name, offered_networks

SETTINGS = tuple(name for name in Session.model_fields if name != "pairings")


def given_settings() -> dict[str, str]:
    """Return what the address says, as text; the schema checks it."""
    return {name: text for name in SETTINGS if (text := address.value(name))}


def offer_settings() -> None:
    """Let the settings be changed."""
    with st.popover("Network and data", icon=":material/tune:", width="stretch"):
        offered = offered_networks(address.value("network"))
        for name, label, table in (("dataset", "Data", DATASETS), ("network", "Network", offered)):
            options, default = list(table), str(Session.model_fields[name].default)
            now = current_name(name, address.value(name, default))
            begin = options.index(now) if now in options else 0  # what is wrong with it is said below
            titles = {key: info.title for key, info in table.items()}
            chosen = st.selectbox(label, options, begin, titles.__getitem__, address.key(name))
            address.take(name, chosen, options[begin], default)
        for name, label in (
            ("latent_dim", "Latent dimensions"),
            ("steps", "Steps"),
            ("batch_size", "Batch size"),
            ("seed", "Seed"),
        ):
            _number(name, label, int, step=1)
        _number("learning_rate", "Learning rate", float, step=1e-4, format="%.5g")
        st.caption(_epoch_in_words())
        st.caption("The question: MNIST, 235 steps of 256, learning rate 0.0001.")


def _epoch_in_words() -> str:
    """Return how many steps an epoch has, of the data and the batch size that are chosen."""
    info = DATASETS.get(_value("dataset"))
    batch = max(1, int(_number_in(_value("batch_size"), Session.model_fields["batch_size"].default)))
    return f"{info.title}: one epoch is {math.ceil(info.training / batch):,} steps." if info else ""


def _value(name: str) -> str:
    return address.value(name, str(Session.model_fields[name].default))


def _number(name: str, label: str, kind: type[int] | type[float], **options: Any) -> None:
    """Show a number of the session. The address keeps what it says until another one is chosen here."""
    limits, default = bounds(name, Session), Session.model_fields[name].default
    begin = min(max(kind(_number_in(address.value(name), default)), limits["min_value"]), limits["max_value"])
    chosen = st.number_input(label, value=begin, key=address.key(name), **limits, **options)
    address.take(name, str(chosen), str(begin), str(default))


def _number_in(text: str, default: float) -> float:
    """Return the number in a text, or the default. The schema says what is wrong with the text."""
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) else default
