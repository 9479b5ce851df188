"""A run among others: its name and note, and deleting it, which can be undone."""

from pathlib import Path

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.messages import plain, show_read_errors
from explorer.app_pages.parts.tab import of_tab
from explorer.runs.label import MOST_NAME, MOST_NOTE, Label, read_label, write_label
from explorer.runs.layout import SILENT
from explorer.runs.reader import Run, RunError
from explorer.runs.trash import MOST, delete_run, restore_run
from explorer.services import SERVICES
from models.spec.experiment import ExperimentError

NEW = ""


def show_menu(folder: Path) -> None:
    """Show, behind a button, the fields of a run's label, and the button that deletes it."""
    with st.popover("Edit", icon=":material/edit:"):
        show_read_errors(_show_label)(folder)
        show_read_errors(_show_delete)(folder)


def _show_label(folder: Path) -> None:
    """Show name and note. What is written begins new fields, so that they show what the file says."""
    label = read_label(folder)
    key = f"label-{folder.name}-{hash(label)}"
    name = st.text_input("Name", label.name, MOST_NAME, f"{key}-name", placeholder="for lists of runs")
    note = st.text_area("Note", label.note, max_chars=MOST_NOTE, key=f"{key}-note", height=110)
    says = Label(name=name or "", note=note or "")
    if says != label:
        write_label(folder, says)
        st.rerun()


def _show_delete(folder: Path) -> None:
    why_not = why_not_deleted(folder)
    if st.button("Delete run", icon=":material/delete:", disabled=bool(why_not)) and not why_not_deleted(folder):
        kept = of_tab("deleted", dict)
        title = " · ".join(filter(None, [read_label(folder).name, folder.name]))
        kept |= {"name": folder.name, "title": title, "path": delete_run(folder)}
        address.change("run", NEW, NEW)
        st.rerun()
    st.caption(why_not or f"You can undo this. The newest {MOST} deleted runs are kept.")


def why_not_deleted(folder: Path) -> str:
    """Return why a run cannot be deleted now; empty where it can, as a damaged one can."""
    try:
        with Run(folder) as run:
            if not run.has_started():
                began = SERVICES.launcher.why_it_did_not_start(folder) is not None
                return "" if began else "This run is starting. Stop it first."
            status = run.status()
    except (RunError, ExperimentError):
        return ""
    if status.state == SILENT:
        return "Its trainer is not heard from, but may still write. Stop it first."
    return f"This run is {status.state}. Stop it first." if status.active else ""


def show_deleted() -> None:
    """Say which run was deleted last in this tab, with a button that brings it back."""
    kept = of_tab("deleted", dict)
    if kept:
        with st.container(horizontal=True, vertical_alignment="center", key="deleted-run"):
            show_read_errors(_show_undo)(kept)


def _show_undo(kept: dict) -> None:
    st.markdown(f"Deleted {plain(kept['title'])}.")
    if st.button("Undo", icon=":material/undo:"):
        restored = restore_run(kept["path"], kept["name"])
        kept.clear()
        address.change("run", restored.name, NEW)
        st.rerun()
    if st.button("Close", type="tertiary"):
        kept.clear()
        st.rerun()
