"""The loss lab: the question that this project answers, answered by running it."""
