"""Runs in a list of choices."""

from explorer.library.listing import run_titles
from explorer.places import runs_folder
from explorer.runs.reader import Run, RunError
from explorer.services import SERVICES
from models.spec.experiment import ExperimentError


def run_choices(most: int, wanted: str) -> dict[str, str]:
    """Return the newest runs for a list of choices, name -> title, and the wanted one if there is one however old.

    A title tells the state of a run and, at its end, the result, as far as it is known by now.
    """
    folder, names = runs_folder(), list(run_titles())
    listed = [name for number, name in enumerate(names) if number < most or name == wanted]
    states = _states(wanted)
    said = {**SERVICES.outcomes.of([folder / name for name in listed if name not in states]), **states}
    titles = run_titles(said)
    return {name: titles[name] for name in listed if name in titles}


def _states(shown: str) -> dict[str, str]:
    """Return the states of the runs that have not ended; that of the one that is shown as it is now."""
    states = dict(SERVICES.training())
    if shown in states:
        try:
            status = Run(runs_folder() / shown).status()
        except (RunError, ExperimentError):
            return states
        states[shown] = status.state
        if not status.active:
            del states[shown]
    return states
