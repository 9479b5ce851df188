"""How a critic and its opponent get on, in words and pictures, from what was measured. No Streamlit, no Keras."""

from explorer.health.figure import logit_histogram as logit_histogram
from explorer.health.games import GAMES as GAMES
from explorer.health.games import findings as findings
from explorer.health.measured import RECENT as RECENT
from explorer.health.measured import Measured as Measured
from explorer.health.measured import measured as measured
from explorer.health.outcomes import BAD as BAD
from explorer.health.outcomes import GOOD as GOOD
from explorer.health.outcomes import NOTE as NOTE
from explorer.health.outcomes import Finding as Finding
