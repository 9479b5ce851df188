"""The code of exactly this: an experiment as one Keras script that imports nothing of ours.

`program.py` says what every script does, for any experiment. It is never imported: it is read as text together with the
modules it names, and specialised. What the experiment decides is decided (branches, tables, defaults, parameters), what
is then still needed is copied with its comments, and what nobody needs is left out. So a new network, term or variant
in `models/` is exported without a line here.
"""
