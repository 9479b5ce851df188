"""Keras script of an experiment: one file that imports nothing of ours.

Networks are recorded while the builders of `models` run (models/spec/recorder.py), terms, layers and training models
are copied as they stand (`source`), and `script` puts the parts together. No Keras is imported here.
"""
