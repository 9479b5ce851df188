"""The weighted sum of loss terms that one learner minimises, with live weights and every term reported apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
from keras import ops

from models.spec import tensors as t

Tensors = Mapping[str, keras.KerasTensor]
TermFunction = Callable[..., keras.KerasTensor]  # (x, tensors) -> (batch,)


@dataclass(frozen=True)
class LossTerm:
    """One addend. `needs` names the tensors it reads; they are checked before anything is trained."""

    name: str
    function: TermFunction
    weight: float
    needs: tuple[str, ...]


class Objective(keras.layers.Layer):
    """Called with (x, tensors), gives every raw term and, under the objective's own name, their weighted sum.

    All values are (batch,) vectors, so that a mean over images is right on a short last batch too.
    A weight is a variable: assigned from outside, it counts at the next step, without a retrace.
    """

    def __init__(self, terms: Sequence[LossTerm], name: str = "loss"):
        super().__init__(name=name, trainable=False)
        self.terms = tuple(terms)
        self.term_weights = {
            term.name: self.add_weight(
                shape=(), initializer=keras.initializers.Constant(term.weight), trainable=False, name=term.name
            )
            for term in self.terms
        }
        self.built = True

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the values that a call gives, in order; the total comes last."""
        return (*(term.name for term in self.terms), self.name)

    def check(self, available: Mapping[str, object]) -> None:
        """Raise ValueError if a term needs a tensor that the networks do not return."""
        for term in self.terms:
            if missing := set(term.needs) - {t.X, t.EPOCHS, *available}:  # these two are always there
                raise ValueError(
                    f"The loss term {term.name!r} needs {', '.join(sorted(missing))}, but the networks give "
                    f"{', '.join(sorted(available))}. Choose a variant whose networks give it."
                )

    def call(self, x: keras.KerasTensor, tensors: Tensors) -> dict[str, keras.KerasTensor]:
        values = {term.name: term.function(x, tensors) for term in self.terms}
        total = ops.zeros_like(next(iter(values.values())))
        for name, value in values.items():
            total = total + self.term_weights[name] * value
        return {**values, self.name: total}
