"""The reasons why a request to the analyst was not answered."""


class AnalystError(RuntimeError):
    """The request could not be answered; the message can be shown."""


class AskAgainError(AnalystError):
    """The request was not taken, for a reason that passes: the process starts, or too many requests wait."""


class UnavailableError(AnalystError):
    """The process cannot start; nothing is answered until a person starts it again."""


class EndedError(AnalystError):
    """The process died while it worked on the request, which may be why. Not to be asked again by itself."""
