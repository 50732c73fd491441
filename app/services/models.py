"""Keep the registry of models: bring in, validate, let score along, publish by two, retire.

Publishing changes what decides from the next batch on, in every process. A challenger of another
form than a card may only ever score along.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.modelling import lifecycle, validation
from app.modelling.lifecycle import Act, State
from app.steps import approval, audit, rescoring
from app.store import approvals
from app.store import models as store
from app.store.models import Model
from app.store.session import Transaction
from scoring.assess import read_card, read_trees
from scoring.card.upper import check_upper_ends
from scoring.protected import check_publishing, wanted_reasons

SUBJECT = "model"
MOST_BYTES = 4_000_000
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, and what it took the place of."""

    model_id: int
    instead_of: int | None


def bring_in(deps: Deps, actor: Actor, content: str, *, kind: str = "", reason: str = "") -> int:
    """Check the text of a model and keep it as a draft; return its number.

    `kind` is for trees and freshly trained cards, which do not say themselves whom they are for.

    A card is refused here already when it reads what may never decide (P-34) or what our form does
    not give, or when nobody has words for one of its reasons.
    """
    actor.require(Permission.KEEP_MODELS)
    body = _body(content, kind)
    form = _form(body)
    sha256 = _checked(body, content)
    with deps.sessions.begin() as session:
        earlier = store.find(session, sha256)
        if earlier is not None:
            raise NotAllowed(f"It is in the registry as number {earlier}.", why="known")
        model = Model(
            kind=body["kind"],
            form=form,
            name=str(body["name"])[:64],
            version=str(body["version"])[:64],
            sha256=sha256,
            text=content,
            state=State.DRAFT.value,
            made_by=actor.name,
            made_by_id=actor.id,
            made_at=deps.clock.now(),
        )
        session.add(model)
        session.flush()
        _write_down(deps, session, actor, model, "imported", why=reason)
        return model.id


def _body(content: str, kind: str = "") -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        raise NotAllowed("That is too large for a model.", why="too_large")
    try:
        body = json.loads(content)
    except ValueError:
        raise NotAllowed("That is not JSON.", why="not_json") from None
    if isinstance(body, dict) and (_form(body) == "trees" or body.get("kind") == "any"):
        body = {**body, "kind": kind}
    if not isinstance(body, dict) or body.get("kind") not in ("person", "firm"):
        raise NotAllowed("A model of our form is for person or firm.", why="kind_unfit")
    return body


def _form(body: Mapping[str, Any]) -> str:
    return "trees" if "trees" in body else "card"


def _checked(body: Mapping[str, Any], content: str) -> str:
    """Check that it may decide once its reasons are given; return its hash."""
    try:
        if _form(body) == "trees":
            return read_trees(content)[1].sha256
        card, source = read_card(body["kind"], content)
        check_publishing(card.inputs, card.data.notes, wanted_reasons(card.inputs))
        check_upper_ends(card.data)
    except ValueError as mistake:
        raise NotAllowed(f"This may not decide: {mistake}.", why="card_unfit") from None
    return source.sha256


def validate(
    deps: Deps, actor: Actor, model_id: int, *,
    measures: Mapping[str, Any] | None = None, note: str = "", report: bytes | None = None,
) -> None:  # fmt: skip
    """Add the validation record, and ask for a second person to publish it.

    Without measures the metrics that the card carries from its training count. Of the release
    report, kept with the lender's papers, the hash is noted down and released along.
    """
    actor.require(Permission.KEEP_MODELS)
    with deps.sessions.begin() as session:
        model = store.get(session, model_id, lock=True)
        body = json.loads(model.text)
        training = body.get("training") or {}
        is_expert = model.form == "card" and body.get("made_by") == "expert"
        record = validation.make_record(measures or training, note, is_expert=is_expert)
        model.validation = record.to_json()
        model.report_sha256 = hashlib.sha256(report).hexdigest() if report else None
        _move(deps, session, actor, model, Act.VALIDATE, why=note)
        _ask(deps, session, actor, model, note)


def ask_again(deps: Deps, actor: Actor, model_id: int, *, reason: str) -> None:
    """Ask anew for a second person, where the request lapsed or was refused."""
    actor.require(Permission.KEEP_MODELS)
    with deps.sessions.begin() as session:
        model = store.get(session, model_id, lock=True)
        if State(model.state) not in lifecycle.ASKABLE:
            raise NotAllowed("It is not validated.", why="not_validated")
        _ask(deps, session, actor, model, reason)


def shadow(deps: Deps, actor: Actor, model_id: int, *, reason: str = "") -> None:
    """Let it score every live application along, without touching any answer."""
    actor.require(Permission.KEEP_MODELS)
    with deps.sessions.begin() as session:
        model = store.get(session, model_id, lock=True)
        _move(deps, session, actor, model, Act.SHADOW, why=reason)
        model.shadow_from = deps.clock.now()


