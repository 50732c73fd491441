"""Two stages for one play: a gateway that records, and the live one before the simulator."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

from redis import Redis
from werkzeug.serving import make_server

from app.core.errors import OutcomeUnknown
from app.core.types import Secret
from app.state.tokens import RedisTokenStore
from app.wechat.gateway import ApiAccount, LiveGateway, PersonFacts
from app.wechat.ports import NewsRef
from simulator import phones
from simulator.api.tokens import expire_all
from simulator.factory import create_simulator
from simulator.serving import QuietHandler
from simulator.settings import Settings
from simulator.stage import EXTENSION, Platform
from simulator.state import ApiFault, Phone, Template
from simulator.transport import Answer
from tests.fakes import RecordingGateway

TEMPLATE_ID = "progress"
SEND = "/cgi-bin/message/custom/send"


class RecordingStage:
    def __init__(self):
        self.gateway = RecordingGateway()

    def follower(self, scene=""):
        openid = Secret(f"oRecording{len(self.gateway.known)}")
        self.gateway.known[openid.value] = PersonFacts(
            openid,
            is_following=True,
            followed_at=1_764_000_000,
            subscribe_scene="ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH",
            qr_scene=scene,
        )
        return openid

    def stranger(self):
        openid = Secret("oStranger")
        self.gateway.known[openid.value] = PersonFacts(openid, is_following=False)
        return openid

    def refuse_next(self, code):
        self.gateway.refuse_next(code)

    def lose_next(self):
        self.gateway.fail_next(OutcomeUnknown())

    def texts(self, openid):
        return [words for to, words in self.gateway.sent if to == openid.value]

    def notices(self, openid):
        return [
            list(data.values()) for to, _, data, _ in self.gateway.templates if to == openid.value
        ]

    def mass_finishes(self, message_id):
        self.gateway.mass_states[message_id] = "success"

    def previews(self, openid):
        return [said for to, said in self.gateway.previews if to == openid.value]

    def masses(self, openid):
        return [words for to, words, _ in self.gateway.masses if openid.value in to]

    def tag(self, *openids):
        self.gateway.tags[101] = [one.value for one in openids]
        return 101

    def tagged_masses(self, tag_id, _openid):
        return [said for to, said, _ in self.gateway.masses if to == (f"tag:{tag_id}",)]

    def news(self, openid):
        return [said for said in self.masses(openid) if isinstance(said, NewsRef)]


class Deaf:
    """A webhook that says `success` to everything."""

    def send(self, method, url, body, timeout_seconds):
        return Answer(200, b"success")


@dataclass
class SimulatorStage:
    platform: Platform
    gateway: LiveGateway
    account: ApiAccount
    tokens: RedisTokenStore
    phones: dict[str, Phone] = field(default_factory=dict)

    def follower(self, scene=""):
        openid = self.stranger()
        phones.follow(self.platform, self.phones[openid.value], scene)
        return openid

    def stranger(self):
        with self.platform.world.changing() as account:
            phone = account.add_phone()
        self.phones[phone.openid] = phone
        return Secret(phone.openid)

    def refuse_next(self, code):
        self.fault(ApiFault("errcode", value=code))

    def lose_next(self):
        self.fault(ApiFault("drop_after"))

    def fault(self, fault):
        with self.platform.world.changing() as account:
            account.faults.append(fault)

    def expire_tokens(self):
        with self.platform.world.changing() as account:
            expire_all(account.tokens)

    def calls(self, path):
        return [call for call in self.platform.world.calls.entries.values() if call["path"] == path]

    def texts(self, openid):
        return [bubble.content["text"] for bubble in self._received(openid, "text")]

    def notices(self, openid):
        return [
            [value for _, value in bubble.content["rows"]]
            for bubble in self._received(openid, "template")
        ]

    def mass_finishes(self, message_id):
        """Nothing to do: a mass send is over at once here."""

    def previews(self, openid):
        return self.texts(openid)

    def masses(self, openid):
        return self.texts(openid)

    def tag(self, *openids):
        with self.platform.world.changing() as account:
            number = max(account.tags, default=100) + 1
            account.tags[number] = f"标签 {number}"
            for one in openids:
                self.phones[one.value].tag_ids.append(number)
        return number

    def tagged_masses(self, _tag_id, openid):
        return self.masses(openid)

    def news(self, openid):
        return self._received(openid, "news")

    def _received(self, openid, kind):
        bubbles = self.phones[openid.value].bubbles
        return [bubble for bubble in bubbles if bubble.side == "them" and bubble.kind == kind]


@contextmanager
def serving(app, ssl_context=None):
    """Serve an application on a free port and yield its address."""
    server = make_server(
        "127.0.0.1",
        0,
        app,
        threaded=True,
        request_handler=QuietHandler,
        ssl_context=ssl_context,
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if ssl_context else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def a_simulator_stage(redis_url):
    settings = Settings(webhook_url="http://127.0.0.1:1/wechat")
    app = create_simulator(settings, transport=Deaf(), run=lambda work: work())
    platform = app.extensions[EXTENSION]
    template = Template(TEMPLATE_ID, "进度", "进度：{{thing1.DATA}}\n时间：{{time2.DATA}}")
    with platform.world.changing() as account:
        account.templates[TEMPLATE_ID] = template
    with Redis.from_url(redis_url) as redis, serving(app) as address:
        redis.flushdb()
        # With the slash at its end that people type.
        owner = ApiAccount(settings.app_id, Secret(settings.app_secret), f"{address}/")
        tokens = RedisTokenStore(redis, settings.app_id)
        yield SimulatorStage(platform, LiveGateway(owner, tokens), owner, tokens)
