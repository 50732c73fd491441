"""Everything that can go wrong on purpose, as one tree.

Failure
├── BadSettings            the environment cannot be read; lists every mistake
├── ForgedEnvelope         a signature that is not the platform's
├── BadEnvelope            signed or not, it cannot be understood; `kind` is counted
├── DatabaseAway           PostgreSQL did not answer in time
├── StateUnavailable       Redis did not answer
├── LenderUnset            nobody has said who lends
├── JobFailed              a job's own mistake; the log names its place
├── NotFound               nothing has that id
├── NotAllowed             the rules forbid what was asked
└── PlatformFailure
    ├── PlatformRefused    an errcode; the table in app/wechat/errcodes.py says what to do
    ├── PlatformUnreachable  nothing was sent: trying again is safe
    └── OutcomeUnknown     the request left and no answer came: never guess
"""


class Failure(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").splitlines()[0])


class BadSettings(Failure):
    """The settings cannot be used."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("The settings cannot be used:\n" + "\n".join(f"  - {m}" for m in mistakes))


class ForgedEnvelope(Failure):
    """The signature is not the platform's."""


class BadEnvelope(Failure):
    """The delivery cannot be understood."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"The delivery cannot be understood: {kind}.")


class DatabaseAway(Failure):
    """The database did not answer in time."""


class StateUnavailable(Failure):
    """Redis did not answer."""


class LenderUnset(Failure):
    """Nobody has said who lends; without a lender's profile nothing is decided."""


class JobFailed(Failure):
    """A job failed by our own mistake; the log names its place."""


class NotFound(Failure):
    """Nothing has that id."""


class NotAllowed(Failure):
    """The rules forbid what was asked; `why` names the words that tell it to a person."""

    def __init__(self, message: str = "", why: str = "not_allowed") -> None:
        self.why = why
        super().__init__(message)


class PlatformFailure(Failure):
    """The platform did not do what was asked."""


class PlatformRefused(PlatformFailure):
    """The platform answered with an error code."""

    def __init__(self, code: int, action: str, sentence: str = "") -> None:
        self.code = code
        self.action = action
        super().__init__(f"The platform refused with {code}: {sentence or action}.")


class PlatformUnreachable(PlatformFailure):
    """The platform could not be reached; nothing was sent."""


class OutcomeUnknown(PlatformFailure):
    """The request left and no answer came; whether it was carried out is unknown."""
