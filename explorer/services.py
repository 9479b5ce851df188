"""The processes of the whole server: three analysts and the trainers it started, and the requests that pages share.

State of the process lives here: not in modules of pages, not in Streamlit's caches. Elsewhere only what was read or
computed is kept beside its function, by the content or the time of a file (`lru_cache`, library/listing.py,
api/weights.py): to lose it costs time and nothing else.

The decoder must answer within a frame, and UMAP holds its interpreter for seconds while it compiles, so projections and
estimates have an analyst of their own (the same program), and so has the loss lab, whose trainings take minutes. Each
is started when it is first needed: most models are decoded by the browser, and an idle decoder would take
570 MB and the seconds in which the first page opens.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.analyst.client import AnalystClient
from explorer.analyst.jobs import Jobs
from explorer.analyst.measured_wirings import MeasuredWirings
from explorer.analyst.projections import Projections
from explorer.analyst.whole_sets import WholeSets
from explorer.diagnosis.outcomes import Outcomes
from explorer.places import remove_leftovers, runs_folder, written_folders
from explorer.runs.active import ActiveRuns
from explorer.runs.launcher import Launcher
from explorer.runs.sizes import Sizes
from explorer.runs.watchers import Watchers

REAP_EVERY = 1.0  # seconds


@dataclass
class Services:
    # One code is too little work to share: handing it to a second thread doubles the time of a decode.
    decoder: AnalystClient = field(default_factory=lambda: AnalystClient("decoder", threads=1))
    workbench: AnalystClient = field(default_factory=lambda: AnalystClient("workbench"))
    lab: AnalystClient = field(default_factory=lambda: AnalystClient("lab"))
    launcher: Launcher = field(default_factory=Launcher)
    active_runs: ActiveRuns = field(default_factory=ActiveRuns)
    watchers: Watchers = field(default_factory=Watchers)
    sizes: Sizes = field(default_factory=Sizes)
    outcomes: Outcomes = field(default_factory=Outcomes)
    _closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.jobs = Jobs(self.workbench)  # the lab may be busy for minutes
        self.lab_jobs = Jobs(self.lab)
        self.projections = Projections(self.jobs)
        self.whole_sets = WholeSets(self.jobs)
        self.wirings = MeasuredWirings(self.jobs)

    def training(self) -> Mapping[str, str]:
        """Return the states of the runs that have not ended by their names, the newest first."""
        return self.active_runs.states(runs_folder())

    def start(self) -> None:
        threading.Thread(target=self._reap, name="reaper", daemon=True).start()

    def _reap(self) -> None:
        for folder in written_folders():
            remove_leftovers(folder)
        while not self._closing.wait(REAP_EVERY):
            self.launcher.reap()

    def close(self) -> None:
        """End every process that was started here, all at the same time, but for runs that are set to continue."""
        self._closing.set()
        parts = (self.decoder, self.workbench, self.lab, self.launcher)
        closing = [threading.Thread(target=part.close, name="closing") for part in parts]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()


SERVICES = Services()
