"""The Python side of the browser components. Their JavaScript is in ``assets/web``, served as files."""

from explorer.components.bank import bank
from explorer.components.container import pack
from explorer.components.encode import figure_json
from explorer.components.formula import Reply, formula
from explorer.components.latent_map import latent_map
from explorer.components.plot import plot
from explorer.components.strip import strip

__all__ = [
    "Reply",
    "bank",
    "figure_json",
    "formula",
    "latent_map",
    "pack",
    "plot",
    "strip",
]
