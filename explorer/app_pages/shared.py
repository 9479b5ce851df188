"""Small pieces that pages share."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from models.experiment import Experiment


def plain(text: str) -> str:
    """Text that somebody else wrote, with nothing in it that Markdown would act on."""
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+!|<>~$:&" else character for character in text)


def show_error(sentence: str) -> None:
    st.error(plain(sentence), icon=":material/error:")


def model_facts(experiment: Experiment, summary: Mapping[str, Any], trouble: str = "") -> None:
    """One quiet line: how good the model is and how it was made; in front of it what stands in the way of using it."""
    facts = [f"{summary['parameters']:,} parameters", f"{experiment.network} network"]
    if "test" in summary:
        test = summary["test"]
        if experiment.info.stochastic:  # from the raw terms: the loss may weigh them otherwise
            facts.append(f"test negative ELBO {test['reconstruction'] + test['kl']:.1f} nats")
        else:
            facts.append(f"test reconstruction {test['reconstruction']:.1f} nats")
        facts.append(f"test MSE {summary.get('test_mse', summary.get('probe_mse', float('nan'))):.4f}")
        facts.append(f"trained in {summary['seconds']:.0f} s")
    warning = f":orange-badge[:material/hourglass_top: {trouble}] " if trouble else ""
    st.caption(warning + " · ".join(facts))
