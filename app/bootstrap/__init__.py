"""Build everything once a process; nothing is connected until it is used."""

from datetime import datetime
from functools import cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.contact.rulebook import read_rules
from app.copybook import Copybook, House, Lender
from app.core.clock import SystemClock
from app.core.config import ROOT, Settings, read_settings
from app.core.crypto import KeyRing
from app.core.errors import BadSettings, LenderUnset
from app.core.latest import Latest
from app.core.log import configure
from app.core.types import Secret
from app.deps import Deps
from app.dialogue.forms.catalogue import FORMS
from app.dialogue.readers.regions import city_name
from app.state.bell import MuteBell
from app.state.throttle import RedisThrottle
from app.state.tokens import RedisTokenStore
from app.steps.notice import notice_of, page_words
from app.steps.retention import retention_on
from app.store.session import make_engine, make_sessions
from app.store.turns import make_turns
from app.wechat.calls import ApiAccount
from app.wechat.gateway import LiveGateway
from app.wording.pack import read_packs
from app.wording.types import Sender as WordingSender
from scoring.assess import LenderInvalid, LenderProfile, RuleBook, RuleFiles, load_rulebook

_DEMONSTRATION = ROOT / "local" / "demo_lender.json"
_OWN_RULES = RuleFiles(person_card="person", firm_card="firm", policy="policy", law="law")
_REDIS_SECONDS = 2.0
_WORK_CONNECTIONS = 12
"""The hands of a sender, the lane that it holds, some to spare; opened when first used."""
_FIRST_CITY = "110000"
"""Reading the list of cities takes 16 ms: before the first turn, not within it."""


def build_deps(settings: Settings | None = None) -> Deps:
    """Build the bag of a process; raise `BadSettings` with every mistake found."""
    settings = settings or read_settings()
    configure(settings.log_level)
    clock = make_clock(settings)
    lender = read_lender(settings)
    city_name(_FIRST_CITY)
    # Turns have a connection a thread; pages, metrics and jobs never stand in their way.
    turns = make_turns(
        settings.database_url,
        connections=settings.web_threads,
        statement_seconds=settings.turn_wait_seconds,
    )
    work = make_engine(settings.database_url, connections=_WORK_CONNECTIONS)
    redis = connect_redis(settings)
    gateway = LiveGateway(
        ApiAccount(
            settings.wechat_app_id,
            Secret(settings.wechat_app_secret.get_secret_value()),
            settings.wechat_api_base_url,
        ),
        RedisTokenStore(redis, settings.wechat_app_id),
    )
    copybook = Copybook(
        ROOT / "templates" / "messages",
        _house(settings, lender, clock.now()),
        option_links=settings.option_links,
    )
    return Deps(
        settings=settings,
        clock=clock,
        keyring=KeyRing.parse(settings.data_keys.get_secret_value()),
        turns=turns,
        sessions=make_sessions(work),
        copybook=copybook,
        forms=FORMS,
        notice=notice_of(FORMS, lender),
        contact_book=read_rules(),
        wording=read_packs(_sender(settings, lender)),
        released=Latest(),
        champions=Latest(),
        rulebook=cache(lambda: _rulebook(settings, lender)),
        sender=gateway,
        broadcaster=gateway,
        throttle=RedisThrottle(redis),
        directory=gateway,
        account=gateway,
        bell=MuteBell(redis),
    )


def read_lender(settings: Settings) -> LenderProfile | None:
    """Read who lends: the file of the settings, else the demonstration lender, `local` only."""
    path = settings.lender_file or (_DEMONSTRATION if settings.environment == "local" else None)
    if path is None:
        return None
    try:
        lender = LenderProfile.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, LenderInvalid) as error:
        raise BadSettings([f"LENDER_FILE {path}: {error}"]) from None
    if settings.environment == "production" and lender.is_demonstration:
        raise BadSettings(["LENDER_FILE names the demonstration lender; production needs yours"])
    return lender


def make_clock(settings: Settings) -> SystemClock:
    """Return the clock; only `local` may travel in time."""
    if settings.environment == "production":
        return SystemClock()
    return SystemClock(settings.clock_offset, settings.data_dir / "clock")


def connect_redis(settings: Settings, *, blocks: bool = False) -> Redis:
    """Return the client of Redis; it fails at once when Redis is away, its callers try again.

    `blocks`: a worker waits on it for jobs, so reading has no time limit.
    """
    return Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=_REDIS_SECONDS,
        socket_timeout=None if blocks else _REDIS_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


def _rulebook(settings: Settings, lender: LenderProfile | None) -> RuleBook:
    """Read what decides: the lender's own cards, policy and law, else the demonstration's."""
    if lender is None:
        raise LenderUnset
    if settings.rules_folder is None:
        return load_rulebook(lender)
    return load_rulebook(lender, folder=settings.rules_folder, files=_OWN_RULES)


def _sender(settings: Settings, lender: LenderProfile | None) -> WordingSender:
    names = (lender.full_name, lender.short_name) if lender else ()
    return WordingSender(names, (settings.base_url,))


def _house(settings: Settings, lender: LenderProfile | None, now: datetime) -> House:
    base = settings.base_url
    page = lender.complaint_page if lender else "/complaint"
    return House(
        lender=Lender(
            full_name=lender.full_name if lender else "",
            short_name=lender.short_name if lender else "",
            phone=lender.phone if lender else "",
            complaint_url=page if page.startswith("https://") else base + page,
            is_demonstration=lender.is_demonstration if lender else False,
        ),
        public_url=base,
        privacy_url=f"{base}/privacy",
        staff_hours=page_words()["staff_hours"],
        retention_days=retention_on(now).days("lead"),
        hotlines=page_words()["hotlines"],
    )
