"""The platform's error codes as data: what each means, and what to do about it.

Meanings and actions: the platform's pages on return codes, and what its SDKs agree on; read
2026-11-23.
"""

from typing import Literal, NamedTuple

from app.core.errors import PlatformRefused

Action = Literal[
    "retry",  # soon, a few times, with growing pauses
    "retry_later",  # a minute or a day; the job waits
    "refresh_token",  # once, under the lock
    "drop_person",  # this person cannot be reached any more
    "close_window",  # no customer-service message until the person writes again
    "mute",  # this person does not want this kind of message
    "stop_channel",  # the account may not send this way: stop and tell an operator
    "config",  # a setting or the platform's console is wrong: stop and tell an operator
    "content",  # these words will never be accepted
    "bug",  # our request is malformed
    "success",  # it had been done already
]


class Row(NamedTuple):
    """What one code means to us."""

    action: Action
    sentence: str


NO_MENU = 46003
NO_MEDIA = 40007
ACCEPTED_BEFORE = 45065
UNKNOWN_MASS = 40059

_UNDOCUMENTED = Row("bug", "a code that is not in our table")

TABLE: dict[int, Row] = {
    -1: Row("retry", "the system is busy"),
    40001: Row("refresh_token", "the token is not the latest, or the secret is wrong"),
    40014: Row("refresh_token", "the token is malformed"),
    42001: Row("refresh_token", "the token has expired"),
    41001: Row("bug", "the token is missing"),
    40013: Row("config", "the app id is wrong"),
    40125: Row("config", "the secret is wrong"),
    40243: Row("config", "the secret is frozen"),
    40164: Row("config", "our address is not on the account's IP list"),
    45035: Row("config", "our address is not on the account's IP list"),
    61004: Row("config", "our address is not on the account's IP list"),
    89501: Row("config", "an administrator has to allow our address"),
    89502: Row("config", "an administrator has to allow our address"),
    89503: Row("config", "an administrator has to allow our address"),
    89504: Row("config", "an administrator has to allow our address"),
    89505: Row("config", "an administrator has to allow our address"),
    89506: Row("config", "an administrator refused our address for 24 hours"),
    89507: Row("config", "an administrator refused our address for an hour"),
    40003: Row("drop_person", "the openid is not this account's or does not follow"),
    43004: Row("drop_person", "the person does not follow"),
    50005: Row("drop_person", "the person does not follow"),
    46004: Row("drop_person", "the person does not exist"),
    49003: Row("drop_person", "the openid belongs to another account"),
    50002: Row("drop_person", "the person's account is frozen or closed"),
    43019: Row("drop_person", "the person is on the account's blacklist"),
    48002: Row("mute", "the person has turned messages off"),
    43101: Row("mute", "the person gave no permission for this notice"),
    45015: Row("close_window", "the time to answer is over, or the person does not follow"),
    45047: Row("close_window", "the allowance of messages is used up"),
    40036: Row("config", "the template id has a wrong size"),
    40037: Row("config", "the template id is wrong"),
    45026: Row("config", "there are too many templates"),
    45012: Row("content", "the template's data is too long"),
    47003: Row("content", "the template's data does not fit"),
    45009: Row("retry_later", "today's calls are used up"),
    45011: Row("retry_later", "this minute's calls are used up"),
    ACCEPTED_BEFORE: Row("success", "this client message id was accepted before"),
    UNKNOWN_MASS: Row("retry_later", "the mass send is said to be unknown, also of valid ones"),
    45066: Row("retry_later", "the same client message id came again too soon"),
    45067: Row("bug", "the client message id is too long"),
    45028: Row("stop_channel", "no mass messages are left"),
    48003: Row("config", "the agreement on mass messages has not been accepted"),
    48001: Row("config", "the account has no right to this call"),
    48004: Row("stop_channel", "the call is banned for violations"),
    48006: Row("config", "no more quota resets this month"),
    48008: Row("config", "the account has no right to this kind of message"),
    45087: Row("stop_channel", "the account's customer-service messages are blocked"),
    NO_MEDIA: Row("content", "the media id is not valid"),
    44004: Row("content", "there are no words"),
    45002: Row("content", "the words are too long"),
    45008: Row("content", "there are too many articles"),
    45098: Row("content", "the list of options is too long"),
    45099: Row("content", "an option is too long"),
    45166: Row("content", "the content is invalid"),
    87014: Row("content", "the content is risky"),
    40016: Row("content", "the menu has a wrong number of buttons"),
    40017: Row("content", "a button's type is wrong"),
    40018: Row("content", "a button's name has a wrong length"),
    40019: Row("content", "a button's key has a wrong length"),
    40023: Row("content", "a button has too many sub-buttons"),
    40031: Row("bug", "the list of openids is invalid"),
    40032: Row("bug", "the list of openids has a wrong size"),
    40130: Row("bug", "the list needs two openids at least"),
    45029: Row("config", "there are too many QR codes"),
    45159: Row("retry", "the tag is said to be unknown, which is often untrue"),
    40033: Row("bug", "the JSON is escaped where it must be UTF-8"),
    43001: Row("bug", "the call wants GET"),
    43002: Row("bug", "the call wants POST"),
    43003: Row("bug", "the call wants HTTPS"),
    44002: Row("bug", "the body is empty"),
    45103: Row("bug", "the call has been withdrawn"),
    NO_MENU: Row("config", "the account has no menu"),
    47001: Row("bug", "the JSON is wrong"),
    76003: Row("bug", "the path is not a call of the platform"),
}


def refusal(code: int) -> PlatformRefused:
    """Return the failure for a code; one that nobody documented is never tried again."""
    row = TABLE.get(code, _UNDOCUMENTED)
    return PlatformRefused(code, row.action, row.sentence)
