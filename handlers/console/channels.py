"""Channels: a code for each way by which people come, what it brought and what it cost."""

import io
from typing import Any
from urllib.parse import quote

import segno
from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.core.access import Permission
from app.core.errors import NotAllowed, NotFound
from app.queries import channels as pages
from app.queries.channels import ChannelPage, Period
from app.services import channels
from app.services.channels import NewChannel
from handlers.bag import bag
from handlers.console.forms.channels import ChannelForm, CostForm, NewChannelForm, PeriodForm
from handlers.console.frame import actor, done, needs, refused, show

blueprint = Blueprint("channels", __name__, url_prefix="/console/channels")

Answer = str | AnyResponse | tuple[str, int]
LOOK, PREPARE = Permission.LOOK, Permission.PREPARE
_KINDS = {"png": "image/png", "svg": "image/svg+xml"}


@blueprint.get("/")
@needs(LOOK)
def list_channels() -> str:
    """List channels with what each brought in some days, and what that cost."""
    archived, period = request.args.get("archived") == "1", _period()
    rows = pages.list_page(bag(), actor(), period, archived=archived)
    return show("channels/list.html", rows=rows, period=period, archived=archived)


@blueprint.get("/new")
@needs(PREPARE)
def new() -> str:
    """Show the form of a new channel."""
    return show("channels/new.html", form=NewChannelForm())


@blueprint.post("/new")
@needs(PREPARE)
def open_channel() -> Answer:
    """Open a channel; a job has its code made."""
    form = NewChannelForm()
    if not form.validate_on_submit():
        return show("channels/new.html", form=form), 422
    wanted = NewChannel(
        form.name.data or "", form.scene.data or "", form.note.data or "", form.lasting_seconds
    )
    try:
        made = channels.open_channel(bag(), actor(), wanted)
    except NotAllowed as no:
        return show("channels/new.html", form=form, problem=refused(no.why)), 422
    return done("channels.opened", url_for("channels.channel", channel_id=made))


@blueprint.get("/<int:channel_id>")
@needs(LOOK)
def channel(channel_id: int) -> str:
    """Show one channel."""
    return _page(channel_id)


@blueprint.post("/<int:channel_id>")
@needs(PREPARE)
def describe(channel_id: int) -> Answer:
    """Change what is said of a channel; the poster only if it may be said."""
    form = ChannelForm()
    if not form.validate_on_submit():
        return _page(channel_id, form=form), 422
    name, note, poster = form.name.data or "", form.note.data or "", form.poster.data or ""
    poster = poster.replace("\r\n", "\n").strip()
    faults = channels.describe(bag(), actor(), channel_id, name=name, note=note, poster=poster)
    if faults:
        return _page(channel_id, form=form, faults=faults), 422
    return done("channels.changed", url_for("channels.channel", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/costs")
@needs(PREPARE)
def enter_cost(channel_id: int) -> Answer:
    """Enter what a channel cost over some days."""
    form = CostForm()
    if not form.validate_on_submit():
        return _page(channel_id, cost=form), 422
    try:
        channels.enter_cost(
            bag(), actor(), channel_id, since=form.since.data, until=form.until.data,
            fen=form.fen, note=form.note.data or "",
        )  # fmt: skip
    except NotAllowed as no:
        return _page(channel_id, cost=form, problem=refused(no.why)), 422
    return done("channels.cost_entered", url_for("channels.channel", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/costs/<int:cost_id>/remove")
@needs(PREPARE)
def remove_cost(channel_id: int, cost_id: int) -> AnyResponse:
    """Take back a cost that was entered wrongly."""
    channels.remove_cost(bag(), actor(), channel_id, cost_id)
    return done("channels.cost_removed", url_for("channels.channel", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/again")
@needs(PREPARE)
def make_again(channel_id: int) -> Answer:
    """Ask the platform once more for a code."""
    try:
        channels.make_again(bag(), actor(), channel_id)
    except NotAllowed as no:
        return _page(channel_id, problem=refused(no.why)), 409
    return done("channels.asked_again", url_for("channels.channel", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/archive")
@needs(PREPARE)
def archive(channel_id: int) -> AnyResponse:
    """Take a channel off the list, or put it back."""
    archived = request.form.get("archived") == "1"
    channels.archive(bag(), actor(), channel_id, archived=archived)
    key = "channels.archived" if archived else "channels.restored"
    return done(key, url_for("channels.channel", channel_id=channel_id))


@blueprint.get("/<int:channel_id>/code.<kind>")
@needs(LOOK)
def picture(channel_id: int, kind: str) -> AnyResponse:
    """Return the code as a picture, to be shown or kept."""
    page = pages.channel_page(bag(), actor(), channel_id, _period())
    if kind not in _KINDS or page.channel.code_url is None:
        raise NotFound("There is no such picture.")
    drawn, kept = segno.make(page.channel.code_url, error="m"), io.BytesIO()
    drawn.save(kept, kind=kind, scale=16 if kind == "png" else 1, border=4)
    answer = Response(kept.getvalue(), mimetype=_KINDS[kind])
    if request.args.get("keep") == "1":
        name = quote(f"{page.channel.scene}.{kind}")
        answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _period() -> Period:
    form = PeriodForm(request.args)
    is_right = form.validate()
    return pages.period_of(
        bag(), form.since.data if is_right else None, form.until.data if is_right else None
    )


def _page(channel_id: int, **facts: Any) -> str:  # noqa: ANN401 - of the page
    page = pages.channel_page(bag(), actor(), channel_id, _period())
    kept = {name: getattr(page.channel, name) for name in ("name", "note", "poster")}
    facts = {
        "form": ChannelForm(formdata=None, data=kept),
        "cost": CostForm(formdata=None, data=_days(page)),
        "faults": (),
        "problem": "",
        **facts,
    }
    return show("channels/channel.html", page=page, channel=page.channel, **facts)


def _days(page: ChannelPage) -> dict[str, object]:
    return {"since": page.period.since, "until": page.period.until}
