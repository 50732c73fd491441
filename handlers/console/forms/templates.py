"""The form of a template: words for campaigns, by class and channel."""

from typing import Any

from wtforms import FieldList, FormField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from app.services.templates import MOST_NOTE, Draft
from handlers.console.forms.base import ChineseForm
from handlers.console.forms.campaign_parts import MOST_FIELDS, ContentFields, FieldForm
from handlers.console.words import words

_FILL_IN = words("frame")["fill_in"]
_ROWS = 5


class TemplateForm(ContentFields, ChineseForm):
    """Words, or a template message with its fields; `seen` is the version that was opened."""

    name = StringField(validators=[DataRequired(_FILL_IN), Length(max=60)])
    klass = RadioField(validators=[DataRequired(_FILL_IN)], default="education")
    channel = RadioField(validators=[DataRequired(_FILL_IN)], default="mass")
    fields = FieldList(FormField(FieldForm), min_entries=_ROWS, max_entries=MOST_FIELDS)
    note = StringField(validators=[Optional(), Length(max=MOST_NOTE)])
    seen = IntegerField(validators=[Optional()])

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as a form is made
        super().__init__(**given)
        told = words("campaigns")
        classes, channels = told["classes"], told["channels"]
        self.klass.choices = [SelectChoice(one, classes[one]) for one in told["classes_say"]]
        self.channel.choices = [SelectChoice(one, name) for one, name in channels.items()]
        self.offer_news({})

    def draft(self) -> Draft:
        """Return what is to be kept."""
        return Draft(
            name=(self.name.data or "").strip(),
            klass=self.klass.data or "",
            channel=self.channel.data or "",
            content=self.content(self.channel.data or ""),
            note=self.note.data or "",
        )
