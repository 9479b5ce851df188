"""Step through one batch: a batch of a model's probe images, forward and back, with every number."""

from collections.abc import Mapping
from concurrent.futures import wait
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from explorer.analyst.batches import batch_rows
from explorer.analyst.errors import AnalystError
from explorer.analyst.jobs import Progress
from explorer.analyst.requests import Answer
from explorer.app_pages.parts import address
from explorer.app_pages.parts.folded import show_folded
from explorer.app_pages.parts.messages import show_error, show_passed_over, show_read_errors, tell_of_another
from explorer.app_pages.parts.tab import of_tab
from explorer.app_pages.parts.terms import newest_values
from explorer.app_pages.parts.waiting import offer_again, wait_for
from explorer.components.step import step
from explorer.figures.stepping import Question, walk
from explorer.library import models as library
from explorer.library.listing import listing
from explorer.runs.reader import Run
from explorer.services import SERVICES
from models.spec.sentences import capital
from models.spec.term_settings import weights_at

REQUEST = "inspect"
LONGEST = 6  # digits of a number in the address
PATIENCE = 0.3  # seconds; another image of a model that is built is there by then
FIRST: Mapping[str, int] = {"batch": 0, "draws": 0, "chosen": 0}
OTHERS = {"chosen": "Another image", "draws": "Other noise", "batch": "Another batch"}
PARAMETERS = {"batch": "batch", "draws": "noise", "chosen": "image"}  # of the address, counted from 1


@dataclass
class _Walk:
    """The steps through one model in one tab: the question that its choices make, and the newest answer."""

    question: Question | None = None
    answered: tuple[Question, Answer] | None = None


def _walk_of(key: str) -> _Walk:
    return of_tab(f"walk-{key}", _Walk)


def _open(key: str) -> Mapping[str, int] | None:
    """Return what is chosen of this model's steps, None where nothing is. A link and a reload bring it back."""
    address.open_part(f"step-{key}", list(PARAMETERS.values()))
    given = {name: address.value(parameter) for name, parameter in PARAMETERS.items()}
    return {name: _place(text) for name, text in given.items()} if any(given.values()) else None


def _place(text: str) -> int:
    """Return the place that a text counts from 1; the first where it is no such number."""
    return max(int(text) - 1, 0) if text.isdecimal() and len(text) <= LONGEST else 0


def _want(wanted: Mapping[str, int]) -> None:
    address.change_all({PARAMETERS[name]: (str(place + 1), None) for name, place in wanted.items()})


def show_steps() -> None:
    """Choose a model, and walk through one step of it."""
    found = listing()
    show_passed_over(found)
    keys = list(found.titles)
    if not keys:
        st.info("There is no model to step through yet. Train one: it takes seconds.", icon=":material/info:")
        return
    address.open_part("step", ["model"])
    address.change("model", address.value("model", keys[0]).partition("@")[0], keys[0])  # a link may name a snapshot
    address.known("model", keys, keys[0], tell_of_another("model"))
    st.fragment(show_read_errors(_choose_and_show))(found.titles)


def _choose_and_show(titles: Mapping[str, str]) -> None:
    """Show the choice of a model beside the buttons, and the walk below."""
    choice, beside = st.columns([2, 3], vertical_alignment="center")
    with choice:
        key = address.select_box("Model", "model", titles, next(iter(titles)), label_visibility="collapsed")
    with beside:
        _show_buttons(key, _open(key) or FIRST)
    _show_newest(key)


def show_step_of(run: Run) -> None:
    """Show the fold of a run's page. Nothing is computed until somebody takes a batch."""
    key = f"run/{run.name}"
    chosen = _open(key) is not None
    of_link = of_tab(f"step-of-link-{key}", lambda: chosen)
    steps = st.fragment(show_read_errors(_show))
    show_folded("Step through one batch", ":material/slow_motion_video:", key, lambda: steps(key), opened=of_link)


