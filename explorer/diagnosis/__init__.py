"""Findings about a critic and its opponent, in words, from measurements. No Streamlit, no Keras."""

from explorer.diagnosis.critic_measures import RECENT as RECENT
from explorer.diagnosis.critic_measures import CriticMeasured as CriticMeasured
from explorer.diagnosis.critic_measures import measured as measured
from explorer.diagnosis.findings import BAD as BAD
from explorer.diagnosis.findings import GOOD as GOOD
from explorer.diagnosis.findings import NOTE as NOTE
from explorer.diagnosis.findings import Finding as Finding
from explorer.diagnosis.games import GAMES as GAMES
from explorer.diagnosis.games import findings as findings
