"""The door to the platform: the ports, and the live gateway behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from app.core.errors import PlatformRefused
from app.core.types import Secret
from app.wechat.calls import ApiAccount, Calls, mapping
from app.wechat.errcodes import ACCEPTED_BEFORE, NO_MEDIA, NO_MENU
from app.wechat.news import News, read_news
from app.wechat.ports import (
    CLIENT_MSG_ID_BYTES,
    LEAST_LISTED,
    MOST_DRAFTS,
    MOST_LISTED,
    MOST_PEOPLE,
    Account,
    Broadcaster,
    Directory,
    FollowerPage,
    Gateway,
    MassState,
    NewsRef,
    PersonFacts,
    QrCode,
    Quota,
    Said,
    Sender,
    Sent,
    TokenStore,
)

__all__ = [
    "Account",
    "ApiAccount",
    "Broadcaster",
    "Directory",
    "FollowerPage",
    "Gateway",
    "LiveGateway",
    "PersonFacts",
    "QrCode",
    "Quota",
    "Sender",
    "Sent",
    "TokenStore",
]

_MASS_STATES: dict[str, MassState] = {
    "SENDING": "sending",
    "SEND_SUCCESS": "success",
    "SEND_FAIL": "fail",
    "DELETE": "delete",
}


class LiveGateway:
    """Speak to the platform; implements `Gateway`."""

    def __init__(self, account: ApiAccount, tokens: TokenStore) -> None:
        self._calls = Calls(account, tokens)

    def send_text(self, openid: Secret, words: str) -> Sent:
        """Send a customer-service text."""

        def ask(client: WeChatClient) -> Sent:
            mapping(client.message.send_text(openid.value, words))
            return Sent()

        return self._calls.send("custom/send", ask)

    def send_template(
        self,
        openid: Secret,
        template_id: str,
        data: Mapping[str, str],
        url: str,
        client_msg_id: str,
    ) -> Sent:
        """Send a template message, at most one in ten minutes per `client_msg_id`."""
        # wechatpy's own send_template cannot carry client_msg_id.
        body = {
            "touser": openid.value,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in data.items()},
            "client_msg_id": client_msg_id,
            **({"url": url} if url else {}),
        }

        def ask(client: WeChatClient) -> Sent:
            answer = mapping(client.post("message/template/send", data=body))
            return Sent(str(answer["msgid"]))

        return self._calls.send("template/send", ask)

    def preview_mass(self, openid: Secret, said: Said) -> Sent:
        """Show one person what a mass send would bring; 100 a day, counted in nobody's month."""
        # wechatpy's own preview guesses whether it was given an openid.
        body = {"touser": openid.value, **_body(said)}

        def ask(client: WeChatClient) -> Sent:
            return Sent(str(mapping(client.post("message/mass/preview", data=body))["msg_id"]))

        return self._calls.send("mass/preview", ask)

    def send_mass(self, openids: Sequence[Secret], said: Said, client_msg_id: str) -> Sent:
        """Send to 2 to 10,000 people; 60 calls a minute, four a month per person."""
        if not LEAST_LISTED <= len(openids) <= MOST_LISTED:
            raise ValueError(f"between {LEAST_LISTED} and {MOST_LISTED} people at a time")
        return self._send_mass(
            "mass/send", {"touser": [openid.value for openid in openids]}, said, client_msg_id
        )

    def send_mass_to_tag(self, tag_id: int | None, said: Said, client_msg_id: str) -> Sent:
        """Send to everybody with a tag of the account, or to everybody."""
        chosen = {"is_to_all": True} if tag_id is None else {"is_to_all": False, "tag_id": tag_id}
        return self._send_mass("mass/sendall", {"filter": chosen}, said, client_msg_id)

    def _send_mass(
        self, name: str, chosen: Mapping[str, Any], said: Said, client_msg_id: str
    ) -> Sent:
        if not 0 < len(client_msg_id.encode()) <= CLIENT_MSG_ID_BYTES:
            raise ValueError(f"a client message id has 1 to {CLIENT_MSG_ID_BYTES} bytes")
        # wechatpy's own send_text and send_mass know no clientmsgid.
        body = {**chosen, **_body(said), "clientmsgid": client_msg_id}

        def ask(client: WeChatClient) -> Sent:
            try:
                answer = mapping(client.post(f"message/{name}", data=body))
            except WeChatClientException as refused:
                if refused.errcode != ACCEPTED_BEFORE:
                    raise
                # The answer of the call that got lost: it names the job that exists.
                answer = mapping(refused.response.json())
            return Sent(str(answer["msg_id"]))

        return self._calls.send(name, ask)

    def mass_state(self, message_id: str) -> MassState:
        """Ask what became of a mass send; the platform tells no counts here."""

        def ask(client: WeChatClient) -> MassState:
            answer = mapping(client.post("message/mass/get", data={"msg_id": message_id}))
            return _MASS_STATES[str(answer["msg_status"]).upper()]

        return self._calls.read("mass/get", ask)

    def news(self, media_id: str) -> News | None:
        """Return the articles of a draft; None where there is none, or it was sent already."""

        def ask(client: WeChatClient) -> News:
            answer = mapping(client.post("draft/get", data={"media_id": media_id}))
            return read_news([mapping(one) for one in answer["news_item"]])

        try:
            return self._calls.read("draft/get", ask)
        except PlatformRefused as refused:
            if refused.code != NO_MEDIA:
                raise
            return None

    def list_news(self) -> Mapping[str, News]:
        """Return the latest twenty drafts by their ids, without their texts. 1,000 a day."""
        body = {"offset": 0, "count": MOST_DRAFTS, "no_content": 1}

        def ask(client: WeChatClient) -> Mapping[str, News]:
            answer = mapping(client.post("draft/batchget", data=body))
            items = [mapping(one) for one in answer.get("item", ())]
            return {
                str(one["media_id"]): read_news(
                    [mapping(article) for article in mapping(one["content"])["news_item"]]
                )
                for one in items
            }

        return self._calls.read("draft/batchget", ask)

    def add_news(self, news: News) -> str:
        """Put articles into the draft box; return the draft's id. 1,000 a day."""
        body = {"articles": [one.to_json() for one in news]}

        def ask(client: WeChatClient) -> str:
            return str(mapping(client.post("draft/add", data=body))["media_id"])

        return self._calls.read("draft/add", ask)

    def followers(self, after: Secret | None = None) -> FollowerPage:
        """Return up to 10,000 of those who follow; 500 calls a day."""

        def ask(client: WeChatClient) -> FollowerPage:
            return _page(mapping(client.user.get_followers(after.value if after else None)))

        return self._calls.read("user/get", ask)

    def tagged(self, tag_id: int, after: Secret | None = None) -> FollowerPage:
        """Return up to 10,000 of those who carry a tag of the account."""
        body = {"tagid": tag_id, "next_openid": after.value if after else ""}
        return self._calls.read(
            "user/tag/get", lambda client: _page(mapping(client.post("user/tag/get", data=body)))
        )

    def people(self, openids: Sequence[Secret]) -> tuple[PersonFacts, ...]:
        """Return the facts of at most a hundred people."""
        if not 0 < len(openids) <= MOST_PEOPLE:
            raise ValueError(f"between one and {MOST_PEOPLE} people at a time")

        body = {"user_list": [{"openid": openid.value} for openid in openids]}

        def ask(client: WeChatClient) -> tuple[PersonFacts, ...]:
            # wechatpy's get_batch would take an empty page for nobody.
            answer = mapping(client.post("user/info/batchget", data=body))
            return tuple(_facts(mapping(one)) for one in answer["user_info_list"])

        return self._calls.read("user/info/batchget", ask)

    def menu(self) -> dict[str, Any] | None:
        """Return the menu as menu/create takes it, or nothing when there is none."""

        def ask(client: WeChatClient) -> dict[str, Any]:
            return mapping(mapping(client.get("menu/get"))["menu"])

        try:
            return self._calls.read("menu/get", ask)
        except PlatformRefused as refused:
            if refused.code != NO_MENU:
                raise
            return None

    def put_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the menu; people see it within minutes."""
        self._calls.read("menu/create", lambda client: mapping(client.menu.create(dict(menu))))

    def create_qr(self, scene: str, lasting_seconds: int | None = None) -> QrCode:
        """Make a code with a scene, for good unless it says how long."""
        wanted: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        if lasting_seconds is None:
            wanted["action_name"] = "QR_LIMIT_STR_SCENE"
        else:
            wanted |= {"action_name": "QR_STR_SCENE", "expire_seconds": lasting_seconds}

        def ask(client: WeChatClient) -> QrCode:
            answer = mapping(client.qrcode.create(wanted))
            ticket = str(answer["ticket"])
            return QrCode(ticket, str(answer["url"]), str(client.qrcode.get_url(ticket)))

        return self._calls.read("qrcode/create", ask)

    def freshen(self) -> None:
        """Have a token that lasts, before anybody needs it."""
        self._calls.freshen()

    def callback_addresses(self) -> tuple[str, ...]:
        """Return the addresses that deliveries come from."""

        def ask(client: WeChatClient) -> tuple[str, ...]:
            answer = mapping(client.get("getcallbackip"))
            return tuple(str(address) for address in answer["ip_list"])

        return self._calls.read("getcallbackip", ask)

    def quota(self, path: str) -> Quota:
        """Return today's allowance of one call, such as `/cgi-bin/message/custom/send`."""

        def ask(client: WeChatClient) -> Quota:
            answer = mapping(client.post("openapi/quota/get", data={"cgi_path": path}))
            told = mapping(answer["quota"])
            return Quota(int(told["daily_limit"]), int(told["used"]), int(told["remain"]))

        return self._calls.read("openapi/quota/get", ask)


def _page(answer: Mapping[str, Any]) -> FollowerPage:
    # The last page still names a next openid; only the page after it has no data.
    found = mapping(answer.get("data", {})).get("openid", [])
    openids = tuple(Secret(str(one)) for one in found)
    cursor = str(answer.get("next_openid") or "")
    return FollowerPage(openids, Secret(cursor) if openids and cursor else None)


def _body(said: Said) -> dict[str, Any]:
    if isinstance(said, NewsRef):
        return {"msgtype": "mpnews", "mpnews": {"media_id": said.media_id}}
    return {"msgtype": "text", "text": {"content": said}}


def _facts(told: Mapping[str, Any]) -> PersonFacts:
    unionid = str(told.get("unionid") or "")
    # A number arrives as qr_scene, words as qr_scene_str; 0 and "" mean that no code was scanned.
    scene = str(told.get("qr_scene_str") or told.get("qr_scene") or "")
    return PersonFacts(
        openid=Secret(str(told["openid"])),
        is_following=told.get("subscribe") == 1,
        unionid=Secret(unionid) if unionid else None,
        followed_at=int(told.get("subscribe_time") or 0),
        subscribe_scene=str(told.get("subscribe_scene") or ""),
        qr_scene=scene,
    )
