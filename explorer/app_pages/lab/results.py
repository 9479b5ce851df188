"""A session of the pairing lab on the page: each case a card, live."""

from pathlib import Path

import streamlit as st

from explorer.analyst.errors import AnalystError, EndedError
from explorer.analyst.jobs import Progress
from explorer.app_pages.parts.clicks import send
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.app_pages.parts.tab import of_tab
from explorer.app_pages.parts.waiting import offer_start
from explorer.components.cases import cases
from explorer.datasets.catalogue import dataset_info
from explorer.figures.duration import duration
from explorer.figures.pairing_cards import card
from explorer.figures.pairings import case_figure, logit_span
from explorer.lab.results import Results, read_results
from explorer.lab.session import Session
from explorer.services import SERVICES
from models.spec.sentences import capital

REFRESH, REFRESH_A_CASE = 0.5, 0.15  # seconds; each chart costs the browser some time


def show_results(folder: Path, session: Session) -> None:
    """Show the session, live until it has ended. Raises SessionError for a damaged folder."""
    ended = read_results(folder, session.pairings).ended
    refresh = None if ended else REFRESH + REFRESH_A_CASE * len(session.pairings)
    st.fragment(run_every=refresh)(show_read_errors(_show))(folder, session, ended)


def _show(folder: Path, session: Session, was_ended: bool) -> None:
    results = read_results(folder, session.pairings)
    progress = "" if results.ended else _follow(folder, session, results.state)
    if progress is None or (results.ended and not was_ended):
        st.rerun()
    with st.container():  # a place of its own: the cards below stay where they are
        if isinstance(progress, Progress):
            _show_progress(folder, results, progress)
        elif trouble := progress or results.message:
            st.warning(plain(trouble)) if results.state == "stopped" else show_error(trouble)
            if progress and SERVICES.lab.gave_up:
                offer_start(SERVICES.lab, "lab")
    _show_cases(session, results)


def _show_cases(session: Session, results: Results) -> None:
    """Show the setting, where it may be another one than the next session's, and a card for each case."""
    st.caption(plain(_setting(session, results)))
    span = logit_span(results.cases)
    shown = cases(
        [card(case, results.ended) for case in results.cases],
        [case_figure(case, session.steps, span) for case in results.cases],
        results.images,
        [case.arrays.get("shown") for case in results.cases],
    )
    shown.show("lab-cards")


def _follow(folder: Path, session: Session, state: str) -> Progress | str | None:
    """Return the request under way; or why there is none before the session's end; None once it has ended."""
    try:
        if state == "waiting" or SERVICES.lab_jobs.knows(folder.name):
            found = SERVICES.lab_jobs.poll(
                folder.name, "pairings", folder=str(folder), where=SERVICES.lab.where_it_says
            )
            return found if isinstance(found, Progress) else None
    except EndedError:
        return (
            f"The process of the lab ended during this session, probably because memory ran out: it trained "
            f"{len(session.pairings)} networks on batches of {session.batch_size}. The measurements up to then are "
            f"below. Choose fewer cases, a smaller batch or smaller images, and run it again. "
            f"{SERVICES.lab.where_it_says}."
        )
    except AnalystError as error:
        return str(error)
    if read_results(folder, session.pairings).ended:
        return None
    return "Hourglass was closed during this session. The measurements up to then are below. Run it again."


def _show_progress(folder: Path, results: Results, progress: Progress) -> None:
    bar, button = st.columns([7, 2], vertical_alignment="center")
    stopping: set[str] = of_tab("lab-stopping", set)
    with bar:
        stage = capital("stopping" if folder.name in stopping else progress.stage)
        if 0.02 < progress.share < 1:
            stage += f" · about {duration(results.seconds / progress.share * (1 - progress.share))} left"
        st.progress(min(1.0, progress.share), stage)
    with button:
        st.button("Stop", icon=":material/stop:", on_click=_stop, args=(folder, stopping), width="stretch")


def _stop(folder: Path, stopping: set[str]) -> None:
    send(folder, "stop")
    stopping.add(folder.name)


def in_words(session: Session) -> str:
    """Return data, network and training of a session in one line."""
    return " · ".join(
        [
            dataset_info(session.dataset).title,
            f"{session.network} network, {session.latent_dim} dimensions",
            f"Adam at {session.learning_rate:g}",
            f"{session.steps:,} steps of {session.batch_size}",
            f"seed {session.seed}",
        ]
    )


def _setting(session: Session, results: Results) -> str:
    measured = {case.measured.images for case in results.cases if case.measured is not None}
    parts = [in_words(session)]
    if results.ended and measured:
        parts.append(f"measured on {max(measured):,} test images after {duration(results.seconds)}")
    return " · ".join([*parts, "logits of all cases on one axis, to scale up to about 5, logarithmic beyond"])
