"""Push messages to the webhook: sign, seal, wait, try again, and show what comes of it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from simulator.clock import Clock
from simulator.crypto import Envelope, sign
from simulator.replies import BrokenReply, Expected, Reply, read_reply
from simulator.settings import Settings
from simulator.state import Bubble, Telling
from simulator.transport import NoAnswer, TimedOut, Transport
from simulator.wire import build
from simulator.world import World

# What people see when the account fails to answer (wording for service accounts):
# developers.weixin.qq.com/doc/subscription/guide/product/message/Passive_user_reply_message.html
ERROR_LINE = "该服务号暂时无法提供服务，请稍后再试"

Run = Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class Push:
    """One message or event on its way, before it is sealed."""

    phone_id: int
    openid: str
    xml: str
    is_event: bool = False
    # People see the error line only where they wait for words.
    shows_errors: bool = True


@dataclass
class Delivery:
    """The life of one push; `done` is set when no further attempt will be made."""

    name: str
    push: Push
    done: threading.Event = field(default_factory=threading.Event)


@dataclass
class Outcome:
    """What one copy of a push brought: attempts, and a reply or a problem."""

    attempts: list[dict[str, Any]] = field(default_factory=list)
    reply: Reply | None = None
    problem: str = ""


def run_in_thread(work: Callable[[], None]) -> None:
    """Run work beside the caller."""
    threading.Thread(target=work, daemon=True).start()


@dataclass
class Courier:
    """Deliver pushes in the account's mode, up to three times each."""

    settings: Settings
    clock: Clock
    world: World
    transport: Transport
    run: Run = run_in_thread
    _held: dict[int, Delivery] = field(default_factory=dict)

    def name(self) -> str:
        """Return the name of an exchange that is about to begin."""
        with self.world.reading() as account:
            return f"x{account.next_id()}"

    def send(self, push: Push, name: str = "") -> Delivery:
        """Start a delivery; when told to disorder, hold it until the next one has gone."""
        delivery = Delivery(name or self.name(), push)
        with self.world.reading() as account:
            is_first = account.switches.out_of_order and push.phone_id not in self._held
            if is_first:
                self._held[push.phone_id] = delivery
            held = None if is_first else self._held.pop(push.phone_id, None)
        if is_first:
            self.clock.later(self.settings.hold_seconds, partial(self.release, delivery))
        else:
            self.run(partial(self._deliver_all, [delivery, *([held] if held else [])]))
        return delivery

    def tell(self, how: Telling, push: Push) -> None:
        """Push what became of a message: at once, at once and again, after a while, or never."""

        def later() -> None:
            self.send(push)

        if how in ("late", "twice"):
            self.clock.later(self.world.account.switches.late_seconds, later)
        if how in ("pushed", "twice"):
            self.send(push)

    def release(self, delivery: Delivery) -> None:
        """Deliver what was held for a second message that did not come."""
        with self.world.reading():
            if self._held.get(delivery.push.phone_id) is not delivery:
                return
            del self._held[delivery.push.phone_id]
        self.run(partial(self._deliver_all, [delivery]))

    def verify(self) -> str:
        """Ask the webhook to echo, as the platform does on configuration; return the problem."""
        echo = secrets.token_hex(8)
        try:
            url = f"{self._signed_url({})[0]}&echostr={echo}"
            answer = self.transport.send("GET", url, b"", self.settings.push_timeout_seconds)
        except NoAnswer as problem:
            return str(problem)
        if answer.status // 100 != 2 or answer.body != echo.encode():  # noqa: PLR2004
            return f"answered {answer.status} and not the echo"
        return ""

    def _deliver_all(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            try:
                self._deliver(delivery)
            finally:
                delivery.done.set()

    def _deliver(self, delivery: Delivery) -> None:
        began = self.clock.now()
        with self.world.reading() as account:
            copies = account.switches.copies
        outcomes = self._try_all(delivery.push, copies)
        answered = [outcome for outcome in outcomes if not outcome.problem]
        shown = (answered or outcomes)[0]
        record = {
            "id": delivery.name,
            "at": began,
            "sent": delivery.push.xml,
            "reply": shown.reply.plain if shown.reply else "",
            "problem": shown.problem,
            "same_answer": len({o.reply.plain if o.reply else "" for o in outcomes}) == 1,
            "copies": [outcome.attempts for outcome in outcomes],
        }
        with self.world.changing():
            self.world.exchanges.keep(delivery.name, record)
            self._show(delivery, shown)

    def _show(self, delivery: Delivery, outcome: Outcome) -> None:
        account = self.world.account
        phone = account.phones.get(delivery.push.phone_id)
        if phone is None or not phone.is_following:
            return
        bubble = Bubble(
            id=account.next_id(), at=self.clock.now(), side="them", kind="", content={},
            raw=delivery.name,
        )  # fmt: skip
        if outcome.reply:
            bubble.kind, bubble.content = outcome.reply.kind, outcome.reply.content
        elif outcome.problem and delivery.push.shows_errors:
            bubble.side, bubble.kind, bubble.content = "note", "error", {"text": ERROR_LINE}
        if bubble.kind:
            account.show(phone, bubble)

    def _try_all(self, push: Push, copies: int) -> list[Outcome]:
        outcomes = [Outcome() for _ in range(copies)]
        # Daemons, not a pool: a pool would hold up the end of the process until its retries end.
        threads = [
            threading.Thread(target=self._try, args=(push, outcome), daemon=True)
            for outcome in outcomes
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def _try(self, push: Push, outcome: Outcome) -> None:
        for number in range(self.settings.push_attempts):
            if self._attempt(push, outcome, is_last=number + 1 == self.settings.push_attempts):
                break

    def _attempt(self, push: Push, outcome: Outcome, *, is_last: bool) -> bool:
        """Deliver once; say whether the platform is content with what happened."""
        url, body, nonce = self._sealed(push)
        attempt = {"at": self.clock.now(), "url": url, "body": body, "status": 0, "answer": ""}
        outcome.attempts.append(attempt)
        try:
            answer = self.transport.send(
                "POST", url, body.encode(), self.settings.push_timeout_seconds
            )
        except NoAnswer as problem:
            outcome.problem = attempt["problem"] = str(problem)
            self._pause(0 if is_last or isinstance(problem, TimedOut) else 1)
            return False
        attempt["status"], attempt["answer"] = answer.status, answer.body.decode(errors="replace")
        if answer.status // 100 != 2:  # noqa: PLR2004 (the success family)
            outcome.problem = attempt["problem"] = f"answered {answer.status}"
            self._pause(0 if is_last else 1)
            return False
        try:
            expected = Expected(push.openid, nonce, push.is_event)
            outcome.reply = read_reply(answer.body, expected, self.settings)
            outcome.problem = ""
        except BrokenReply as problem:
            outcome.problem = attempt["problem"] = f"the reply {problem}"
        return True

    def _pause(self, times: int) -> None:
        if times:
            self.clock.sleep(self.settings.retry_interval_seconds)

    def _sealed(self, push: Push) -> tuple[str, str, str]:
        if self.settings.mode == "plain":
            url, nonce = self._signed_url({"openid": push.openid})
            return url, push.xml, nonce
        sealed = Envelope(self.settings.aes_key, self.settings.app_id).seal(push.xml)
        url, nonce = self._signed_url({"openid": push.openid, "encrypt_type": "aes"}, sealed)
        if self.settings.mode == "compatible":
            shell = build({"Encrypt": sealed}).removeprefix("<xml>")
            return url, push.xml.removesuffix("</xml>") + shell, nonce
        return url, build({"ToUserName": self.settings.account_id, "Encrypt": sealed}), nonce

    def _signed_url(self, extra: dict[str, str], sealed: str = "") -> tuple[str, str]:
        token, nonce = self.settings.token, str(secrets.randbelow(10**10))
        timestamp = str(int(self.clock.now()))
        query = {
            "signature": sign(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            **extra,
        }
        if sealed:
            query["msg_signature"] = sign(token, timestamp, nonce, sealed)
        return f"{self.settings.webhook_url}?{urlencode(query)}", nonce
