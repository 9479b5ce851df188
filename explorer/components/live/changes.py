"""The legend of the flags on the curves: number, step and what was changed."""

import streamlit as st

from explorer.components.component import Component
from explorer.components.live.look import Look
from explorer.components.web import loader
from explorer.figures.change_flags import describe_change

_CHANGES = st.components.v2.component(
    "hourglass_changes", html='<div class="hg-changes"></div>', js=loader("changes"), isolate_styles=False
)
MOST_LISTED = 100
_NONE = "Change a weight or the learning rate: a numbered flag marks the step on the curves."


def changes(look: Look, _options: object) -> Component | None:
    """Return the changes, the newest first; None for a run that has ended, or could not begin, without one."""
    events = look.moment.changes if look.moment else []
    if not events and (not look.active or look.failure is not None):
        return None
    numbered = list(enumerate(events, 1))[: -MOST_LISTED - 1 : -1]
    rows = [
        {"number": number, "step": f"{event.step:,}", "words": describe_change(event, look.experiment)}
        for number, event in numbered
    ]
    return Component(_CHANGES, {"rows": rows, "otherwise": "" if rows else _NONE}, options={"height": "content"})
