"""`flask campaigns` and `flask account`, as the contract has them."""

import json

import pytest

from app.core.access import Role
from app.services import delivery
from handlers.factory import create_app
from tests.builders import OPENID, follows, hear
from tests.console import an_operator
from tests.integration.campaigns.planning import plan
from tests.integration.segments.people import someone


@pytest.fixture
def run(deps):
    runner = create_app(deps).test_cli_runner()

    def call(*words):
        return runner.invoke(args=[str(word) for word in words])

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "campaign.json"
    path.write_text(json.dumps(plan()), encoding="utf-8")
    return path


def test_a_campaign_is_planned_rehearsed_approved_launched_and_ended(deps, run, file):
    someone(deps), someone(deps)
    an_operator(deps, Role.OPERATOR, name="maker")
    an_operator(deps, Role.APPROVER, name="checker")
    campaign = run("campaigns", "plan", file, "--by", "maker").output.strip()
    assert campaign.isdecimal()
    early = run("campaigns", "approve", campaign, "--by", "checker")
    assert (early.exit_code, "not been rehearsed" in early.output) == (1, True)
    found = json.loads(run("campaigns", "rehearse", campaign, "--json").output)
    assert (found["audience"], found["people"]) == (2, 2)
    assert [one["content"] for one in found["sample"]] == [plan()["content"]] * 2
    assert "2 people would get it" in run("campaigns", "rehearse", campaign).output
    assert run("campaigns", "approve", campaign, "--by", "maker").exit_code == 1
    assert run("campaigns", "approve", campaign, "--by", "checker").output == "Approved.\n"
    assert run("campaigns", "launch", campaign).output == "Launched to 2 people.\n"
    assert run("campaigns", "pause", campaign).output == "Paused.\n"
    assert run("campaigns", "resume", campaign, "--by", "maker").output == "Resumed.\n"
    assert run("campaigns", "cancel", campaign).output == "Cancelled.\n"
    told = json.loads(run("campaigns", "status", campaign, "--json").output)
    assert (told["state"], told["skipped"]) == ("cancelled", {"cancelled": 2})
    assert "skipped: cancelled" in run("campaigns", "status", campaign).output


def test_every_mistake_is_told_and_the_status_is_one(deps, run, tmp_path):
    an_operator(deps, Role.OPERATOR, name="maker")
    path = tmp_path / "campaign.json"
    path.write_text(json.dumps({"name": "", "channel": "pigeon"}), encoding="utf-8")
    refused = run("campaigns", "plan", path, "--by", "maker")
    assert refused.exit_code == 1
    assert all(f"  - {one}: " in refused.output for one in ("name", "class", "channel", "segment"))
    path.write_text("{", encoding="utf-8")
    assert "is not JSON" in run("campaigns", "plan", path, "--by", "maker").output


def test_an_unknown_campaign_is_told_in_a_sentence(run):
    for act in ("rehearse", "launch", "pause", "resume", "cancel", "status"):
        told = run("campaigns", act, 0)
        assert (told.exit_code, told.output) == (1, "Error: No campaign 0.\n")


def test_a_planned_campaign_is_scheduled(deps, run, tmp_path):
    someone(deps), someone(deps)
    an_operator(deps, Role.OPERATOR, name="maker")
    an_operator(deps, Role.APPROVER, name="checker")
    path = tmp_path / "campaign.json"
    raw = plan(schedule={"at": "2099-01-01T10:00"})
    path.write_text(json.dumps(raw), encoding="utf-8")
    campaign = run("campaigns", "plan", path, "--by", "maker").output.strip()
    run("campaigns", "rehearse", campaign)
    run("campaigns", "approve", campaign, "--by", "checker")
    assert run("campaigns", "launch", campaign).output == "Scheduled.\n"


def test_the_account_is_limited_to_guests_and_opened_again(deps, run):
    assert "Nobody has written" in run("account", "trial", "--guest", "oA").output
    hear(deps, follows(deps))
    assert run("account", "trial", "--guest", "oA", "--guest", "oB").output == "Trial: 2 guests.\n"
    assert run("account", "trial", "--guest", "oA", "oB", "oC").output == "Trial: 3 guests.\n"
    assert run("account", "open").output == "Open.\n"


def test_a_campaign_is_tried_on_who_has_linked_an_account(deps, run, file, gateway):
    an_operator(deps, Role.OPERATOR, name="maker")
    hear(deps, follows(deps))
    campaign = run("campaigns", "plan", file, "--by", "maker").output.strip()
    alone = run("campaigns", "test", campaign, "--by", "maker")
    assert (alone.exit_code, "linked" in alone.output) == (1, True)
    assert run("operators", "link", "maker", "--openid", OPENID).output == "Linked.\n"
    assert "maker  operator" in run("operators", "list").output
    assert "gets tests" in run("operators", "list").output
    assert run("campaigns", "test", campaign, "--by", "maker").output.startswith("1 test message ")
    delivery.deliver_due(deps)
    assert [to for to, _ in gateway.previews] == [OPENID]
    assert run("operators", "link", "maker").output == "Not linked any more.\n"
