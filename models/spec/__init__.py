"""The description of models without Keras, for pages, command line, trainer and analyst."""