def traits_to_reason(deps: Deps, actor: Actor, model_id: int) -> tuple[str, ...]:
    """List the traits that a card reads only with a written reason: age, region, purpose."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return _traits(store.get(session, model_id))


def _traits(model: Model) -> tuple[str, ...]:
    if model.form != "card":
        return ()
    return wanted_reasons(field["name"] for field in json.loads(model.text)["fields"])


def publish(
    deps: Deps, actor: Actor, model_id: int, *,
    impact: str, reason: str, trait_reasons: Mapping[str, str] | None = None,
) -> Published:  # fmt: skip
    """Release a validated card to decide; the champion of its kind retires in the same moment.

    Whoever validated it cannot be the one. `impact` is the number of the impact assessment
    (PIPL art. 55) that covers it; `trait_reasons` what it says for each trait that may give points
    only with a reason.
    """
    actor.require(Permission.APPROVE)
    impact, reason = impact.strip(), reason.strip()
    if not impact:
        raise NotAllowed("It needs the number of an impact assessment.", why="impact_missing")
    if len(reason) < _LEAST_WORDS:
        raise NotAllowed("It needs a reason.", why="reason_missing")
    with deps.sessions.begin() as session:
        model = store.get(session, model_id, lock=True)
        lifecycle.after(Act.PUBLISH, State(model.state))
        _check_fit(model, actor)
        traits = _written(_traits(model), trait_reasons or {})
        approval.answer(
            deps, session, actor, SUBJECT, model.id,
            content=_content(model), approve=True, words=reason,
        )  # fmt: skip
        earlier = store.champion_of(session, model.kind)
        if earlier is not None:
            _move(deps, session, actor, earlier, Act.RETIRE, why=f"{model.version}: {reason}")
            earlier.retired_at = deps.clock.now()
            session.flush()
        model.impact, model.published_by = impact[:64], actor.name
        model.published_at = deps.clock.now()
        facts = {"impact": impact, "trait_reasons": traits}
        _move(deps, session, actor, model, Act.PUBLISH, why=reason, facts=facts)
        # Who asked yesterday is not to be worse off than who asks tomorrow with the same answers.
        rescoring.begin(deps, session, actor.name, f"{model.version}: {reason}")
        return Published(model.id, earlier.id if earlier else None)


def _check_fit(model: Model, actor: Actor) -> None:
    """Check the text once more: what may decide may have grown stricter since it came in."""
    if model.form != "card":
        raise NotAllowed("A challenger never decides; compile it into a card.", why="not_a_card")
    if actor.id is None or actor.id == model.made_by_id:
        raise NotAllowed("Whoever brought it in cannot publish it.", why="own_request")
    _checked(_body(model.text, model.kind), model.text)


def _written(wanted: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the reason of each trait; raise `NotAllowed` where one is missing or a nod."""
    written = {trait: given.get(trait, "").strip() for trait in wanted}
    for trait, words in written.items():
        if len(words) < validation.LEAST_WORDS:
            raise NotAllowed(
                f"It reads the applicant's {trait}: that needs the written reason of the impact "
                f"assessment, {validation.LEAST_WORDS} signs or more.",
                why="trait_reason_missing",
            )
    return written


def refuse(deps: Deps, actor: Actor, model_id: int, *, words: str) -> None:
    """Refuse to publish; it stays where it stands."""
    actor.require(Permission.APPROVE)
    if not words.strip():
        raise NotAllowed("A refusal needs words.", why="reason_missing")
    with deps.sessions.begin() as session:
        model = store.get(session, model_id, lock=True)
        approval.answer(
            deps, session, actor, SUBJECT, model.id,
            content=_content(model), approve=False, words=words,
        )  # fmt: skip
        store.note(session, model, "refused", actor.name, deps.clock.now(), why=words)


def retire(deps: Deps, actor: Actor, model_id: int, *, reason: str) -> None:
    """Take a model out of use; when it is the champion, the shipped card decides again.

    One person is enough: going back to the card of the first day is the brake.
    """
    actor.require(Permission.KEEP_MODELS)
    if len(reason.strip()) < _LEAST_WORDS:
        raise NotAllowed("It needs a reason.", why="reason_missing")
    with deps.sessions.begin() as session:
        model = store.get(session, model_id, lock=True)
        _move(deps, session, actor, model, Act.RETIRE, why=reason)
        model.retired_at = deps.clock.now()
        approvals.void(session, SUBJECT, str(model.id), deps.clock.now())


def _ask(deps: Deps, session: Transaction, actor: Actor, model: Model, reason: str) -> None:
    approval.ask(
        deps, session, actor, SUBJECT, model.id,
        title=f"{model.name} {model.version}", content=_content(model), reason=reason,
    )  # fmt: skip


def _content(model: Model) -> str:
    """Return everything that is released: the very card, and what its validation said."""
    return json.dumps([model.sha256, model.validation, model.report_sha256], sort_keys=True)


def _move(  # noqa: PLR0913 - what is done, to what, by whom and why belong together
    deps: Deps, session: Transaction, actor: Actor, model: Model, act: Act, *,
    why: str = "", facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    model.state = lifecycle.after(act, State(model.state)).value
    _write_down(deps, session, actor, model, act.value, why=why, facts=facts)


def _write_down(  # noqa: PLR0913 - see `_move`
    deps: Deps, session: Transaction, actor: Actor, model: Model, act: str, *,
    why: str = "", facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    store.note(session, model, act, actor.name, deps.clock.now(), why=why, facts=facts)
    audit.record(deps, session, actor, audit.Act(f"model_{act}", SUBJECT, model.id, why))
