"""What a tag is: its path, its typed value, its meaning, who answers for it, what it is for."""

from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.errors import Failure

Kind = Literal["flag", "choice", "band", "number", "date"]
Source = Literal["rule", "hand", "import", "model"]
FAMILIES = ("attributes", "need", "behaviour", "risk")
"""The four families: 属性, 资金需求, 行为, 风险."""
YES = "yes"
"""The value of a flag that is held."""

MOST_VALUES = 40
_KEY = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,4}$"
_CODE = r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,31}$"


class BadValue(Failure):
    """A value that this tag cannot have; `why` is a code."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"This tag cannot have that value: {why.replace('_', ' ')}.")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Strict):
    """One value of a choice or a band; `at_least` and `below` say which numbers a band holds."""

    code: Annotated[str, Field(pattern=_CODE)]
    label: Annotated[str, Field(min_length=1, max_length=40)]
    at_least: int | None = None
    below: int | None = None


class Folder(_Strict):
    """A level of the tree that is not a tag itself."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}$")]
    name: Annotated[str, Field(min_length=1, max_length=20)]


class Definition(_Strict):
    """A tag. `set_by`: what may set it; `for_marketing`: whether what is pushed may depend on it.

    `sensitive`: built on answers or decisions that only reviewers and auditors see. `reason`: why a
    region may be read, where one is (P-34).
    """

    key: Annotated[str, Field(pattern=_KEY, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=20)]
    kind: Kind
    meaning: Annotated[str, Field(min_length=4, max_length=300)]
    owner: Annotated[str, Field(min_length=1, max_length=20)]
    review_on: date
    for_marketing: bool = False
    sensitive: bool = False
    set_by: Annotated[tuple[Source, ...], Field(min_length=1)]
    values: Annotated[tuple[Value, ...], Field(max_length=MOST_VALUES)] = ()
    reason: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.family not in FAMILIES:
            raise ValueError("the key begins with one of the four families")
        if (self.kind in ("choice", "band")) != bool(self.values):
            raise ValueError("a choice or a band has values, and nothing else has")
        codes = {value.code for value in self.values}
        if len(codes) != len(self.values):
            raise ValueError("two values have the same code")
        if self.kind == "band" and not _is_ascending(self.values):
            raise ValueError("the bands ascend and do not overlap")
        if self.sensitive and self.for_marketing:
            raise ValueError("what is sensitive is not used for marketing")
        return self

    @property
    def family(self) -> str:
        """Return the family, which is the first level of the path."""
        return self.key.partition(".")[0]

    @property
    def parent(self) -> str:
        """Return the path of the level above."""
        return self.key.rpartition(".")[0]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Return the label of every value, by its code."""
        return {value.code: value.label for value in self.values}


def _is_ascending(values: tuple[Value, ...]) -> bool:
    """Say whether bands follow one another without overlap; only the last may have no end."""
    if any(value.at_least is None for value in values):
        return False
    return all(
        one.below is not None and other.at_least is not None and one.below <= other.at_least
        for one, other in pairwise(values)
    ) and all(v.below is None or (v.at_least or 0) < v.below for v in values)
