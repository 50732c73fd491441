"""Put in place what a first start needs; doing it again changes nothing."""

from dataclasses import dataclass

from app.core.errors import PlatformFailure, PlatformRefused, StateUnavailable
from app.core.log import get_logger
from app.deps import Deps
from app.steps.contents import current_body
from app.store import privacy

log = get_logger()


@dataclass(frozen=True, slots=True)
class Installed:
    """The notice in force, and whether the platform shows our menu."""

    notice: str
    menu: bool


def install(deps: Deps) -> Installed:
    """Store the notice in force and publish the menu, if the platform answers."""
    with deps.sessions.begin() as session:
        privacy.add_notice(
            session,
            {
                "hash": deps.notice.hash,
                "version": deps.notice.version,
                "body": deps.notice.body,
                "since": deps.clock.now(),
            },
        )
    return Installed(deps.notice.hash, _publish_menu(deps))


def _publish_menu(deps: Deps) -> bool:
    """Publish the menu; where the platform is away, `freshen_token` does it once it is back."""
    try:
        with deps.sessions.begin() as session:
            menu = current_body(session, "menu")
        deps.account.put_menu(menu)
    except PlatformRefused as refusal:
        log.warning("menu_refused", code=refusal.code)
    except (PlatformFailure, StateUnavailable):
        log.warning("menu_not_published")
    else:
        return True
    return False
