"""The commands that reach a trainer, and the end of its parent."""

from pathlib import Path

from explorer.runs.commands import GoOn, Inbox, Lifeline, Simple
from explorer.runs.writer import RunWriter


class Stop(Exception):  # noqa: N818 (a way out of the loops, no fault)
    """The run ends before its last epoch, for the reason given."""


class Listener:
    """The inbox of a trainer, and whether its parent lives."""

    def __init__(self, folder: Path, store: RunWriter):
        self.inbox, self.lifeline, self.store = Inbox(folder), Lifeline(), store

    def process_urgent(self) -> None:
        """Handle `stop` and `go_on` between the stages of the preparation; other commands wait for the first step."""
        self._take_urgent()
        self.check_parent()

    def _take_urgent(self) -> None:
        for command in self.inbox.take_urgent():
            self.handle_urgent(command)

    def handle_urgent(self, command: Simple | GoOn) -> None:
        if isinstance(command, Simple):
            raise Stop("Stopped by you.")
        self.store.flush(goes_on=int(command.value))

    def check_parent(self) -> None:
        """Raise Stop where the app has ended and did not say that the run goes on."""
        if self.lifeline.parent_gone.is_set():
            self._take_urgent()  # a wish to go on may have come with the end
        if self.lifeline.parent_gone.is_set() and not self.store.status["goes_on"]:
            raise Stop("Hourglass was closed, and the run was not set to continue.")
