"""Forms about one person; only the fields listed here are ever read."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.services.people import BY_HAND_LETTERS, NOTE_LETTERS, PAUSE, STOPS
from app.services.preferences import PEOPLE_COLUMNS
from handlers.console.words import words

_REASON_LETTERS = 200


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


def _choices(names: tuple[str, ...], labels: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(name, labels[name]) for name in names]


class FindForm(FlaskForm):
    """Whom to look for."""

    wanted = StringField(validators=[_filled(), Length(max=64)])


class ColumnsForm(FlaskForm):
    """What the list shows."""

    columns = SelectMultipleField(
        choices=_choices(PEOPLE_COLUMNS, words("people")["columns"]),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class ReasonForm(FlaskForm):
    """Why something is done."""

    reason = StringField(validators=[_filled(), Length(max=_REASON_LETTERS)])


class HoldForm(ReasonForm):
    """Why somebody is not written to for a while, or not any more."""

    why = SelectField(choices=_choices((PAUSE, *STOPS), words("people")["holds"]))


class WriteForm(FlaskForm):
    """Words of an operator's own."""

    words = TextAreaField(
        validators=[
            _filled(),
            Length(max=BY_HAND_LETTERS, message=words("people")["refusals"]["too_long"]),
        ]
    )


class NoteForm(FlaskForm):
    """Something to remember about a person."""

    words = TextAreaField(
        validators=[
            _filled(),
            Length(max=NOTE_LETTERS, message=words("people")["refusals"]["note_length"]),
        ]
    )


class EraseForm(ReasonForm):
    """The typed yes before everything about a person is erased."""

    typed = StringField(
        validators=[
            _filled(),
            AnyOf([words("people")["erase_word"]], message=words("people")["erase_typed"]),
        ]
    )


class RevealForm(FlaskForm):
    """Which value to show, and why."""

    what = HiddenField(validators=[DataRequired(), Length(max=120)])
    reason = StringField(validators=[Length(max=_REASON_LETTERS)])