def _show(key: str) -> None:
    wanted = _open(key)
    if wanted is None:
        st.caption("One batch through the newest snapshot: every tensor, term and gradient. The weights do not change.")
        st.button("Take a batch", icon=":material/play_arrow:", key=f"step-take-{key}", on_click=_want, args=(FIRST,))
        return
    _show_buttons(key, wanted)
    _show_newest(key)


def _show_buttons(key: str, wanted: Mapping[str, int]) -> None:
    """Show what can be chosen, and the progress of what was."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, title in OTHERS.items():
            # Another batch begins anew, with the newest snapshot.
            more = {**(FIRST if name == "batch" else wanted), name: wanted[name] + 1}
            st.button(title, key=f"step-{name}-{key}", on_click=_want, args=(more,))
        _follow(key, _asked(key, wanted))


def _show_newest(key: str) -> None:
    """Show the newest answer: while another one is computed, the last one stays."""
    if (answered := _walk_of(key).answered) is not None:
        _show_answer(key, *answered)


def _asked(key: str, wanted: Mapping[str, int]) -> Question:
    """Return the question that the choices make. It stays with its snapshot until another batch is chosen."""
    taken = _walk_of(key)
    question = taken.question
    if question is None or question.batch != wanted["batch"]:
        question = _question(key)
    taken.question = replace(question, **wanted)
    return taken.question


def _question(key: str) -> Question:
    """Return the question about the newest snapshot of a model, with the weights and the learning rate in force."""
    entry, values = library.find(key), None
    epochs = float(entry.experiment.epochs)
    if not entry.bundled:
        with Run(entry.folder) as run:
            moment = run.moment(steps=1)
        snapshots = moment.snapshots if moment else ()
        epochs = next((snapshot.epoch for snapshot in snapshots if snapshot.step == entry.step), epochs)
        values = newest_values(moment, entry.experiment)
    weights = weights_at(entry.experiment.terms, epochs)
    return Question(
        entry.key,
        str(entry.folder),
        str(entry.snapshot),
        tuple((values["weight"] if values else weights).items()),
        values["learning_rate"] if values else entry.experiment.learning_rate,
        epochs,
    )


def _follow(key: str, question: Question) -> None:
    """Show the progress beside the buttons, or what went wrong. Raises nothing."""
    try:
        wait_for(partial(_poll, key, question), _show_stage)
    except AnalystError as error:
        show_error(f"The step could not be computed: {error}")
        offer_again(SERVICES.workbench, f"step-again-{key}", _again, key, question)


def _show_stage(progress: Progress) -> None:
    st.caption(f":material/hourglass_top: {capital(progress.stage)}")


def _again(key: str, question: Question) -> None:
    SERVICES.jobs.forget_failure(question)
    _walk_of(key).question = None  # its snapshot may not be kept any more


def _poll(key: str, question: Question) -> Answer | Progress:
    """Return the answer, which the session keeps, or the request under way."""
    taken = _walk_of(key)
    if taken.answered is not None and taken.answered[0] == question:
        return taken.answered[1]
    found = SERVICES.jobs.poll(question, REQUEST, **question.as_json())
    if isinstance(found, Progress) and SERVICES.jobs.knows(question):
        wait([found.answer], PATIENCE)
        found = SERVICES.jobs.poll(question, REQUEST, **question.as_json())
    if not isinstance(found, Progress):
        taken.answered = (question, found)
    return found


def _show_answer(key: str, question: Question, answer: Answer) -> None:
    entry, (numbers, pixels) = library.find(key), answer  # not of its snapshot, which may not be kept any more
    rows = batch_rows(entry.summary["probe"], entry.experiment.batch_size, question.batch)
    row = rows[question.chosen % len(rows)]
    label = entry.summary["class_names"][entry.labels[row]]
    about = f"Image {question.chosen % len(rows) + 1} of a batch of {len(rows)}; its class is {label}."
    shown = walk(entry.experiment, numbers, about)
    pictures = np.frombuffer(pixels, np.uint8).reshape(len(shown.pictures), *entry.image_shape)
    step(shown, pictures, key=f"step-{key}")
