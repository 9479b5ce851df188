"""What can be said of a model without Keras: pages, command line, trainer and analyst all read it."""
