"""Forms about tags; only the fields listed here are ever read."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from handlers.console.words import words

_REASON_LETTERS = 200
_MOST_CASES = 20
_WORDS = words("tags")
_SETTERS = ("rule", "hand", "import")


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


class ReasonForm(FlaskForm):
    """Why something is done."""

    reason = StringField(validators=[_filled(), Length(max=_REASON_LETTERS)])


class SetForm(ReasonForm):
    """A tag for one person; `value` is read by the tag's own kind."""

    tag = StringField(validators=[_filled(), Length(max=64)])
    value = StringField(validators=[_filled(), Length(max=40)])


class CutForm(ReasonForm):
    """A tag taken away from one person."""

    tag = StringField(validators=[_filled(), Length(max=64)])


class CaseForm(Form):
    """One case of a rule."""

    value = SelectField(validate_choice=False)
    when = TextAreaField(validators=[Length(max=4_000)])


class RuleForm(FlaskForm):
    """The cases of a rule in order, and why it is changed."""

    cases = FieldList(FormField(CaseForm), max_entries=_MOST_CASES)
    reason = StringField(validators=[Length(max=_REASON_LETTERS)])


class TagForm(ReasonForm):
    """What a tag means; `values` are lines of code, label and, for a band, its bounds."""

    name = StringField(validators=[_filled(), Length(max=20)])
    meaning = TextAreaField(validators=[_filled(), Length(min=4, max=300)])
    owner = StringField(validators=[_filled(), Length(max=20)])
    review_on = DateField(validators=[_filled()])
    for_marketing = BooleanField()
    sensitive = BooleanField()
    set_by = SelectMultipleField(
        choices=[
            SelectChoice(name, _WORDS["sources"][name]) for name in ("rule", "hand", "import")
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    values = TextAreaField(validators=[Length(max=2_000)])
    region_reason = StringField(validators=[Length(max=300)])


class NewTagForm(TagForm):
    """A new tag: where it stands and of which kind it is do not change any more."""

    key = StringField(validators=[_filled(), Length(max=64)])
    kind = SelectField(
        choices=[SelectChoice(name, label) for name, label in _WORDS["kinds"].items()]
    )


class UploadForm(ReasonForm):
    """A file of tags."""

    file = FileField(validators=[FileRequired(_WORDS["choose_file"])])
