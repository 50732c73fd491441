"""Where one can go in the console: groups of pages, each shown to whoever may open it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from app.core.access import Actor, Permission
from handlers.console.words import words

LOOK, AUDIT, ADMINISTER = Permission.LOOK, Permission.AUDIT, Permission.ADMINISTER


@dataclass(frozen=True, slots=True)
class _Page:
    """A page by its endpoint; `icon` is a Bootstrap icon, its words stand under its endpoint."""

    endpoint: str
    icon: str
    permission: Permission | None = LOOK


_GROUPS: tuple[tuple[str, tuple[_Page, ...]], ...] = (
    ("work", (
        _Page("today.today", "sun"),
        _Page("inbox.list_threads", "chat-dots"),
        _Page("reviews.queue", "clipboard-check"),
        _Page("complaints.list_complaints", "megaphone"),
        _Page("rights.list_requests", "person-lock"),
        _Page("approvals.list_approvals", "check2-circle"),
    )),
    ("people", (
        _Page("people.list_people", "people"),
        _Page("segments.list_segments", "funnel"),
        _Page("campaigns.list_campaigns", "send"),
        _Page("templates.list_templates", "file-text"),
        _Page("tags.tree", "tags"),
        _Page("why_not.ask", "question-circle"),
        _Page("exports.list_exports", "download"),
    )),
    ("account", (
        _Page("content.overview", "pencil-square"),
        _Page("channels.list_channels", "qr-code"),
    )),
    ("numbers", (
        _Page("funnel.overview", "filter"),
        _Page("figures.board", "graph-up"),
        _Page("monitoring.report", "activity"),
        _Page("outcomes.list_imports", "clipboard-data"),
        _Page("incidents.list_incidents", "exclamation-triangle"),
    )),
    ("control", (
        _Page("models.list_models", "speedometer2"),
        _Page("stops.switch", "octagon", None),
        _Page("audit.list_rows", "journal-text", AUDIT),
        _Page("accounts.list_accounts", "person-badge", ADMINISTER),
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the menu."""

    url: str
    label: str
    icon: str
    is_here: bool


def of(actor: Actor) -> Sequence[tuple[str, Sequence[Link]]]:
    """Return the groups, with their links, that this person may open."""
    labels = words("frame")["menu"]
    groups = [
        (labels[name], [_link(page, labels) for page in pages if _may(page, actor)])
        for name, pages in _GROUPS
    ]
    return [(label, links) for label, links in groups if links]


def _may(page: _Page, actor: Actor) -> bool:
    """Say whether this person may open a page; None: whoever is signed in."""
    return page.permission is None or actor.may(page.permission)


def _link(page: _Page, labels: dict[str, str]) -> Link:
    here = (request.endpoint or "").partition(".")[0]
    return Link(
        url=url_for(page.endpoint),
        label=labels[page.endpoint],
        icon=page.icon,
        is_here=here == page.endpoint.partition(".")[0],
    )
