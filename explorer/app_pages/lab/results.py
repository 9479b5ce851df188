"""A session of the pairing lab on the page: each case a card, live, and all of them in a table."""

from pathlib import Path

import numpy as np
import streamlit as st

from explorer.analyst.errors import AnalystError, EndedError
from explorer.analyst.jobs import Progress
from explorer.app_pages.parts.clicks import send
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.app_pages.parts.tab import of_tab
from explorer.app_pages.parts.waiting import offer_start
from explorer.components import plot, strip
from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding
from explorer.diagnosis.pairing_measures import LossCourse
from explorer.diagnosis.pairing_outcomes import EARLY, LEARNS
from explorer.figures.duration import duration
from explorer.figures.pairings import case_figure, table
from explorer.lab.results import CaseResult, Results, read_results
from explorer.lab.session import Session
from explorer.services import SERVICES
from models.spec.pairings import title_of

REFRESH, REFRESH_A_CASE = 0.5, 0.15  # seconds; each chart costs the browser some time
ACROSS = 4
FIGURE_HEIGHT = 380
PICTURE = 44
COLOURS = {GOOD: "green", NOTE: "orange", BAD: "red"}


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
    if isinstance(progress, Progress):
        _show_progress(folder, results, progress)
    elif trouble := progress or results.message:
        st.warning(plain(trouble)) if results.state == "stopped" else show_error(trouble)
        if progress and SERVICES.lab.gave_up:
            offer_start(SERVICES.lab, "lab")
    _show_cases(session, results)


def _show_cases(session: Session, results: Results) -> None:
    st.caption(_setting(session, results))
    for start in range(0, len(results.cases), ACROSS):
        columns = st.columns(min(len(results.cases), ACROSS), gap="small")
        for number, column in enumerate(columns[: len(results.cases) - start], start=start):
            with column, st.container(border=True, height="stretch"):
                _show_case(number, results.cases[number], results, session.steps)
    if results.ended and len(results.cases) > 1:
        _show_table(results)


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
        stage = "stopping" if folder.name in stopping else progress.stage
        if 0.02 < progress.share < 1:
            stage += f" · about {duration(results.seconds / progress.share * (1 - progress.share))} left"
        st.progress(min(1.0, progress.share), stage)
    with button:
        st.button("Stop", icon=":material/stop:", on_click=_stop, args=(folder, stopping), width="stretch")


def _stop(folder: Path, stopping: set[str]) -> None:
    send(folder, "stop")
    stopping.add(folder.name)


def _setting(session: Session, results: Results) -> str:
    parts = [
        session.dataset,
        f"{session.network} network, {session.latent_dim} dimensions",
        f"Adam at {session.learning_rate:g}",
        f"{session.steps:,} steps of {session.batch_size}",
        f"seed {session.seed}",
    ]
    looked_at = {case.measured.images for case in results.cases if case.measured is not None}
    if results.ended and looked_at:
        parts.append(f"measured on {max(looked_at):,} test images after {duration(results.seconds)}")
    return " · ".join(parts)


def _show_case(number: int, case: CaseResult, results: Results, steps: int) -> None:
    st.markdown(f"**{title_of(case.pairing)}** {_badge(case, results.ended)}")
    st.caption(case.pairing.words)
    if results.images is not None and "shown" in case.arrays:
        pictures = {"image": results.images, "displayed": case.arrays["shown"]}
        strip(pictures, scale=PICTURE).show(f"lab-strip-{number}")
    if case.diagnosis is not None:
        st.markdown(plain(f"{_capital(case.diagnosis.sentence)} {case.diagnosis.remedy}".rstrip()))
    if case.measured is not None:
        st.caption(_facts(case))
    if case.note:
        st.caption(plain(case.note))
    st.space("stretch")  # the charts of a row stand side by side, whatever is said above them
    chart = plot(case_figure(case, steps), height=FIGURE_HEIGHT, label=f"case {number + 1}")
    chart.show(f"lab-plot-{number}")


def _badge(case: CaseResult, ended: bool) -> str:
    """Return the verdict in its colour."""
    if case.diagnosis is None:
        return f":gray-badge[{plain(case.state)}]"
    settled = ended or case.state != "training" or case.diagnosis.verdict == EARLY
    so_far = "" if settled else " so far"
    return f":{_colour(case.diagnosis)}-badge[{plain(case.diagnosis.verdict)}{so_far}]"


def _colour(diagnosis: Finding) -> str:
    """Return the colour of a level; sessions of the first version have one level for all verdicts."""
    if diagnosis.verdict == EARLY:
        return "gray"
    return COLOURS[GOOD] if diagnosis.verdict == LEARNS else COLOURS[diagnosis.level]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _facts(case: CaseResult) -> str:
    """Return the numbers of a case; those that sessions of earlier versions do not have are left out."""
    found = case.measured
    if found is None:
        return ""
    mean_image = () if found.mean_error is None else (f"mean image **{found.mean_error:.4f}**",)
    course = () if found.course is None else (f"loss {_course(found.course)}",)
    outputs = f"outputs p from **{found.outputs[0]:.3g}** to **{found.outputs[1]:.3g}**"
    pixels = "" if found.pixels is None else f", pixels from **{found.pixels[0]:.2g}** to **{found.pixels[1]:.2g}**"
    clipped = () if found.clipped is None else (f"**{found.clipped:.0%}** of outputs clipped",)
    saturated = () if found.saturation is None else (f"{found.saturation:.0%} of logits saturated",)
    return " · ".join(
        [
            f"Displayed MSE **{found.errors[case.pairing.link]:.4f}**",
            *mean_image,
            f"mean intensity: strokes **{found.ink:.2f}**, background **{found.background:.2f}**",
            *course,
            outputs + pixels,
            *clipped,
            *saturated,
            f"mean size of dloss/dlogit **{found.gradient:.2g}**",
        ]
    )


def _course(course: LossCourse) -> str:
    """Return the first, the least and the last loss of the training."""
    return f"**{course.first:.3g}**, at best **{course.least:.3g}**, now **{course.last:.3g}**"


def _show_table(results: Results) -> None:
    rows = table(results.cases)
    numbers = {
        name: st.column_config.NumberColumn(format=form)
        for name, form in (
            ("first loss", "%.4g"),
            ("mean loss", "%.4g"),
            ("displayed MSE", "%.4f"),
            ("mean image", "%.4f"),
            ("strokes", "%.2f"),
            ("background", "%.2f"),
            ("dloss/dlogit", "%.3g"),
            ("saturated", "percent"),
        )
    }
    st.dataframe(rows, hide_index=True, column_config=numbers, height="content")
    if any(result.steps and not np.isfinite(result.mean_loss) for result in results.cases):
        st.caption("Losses that are not finite are left blank.")
