"""How a critic and its opponent get on, in words, from what was measured. No Streamlit, no Keras."""

from explorer.diagnosis.critic_measures import RECENT as RECENT
from explorer.diagnosis.critic_measures import Measured as Measured
from explorer.diagnosis.critic_measures import measured as measured
from explorer.diagnosis.critic_outcomes import BAD as BAD
from explorer.diagnosis.critic_outcomes import GOOD as GOOD
from explorer.diagnosis.critic_outcomes import NOTE as NOTE
from explorer.diagnosis.critic_outcomes import Finding as Finding
from explorer.diagnosis.games import GAMES as GAMES
from explorer.diagnosis.games import findings as findings
