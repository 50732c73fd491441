"""Forms of the audit desk."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from app.core.clock import SHANGHAI
from app.services.auditing import Wanted
from handlers.console.words import words


def _uuid(_form: FlaskForm, field: StringField) -> None:
    try:
        uuid.UUID(field.data or "")
    except ValueError:
        raise ValidationError(words("audit")["not_an_id"]) from None


def _short() -> list[object]:
    return [Optional(), Length(max=64)]


class SearchForm(FlaskForm):
    """What to look for; read from the address, so a search can be kept and passed on."""

    class Meta:
        """Nothing is changed by looking: no token is asked for."""

        csrf = False

    actor = StringField(validators=_short())
    act = StringField(validators=_short())
    subject = StringField(validators=_short())
    subject_id = StringField(validators=_short())
    person = StringField(validators=[Optional(), _uuid])
    since = DateField(validators=[Optional()])
    until = DateField(validators=[Optional()])
    request_id = StringField(validators=_short())

    def wanted(self) -> Wanted:
        """Return what is looked for; days are whole days in Shanghai."""
        plain = ("actor", "act", "subject", "subject_id", "request_id")
        return Wanted(
            **{name: (self[name].data or "").strip() for name in plain},
            person_id=uuid.UUID(self.person.data) if self.person.data else None,
            since=_midnight(self.since.data),
            until=_midnight(self.until.data, after=1),
        )

    def address(self) -> dict[str, Any]:
        """Return the search as an address carries it."""
        given = {field.name: field.data for field in self if field.data}
        return {name: str(value) for name, value in given.items()}


class ReasonForm(FlaskForm):
    """Why."""

    reason = TextAreaField(
        validators=[DataRequired(words("frame")["fill_in"]), Length(max=500)],
    )


def _midnight(day: date | None, after: int = 0) -> datetime | None:
    if day is None:
        return None
    local = datetime.combine(day + timedelta(days=after), time(), tzinfo=SHANGHAI)
    return local.astimezone(UTC)
