"""The registry of models as its pages show it: what decides, what may come to, and its life."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.core.access import Actor, Permission
from app.deps import Deps
from app.modelling.lifecycle import ASKABLE, Act, State, may
from app.store import approvals, rescoring
from app.store import models as store
from app.store.models import Model, ModelMove
from app.store.operators import Operator
from app.store.session import Transaction

KINDS = ("person", "firm")
SUBJECT = "model"
_RUNS = 10


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decides now about a kind; `id` is None for the card that came with the program."""

    kind: str
    version: str
    sha256: str
    id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One model of the list."""

    id: int
    kind: str
    form: str
    name: str
    version: str
    sha256: str
    state: str
    made_by: str
    made_at: datetime
    auc: Sequence[float] | None

    def to_json(self) -> Mapping[str, Any]:
        """Write it for programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Overview:
    """The list, and what decides now."""

    deciding: tuple[Deciding, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """One thing done to a model."""

    act: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Request:
    """The open request for a second person."""

    asked_by: str
    is_mine: bool
    expires_at: datetime
    is_lapsed: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a card, as its file describes it."""

    name: str
    sign: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over the quotas that hold."""

    id: int
    state: str
    reason: str
    made_at: datetime
    better: int
    kept: int
    worse: int


@dataclass(frozen=True, slots=True)
class Page:
    """One model with everything that was said and done about it."""

    line: Line
    fields: tuple[Field, ...]
    validation: Mapping[str, Any] | None
    impact: str | None
    trait_reasons: Mapping[str, str]
    published_by: str | None
    published_at: datetime | None
    shadow_from: datetime | None
    report_sha256: str | None
    moves: tuple[Done, ...]
    request: Request | None
    can: frozenset[str]

    def to_json(self) -> Mapping[str, Any]:
        """Write it for programs; the card itself is in its file."""
        found = asdict(self)
        del found["fields"]
        return {**found.pop("line"), **found, "can": sorted(self.can)}


def overview(deps: Deps, actor: Actor) -> Overview:
    """Return what decides now and every model, the latest first."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        lines = tuple(_line(one) for one in store.list_all(session))
    champions = {line.kind: line for line in lines if line.state == State.CHAMPION}
    shipped = deps.rulebook().sources
    deciding = []
    for kind in KINDS:
        line = champions.get(kind)
        source = next(sources.card for name, sources in shipped.items() if name == kind)
        deciding.append(
            Deciding(kind, line.version, line.sha256, line.id)
            if line
            else Deciding(kind, source.version, source.sha256, None)
        )
    return Overview(tuple(deciding), lines)


def one(deps: Deps, actor: Actor, model_id: int) -> Page:
    """Return one model; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        model = store.get(session, model_id)
        request = _request(session, model, actor, deps.clock.now())
        moves = store.list_moves(session, model.id)
        return Page(
            line=_line(model),
            fields=_fields(model),
            validation=model.validation,
            impact=model.impact,
            trait_reasons=_trait_reasons(moves),
            published_by=model.published_by,
            published_at=model.published_at,
            shadow_from=model.shadow_from,
            report_sha256=model.report_sha256,
            moves=tuple(Done(row.act, row.actor, row.at, row.why) for row in moves),
            request=request,
            can=_can(model, actor, request),
        )


def runs(deps: Deps, actor: Actor) -> tuple[Run, ...]:
    """Return the latest runs that decided anew about quotas that hold."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return tuple(
            Run(row.id, row.state, row.reason, row.made_at, row.better, row.kept, row.worse)
            for row in rescoring.list_runs(session, _RUNS)
        )


def _line(model: Model) -> Line:
    measures = (model.validation or {}).get("measures", {})
    return Line(
        id=model.id,
        kind=model.kind,
        form=model.form,
        name=model.name,
        version=model.version,
        sha256=model.sha256,
        state=model.state,
        made_by=model.made_by,
        made_at=model.made_at,
        auc=measures.get("auc"),
    )


def _fields(model: Model) -> tuple[Field, ...]:
    if model.form != "card":
        return ()
    fields = json.loads(model.text)["fields"]
    return tuple(Field(one["name"], one["sign"], one["why"]) for one in fields)


def _trait_reasons(moves: Sequence[ModelMove]) -> Mapping[str, str]:
    """Return the reasons that it was published with last."""
    published = next((row for row in moves if row.act == Act.PUBLISH), None)
    return published.facts.get("trait_reasons", {}) if published else {}


def _request(session: Transaction, model: Model, actor: Actor, now: datetime) -> Request | None:
    found = approvals.find_open(session, SUBJECT, str(model.id))
    if found is None:
        return None
    asker = session.get_one(Operator, found.asked_by)
    return Request(
        asker.name, found.asked_by == actor.id, found.expires_at, found.expires_at <= now
    )


def _can(model: Model, actor: Actor, request: Request | None) -> frozenset[str]:
    """Say what this person may do here now, so that the page offers nothing else."""
    state, found = State(model.state), set()
    is_live = request is not None and not request.is_lapsed
    if actor.may(Permission.KEEP_MODELS):
        found = {act.value for act in (Act.VALIDATE, Act.SHADOW, Act.RETIRE) if may(act, state)}
        if state in ASKABLE and not is_live:
            found.add("ask")
    foreign = request is not None and not request.is_mine and actor.id != model.made_by_id
    if actor.may(Permission.APPROVE) and is_live and foreign and model.form == "card":
        found.add(Act.PUBLISH.value)
    return frozenset(found)
