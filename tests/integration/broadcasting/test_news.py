"""News go out as they were approved, list by list, or not at all."""

import pytest
from sqlalchemy import select

from app.broadcast.types import Unfit
from app.core.errors import NotAllowed, PlatformUnreachable
from app.queries import campaign_previews
from app.services import broadcasting, campaigns
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.incidents import Incident
from app.wechat.errcodes import refusal
from app.wechat.news import read_news
from app.wechat.ports import NewsRef
from tests.integration.broadcasting.crowds import campaign, run, small, states
from tests.integration.campaigns.planning import approved, plan, two_people
from tests.integration.segments.people import someone

COVER = {"thumb_media_id": "cover"}
GOOD = [{"title": "征信怎么查", "content": "<p>一年可以免费查两次。</p>", **COVER}]
BAD = [{"title": "好消息", "content": "<p>秒<b>批</b>，低至3%</p>", **COVER}]


@pytest.fixture
def draft(gateway):
    gateway.drafts["d1"] = read_news(GOOD)
    return {"content": {"media_id": "d1"}}


def under_way(deps, people, draft, **given):
    for _ in range(people):
        someone(deps)
    maker, approver = two_people(deps)
    number = approved(deps, maker, approver, **draft, **given)
    campaigns.launch(deps, maker, number)
    return number, maker


class TestRehearsal:
    def test_the_words_of_a_draft_are_checked_where_they_are_read(self, deps, gateway, draft):
        maker, _ = two_people(deps)
        gateway.drafts["d1"] = read_news(BAD)
        number = campaigns.plan(deps, maker, plan(**draft))
        with pytest.raises(Unfit) as unfit:
            campaigns.rehearse(deps, maker, number)
        assert {one.where for one in unfit.value.mistakes} == {"content.media_id"}
        assert "秒批" in str(unfit.value)

    def test_a_draft_that_is_not_there_is_a_mistake(self, deps):
        maker, _ = two_people(deps)
        number = campaigns.plan(deps, maker, plan(content={"media_id": "nobody"}))
        with pytest.raises(Unfit) as unfit:
            campaigns.rehearse(deps, maker, number)
        assert [one.where for one in unfit.value.mistakes] == ["content.media_id"]

    def test_a_platform_that_does_not_answer_leaves_the_campaign_a_draft(
        self, deps, gateway, draft, monkeypatch
    ):
        maker, _ = two_people(deps)
        number = campaigns.plan(deps, maker, plan(**draft))
        monkeypatch.setattr(gateway, "news", raising(PlatformUnreachable()))
        with pytest.raises(NotAllowed) as no:
            campaigns.rehearse(deps, maker, number)
        assert (no.value.why, campaign(deps, number).state) == ("news_unreadable", "draft")

    def test_what_was_rehearsed_is_kept_and_approved(self, deps, draft):
        maker, approver = two_people(deps)
        number = approved(deps, maker, approver, **draft)
        with deps.sessions.begin() as session:
            row = session.get_one(Campaign, number)
            assert row.rehearsal["news"]["d1"][0]["title"] == "征信怎么查"
            other = {"d1": [{**row.rehearsal["news"]["d1"][0], "title": "别的"}]}
            row.rehearsal = {**row.rehearsal, "news": other}
        with pytest.raises(NotAllowed) as no:
            campaigns.launch(deps, maker, number)
        assert no.value.why == "changed_since"

    def test_a_sample_says_which_articles_people_would_read(self, deps, draft):
        someone(deps)
        maker, _ = two_people(deps)
        number = campaigns.plan(deps, maker, plan(**draft))
        campaigns.rehearse(deps, maker, number)
        (sampled,) = campaign_previews.sample(deps, maker, number)
        told = {"media_id": "d1", "titles": ["征信怎么查"]}
        assert sampled.to_json()["content"] == told

    def test_variants_of_news_may_not_differ_in_what_people_pay(self, deps, gateway, draft):
        gateway.drafts["d2"] = read_news([{**GOOD[0], "content": "<p>一年可以查三期。</p>"}])
        maker, _ = two_people(deps)
        variants = [
            {"name": name, "share": 0.5, "content": {"media_id": media_id}}
            for name, media_id in (("A", "d1"), ("B", "d2"))
        ]
        number = campaigns.plan(deps, maker, plan(content=None, variants=variants))
        with pytest.raises(Unfit) as unfit:
            campaigns.rehearse(deps, maker, number)
        assert "variants" in {one.where for one in unfit.value.mistakes}

    def test_news_do_not_repeat(self, deps, draft):
        maker, _ = two_people(deps)
        with pytest.raises(Unfit) as unfit:
            campaigns.plan(deps, maker, plan(**draft, schedule={"every": "week"}, cap_people=9))
        assert [one.where for one in unfit.value.mistakes] == ["schedule.every"]


class TestSending:
    def test_every_list_says_what_was_approved_though_the_draft_goes_with_the_first(
        self, deps, gateway, draft
    ):
        number, _ = under_way(deps, 6, draft, people_per_minute=100_000)
        run(small(deps, 3))
        assert [said for _, said, _ in gateway.masses] == [NewsRef("d1"), NewsRef("draft0")]
        assert states(deps, number) == {"sent": 6}
        with deps.sessions() as session:
            hashes = set(session.scalars(select(CampaignRecipient.text_hash)))
        assert len(hashes) == 1

    def test_a_draft_that_was_changed_sends_nothing_and_calls_somebody(self, deps, gateway, draft):
        number, maker = under_way(deps, 3, draft)
        gateway.drafts["d1"] = read_news([{**GOOD[0], "title": "改过"}])
        run(deps)
        assert (gateway.masses, states(deps, number)) == ([], {"queued": 3})
        paused = campaign(deps, number)
        assert (paused.state, paused.paused_because) == ("paused", "news_changed")
        assert kinds(deps) == ["news_changed"]
        gateway.drafts["d1"] = read_news(GOOD)
        campaigns.resume(deps, maker, number)
        run(deps)
        assert states(deps, number) == {"sent": 3}
        assert kinds(deps) == []

    def test_a_draft_that_is_gone_before_the_first_list_is_not_made_again(
        self, deps, gateway, draft
    ):
        number, _ = under_way(deps, 3, draft)
        gateway.drafts.clear()
        run(deps)
        assert (gateway.masses, gateway.drafts_made) == ([], [])
        assert campaign(deps, number).paused_because == "news_changed"

    @pytest.mark.parametrize(
        ("failure", "state"),
        [
            (PlatformUnreachable(), "sending"),
            (refusal(-1), "sending"),
            (refusal(45009), "sending"),
            (refusal(48001), "paused"),
            (refusal(47001), "paused"),
        ],
    )
    def test_nobody_is_lost_where_the_draft_cannot_be_read(
        self, deps, gateway, draft, monkeypatch, failure, state
    ):
        number, _ = under_way(deps, 3, draft)
        monkeypatch.setattr(gateway, "news", raising(failure))
        broadcasting.send_batch_due(deps)
        broadcasting.send_batch_due(deps)
        assert (gateway.masses, states(deps, number)) == ([], {"queued": 3})
        assert campaign(deps, number).state == state


def raising(failure):
    def fail(_media_id):
        raise failure

    return fail


def kinds(deps):
    with deps.sessions() as session:
        return list(session.scalars(select(Incident.kind).where(Incident.closed_at.is_(None))))
