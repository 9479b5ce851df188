"""Runs in a list of choices."""

from explorer.library.listing import run_titles


def run_choices(most: int, wanted: str) -> dict[str, str]:
    """Return the newest runs for a list of choices, name -> title, and the wanted one if there is one however old.

    A title does not tell the run's state: Streamlit finds a choice again by its label, so a label must not change while
    it is shown.
    """
    titles = run_titles().items()
    return {name: title for number, (name, title) in enumerate(titles) if number < most or name == wanted}
