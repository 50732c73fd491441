"""Forms of edited content: only the listed fields are read, and each body is put together here."""

import secrets
from collections.abc import Mapping
from typing import Any

from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from handlers.console.forms.base import ChineseForm
from handlers.console.words import words

_MOST_PRIORITY = 99
_PRIORITY = 50


def _says(name: str) -> Mapping[str, str]:
    told: Mapping[str, str] = words("content")[name]
    return told


class RevisionForm(ChineseForm):
    """What every saving carries: the revision that was edited, and what was changed."""

    revision = IntegerField(widget=HiddenInput(), default=0)
    note = StringField(validators=[Length(max=200)])


class WelcomeForm(RevisionForm):
    """The greeting and the words out of hours."""

    greeting = TextAreaField(validators=[Length(max=200)])
    closing = TextAreaField(validators=[Length(max=400)])

    def body(self) -> dict[str, str]:
        """Return the body that these fields make."""
        return {"greeting": _text(self.greeting.data), "closing": _text(self.closing.data)}


class AnswersForm(RevisionForm):
    """One field a stock answer, by its own name; empty keeps ours."""

    def body(self) -> dict[str, dict[str, str]]:
        """Return the body that these fields make."""
        written = {topic: _text(self[name].data) for topic, name in _topics().items()}
        return {"answers": {topic: text for topic, text in written.items() if text}}

    @classmethod
    def of_topics(cls) -> type["AnswersForm"]:
        """Return the form with a field for every topic."""
        fields = {name: TextAreaField(validators=[Length(max=600)]) for name in _topics().values()}
        return type("TopicsForm", (cls,), fields)


def _topics() -> dict[str, str]:
    return {topic: topic.replace(".", "_") for topic in _says("topics")}


def answers_data(edited: Mapping[str, str]) -> dict[str, str]:
    """Return edited answers as the fields show them."""
    return {name: edited.get(topic, "") for topic, name in _topics().items()}


class RuleForm(RevisionForm):
    """One keyword rule; phrases are told one a line, or with commas between."""

    phrases = TextAreaField(validators=[InputRequired(), Length(max=400)])
    how = RadioField(choices=[])
    answer = TextAreaField(validators=[InputRequired(), Length(max=600)])
    priority = IntegerField(validators=[InputRequired(), NumberRange(1, _MOST_PRIORITY)])
    opens = TimeField(validators=[Optional()])
    closes = TimeField(validators=[Optional()])
    since = DateField(validators=[Optional()])
    until = DateField(validators=[Optional()])
    segment = StringField(validators=[Length(max=400)])

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as WTForms takes them
        super().__init__(*given, **named)
        self.how.choices = list(_says("how").items())

    def rule(self, rule_id: str) -> dict[str, Any]:
        """Return the rule that these fields make, as the store keeps it."""
        return {
            "id": rule_id,
            "phrases": phrases_of(self.phrases.data or ""),
            "answer": _text(self.answer.data),
            "how": self.how.data or "exact",
            "priority": self.priority.data or _PRIORITY,
            "segment": _text(self.segment.data),
            **{
                name: self[name].data.isoformat() if self[name].data else None
                for name in ("opens", "closes", "since", "until")
            },
        }


class ButtonForm(Form):
    """One button of the menu: its name, and what it does."""

    class Meta:
        """The catalogue that WTForms carries."""

        locales = ("zh",)

    name = StringField(validators=[Length(max=30)])
    # What is not among the choices is found by the check, with words of its own.
    does = SelectField(choices=[], validate_choice=False)
    url = StringField(validators=[Length(max=1024)])

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as WTForms takes them
        super().__init__(*given, **named)
        does = _says("does")
        keys = [(f"key:{key}", label) for key, label in _says("keys").items()]
        self.does.choices = [("", does[""]), *keys, ("view", does["view"])]

    def button(self) -> dict[str, str] | None:
        """Return the button as the platform takes it; None when it is not used."""
        does, name = str(self.does.data or ""), _text(self.name.data)
        if does.startswith("key:"):
            return {"type": "click", "name": name, "key": does[4:]}
        if does == "view":
            return {"type": "view", "name": name, "url": _text(self.url.data)}
        return None


class TopForm(ButtonForm):
    """One button of the bar; it may open five others."""

    inside = FieldList(FormField(ButtonForm), min_entries=5, max_entries=5)

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as WTForms takes them
        super().__init__(*given, **named)
        self.does.choices.insert(1, ("inside", _says("does")["inside"]))

    def button(self) -> dict[str, Any] | None:
        """Return the button as the platform takes it; None when it is not used."""
        if self.does.data != "inside":
            return super().button()
        inside = [one for entry in self.inside if (one := entry.form.button()) is not None]
        return {"name": _text(self.name.data), "sub_button": inside}


class MenuForm(RevisionForm):
    """The whole menu: three buttons, five below each."""

    button = FieldList(FormField(TopForm), min_entries=3, max_entries=3)

    def body(self) -> dict[str, Any]:
        """Return the body that these fields make."""
        return {"button": [one for top in self.button if (one := top.form.button()) is not None]}


class ReasonForm(ChineseForm):
    """Words with a decision."""

    reason = TextAreaField(validators=[Length(max=500)])


def menu_data(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a menu as the fields show it, always three buttons with five below each."""
    tops = [
        {**_button_data(top), "inside": _padded(top.get("sub_button") or (), 5)}
        for top in body.get("button", ())
    ]
    return [*tops, *({"inside": _padded((), 5)} for _ in range(3 - len(tops)))][:3]


def rule_data(rule: Any) -> dict[str, Any]:  # noqa: ANN401 - a rule of the page
    """Return a rule as the fields show it."""
    return {
        "phrases": "\n".join(rule.phrases),
        **{
            name: getattr(rule, name)
            for name in ("how", "answer", "priority", "opens", "closes", "since", "until")
        },
        "segment": rule.segment,
    }


def phrases_of(told: str) -> tuple[str, ...]:
    """Cut what was typed into phrases, each once."""
    for mark in "，、；,;":
        told = told.replace(mark, "\n")
    return tuple(dict.fromkeys(part.strip() for part in told.splitlines() if part.strip()))


def new_rule_id() -> str:
    """Return an id for a rule."""
    return f"k{secrets.token_hex(4)}"


def _button_data(button: Mapping[str, Any]) -> dict[str, Any]:
    does = "inside" if button.get("sub_button") else button.get("type", "")
    if does == "click":
        does = f"key:{button.get('key', '')}"
    return {"name": button.get("name", ""), "does": does, "url": button.get("url", "")}


def _padded(buttons: Any, size: int) -> list[dict[str, Any]]:  # noqa: ANN401 - a list from JSON
    shown = [_button_data(one) for one in buttons][:size]
    return [*shown, *({} for _ in range(size - len(shown)))]


def _text(told: object) -> str:
    return str(told or "").replace("\r\n", "\n").strip()
