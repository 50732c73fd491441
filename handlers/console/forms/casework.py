"""Forms of the inbox, of complaints and of requests; only the fields listed here are ever read."""

from collections.abc import Iterable, Mapping

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms import TextAreaField as Words
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.services import complaints, inbox, rights, rights_acts
from handlers.console.words import words

_LONGEST = 1000


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


def _choices(names: Iterable[str], labels: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(name, labels[name]) for name in names]


class WordsForm(FlaskForm):
    """Words that something is done with."""

    words = Words(validators=[_filled(), Length(max=_LONGEST)])


class AssignForm(FlaskForm):
    """Whom something is given to: somebody's number, least, or nobody."""

    to = SelectField(validators=[_filled()])


class CloseThreadForm(FlaskForm):
    """Why a thread is closed without an answer."""

    reason = SelectField(choices=_choices(inbox.CLOSE_REASONS, words("inbox")["close_reasons"]))


class QuickAnswerForm(FlaskForm):
    """A quick answer, or a new version of one."""

    shortcut = StringField(validators=[_filled(), Length(max=24)])
    title = StringField(validators=[_filled(), Length(max=60)])
    words = Words(validators=[_filled(), Length(max=_LONGEST)])


class ComplaintForm(FlaskForm):
    """A complaint that came by another way than the chat."""

    person_id = HiddenField(validators=[Optional(), Length(max=36)])
    source = RadioField(
        choices=_choices(complaints.SOURCES, words("complaints")["sources"]), default="phone"
    )
    category = SelectField(
        choices=_choices(complaints.CATEGORIES, words("complaints")["categories"])
    )
    words = Words(validators=[_filled(), Length(max=_LONGEST)])
    contact = StringField(validators=[Length(max=200)])


class ClassifyForm(FlaskForm):
    """What a case is about, and whom."""

    category = SelectField(
        choices=_choices(complaints.CATEGORIES, words("complaints")["categories"])
    )
    about = SelectField(validators=[Optional()])


class CloseCaseForm(FlaskForm):
    """How a case ends."""

    outcome = RadioField(choices=_choices(complaints.OUTCOMES, words("complaints")["outcomes"]))
    cause = SelectField(validators=[_filled()])
    words = Words(validators=[_filled(), Length(max=_LONGEST)])


class ReleaseForm(FlaskForm):
    """A second person's answer."""

    approve = RadioField(
        choices=_choices(("yes", "no"), words("complaints")["release"]), validators=[_filled()]
    )
    words = StringField(validators=[Length(max=200)])


class ErrandForm(FlaskForm):
    """What came of a call or a letter."""

    result = RadioField(
        choices=_choices(("done", "failed"), words("complaints")["errand_results"]),
        default="done",
    )
    words = Words(validators=[_filled(), Length(max=_LONGEST)])


class RequestForm(FlaskForm):
    """A request under the law that came by another way than the chat."""

    person_id = HiddenField(validators=[Optional(), Length(max=36)])
    kind = RadioField(choices=_choices(rights.KINDS, words("rights")["kinds"]))
    source = RadioField(
        choices=_choices(rights.SOURCES, words("rights")["sources"]), default="phone"
    )
    requester = RadioField(
        choices=_choices(rights.REQUESTERS, words("rights")["requesters"]), default="self"
    )
    words = Words(validators=[Length(max=_LONGEST)])
    contact = StringField(validators=[Length(max=200)])


class IdentityForm(FlaskForm):
    """Which facts that we hold somebody could name, or which papers they showed."""

    matched = SelectMultipleField(
        choices=_choices((*rights.HELD, *rights.KIN_PAPERS), words("rights")["held"]),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class RefuseForm(WordsForm):
    """Why a request is refused."""

    reason = SelectField(choices=_choices(rights.REFUSALS, words("rights")["refusal_reasons"]))


class PurposesForm(FlaskForm):
    """Which consents are withdrawn."""

    purposes = SelectMultipleField(
        choices=_choices(rights_acts.PURPOSES, words("rights")["purposes"]),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[_filled()],
    )


class ButtonForm(FlaskForm):
    """A button that does something: no fields, only the proof that we made the page."""
