"""The Python side of the browser components. Their JavaScript is in ``assets/web``, served as files."""

from explorer.components.bank import BankResult, Dimension, Picture, bank
from explorer.components.encode import figure_json
from explorer.components.plot import PointClick, plot
from explorer.components.strip import strip
from explorer.components.web import asset_routes

__all__ = [
    "BankResult",
    "Dimension",
    "Picture",
    "PointClick",
    "asset_routes",
    "bank",
    "figure_json",
    "plot",
    "strip",
]
