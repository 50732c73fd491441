"""What lawyers read: every message outside the form, rendered with sample values, word for word.

A golden file that is missing is written and the test fails once: review it, then keep it.
"""

import json
from pathlib import Path

import pytest

from app.copybook import FIELD_LIMIT_CHARACTERS, Copybook, House, Lender
from app.dialogue.options import after_outcome
from app.dialogue.types import Known, Say
from scoring.reasons import CHANGE_CODES, REASON_CODES
from tests.unit.copy.samples import NOW, PARAMS, SAMPLES

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden")
HOUSE = House(
    lender=Lender(
        full_name="示例小额贷款有限公司（演示）",
        short_name="示例小贷",
        phone="400-000-0000",
        complaint_url="https://lender.test/complaint",
        is_demonstration=True,
    ),
    public_url="https://lender.test",
    privacy_url="https://lender.test/privacy",
    staff_hours="工作日9:00–18:00",
    retention_days=90,
    hotlines={"fraud": "96110", "despair": "12356"},
)
CASES = [(key, variant) for key, variants in SAMPLES.items() for variant in variants]
# Parts of a conversation in which the lender has just been named.
UNSIGNED = {
    *("quota.pending", "late.reply", "late.outcome", "inbox.rate", "test.words"),
    *(
        "rights.correct_tap",
        "rights.correct_recorded",
        "rights.restrict_recorded",
    ),
}


@pytest.fixture(scope="module")
def copybook():
    return Copybook(ROOT / "templates" / "messages", HOUSE, option_links=True)


def text_of(copybook, key, variant=""):
    return copybook.render(Say(key, SAMPLES[key][variant]))


def assert_golden(path, text):
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        pytest.fail(f"{path.name} is new: review what was written, then run again")
    assert text + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("key", "variant"), CASES)
def test_the_words_are_those_that_were_reviewed(copybook, key, variant):
    area, _, name = key.partition(".")
    file = f"{name}.{variant}.txt" if variant else f"{name}.txt"
    assert_golden(GOLDEN / area / file, text_of(copybook, key, variant))


@pytest.mark.parametrize("area", ["reason", "change"])
def test_every_code_of_a_decision_has_reviewed_words(copybook, area):
    codes = REASON_CODES if area == "reason" else CHANGE_CODES
    lines = []
    for code, names in codes.items():
        params = {name: PARAMS[name] for name in names}
        words = copybook.render(Say(f"{area}.{code}", {area: {"params": params}}))
        lines.append(f"{code}: {words}")
    assert {key for key in copybook.keys if key.startswith(f"{area}.")} == {
        f"{area}.{code}" for code in codes
    }
    assert_golden(GOLDEN / area / "all.txt", "\n".join(lines))


@pytest.mark.parametrize("code", REASON_CODES)
def test_a_reason_can_be_told_when_nothing_was_answered(copybook, code):
    params = dict.fromkeys(REASON_CODES[code])
    params = {name: PARAMS[name] if isinstance(PARAMS[name], int) else None for name in params}
    words = copybook.render(Say(f"reason.{code}", {"reason": {"params": params}}))
    assert words.strip()


@pytest.mark.parametrize(("key", "variant"), CASES)
def test_words_fit_their_channel_with_their_options_and_links(copybook, key, variant):
    quota = "approved" if "approved" in (key + variant) else "declined"
    options = after_outcome(Known(quota=quota, may_promise_tomorrow=True))
    text = copybook.render(Say(key, SAMPLES[key][variant], options))
    assert len(text.encode()) <= 2000
    assert "weixin://" in text


@pytest.mark.parametrize(("key", "variant"), CASES)
def test_every_message_names_its_demonstration_lender_as_such(copybook, key, variant):
    text = text_of(copybook, key, variant)
    is_signed = HOUSE.lender.full_name in text
    assert is_signed is not (key in UNSIGNED or (key, variant) == ("quota.mine", "pending"))


def test_the_annual_rate_comes_first_among_the_money_facts_on_a_line_of_its_own(copybook):
    lines = text_of(copybook, "quota.approved").splitlines()
    rate = next(place for place, line in enumerate(lines) if "年化" in line)
    assert lines[rate] == "年化综合成本：12%～18%（IRR口径，含利息和全部费用）"
    assert not any("元" in line or "%" in line for line in lines[:rate])


@pytest.mark.parametrize("key", ["quota.approved", "quota.declined", "review.told_declined"])
def test_an_outcome_is_explained_and_can_be_disputed(copybook, key):
    text = text_of(copybook, key)
    for needed in ("400-000-0000", "https://lender.test/complaint", "①"):
        assert needed in text


@pytest.mark.parametrize(("key", "variant"), CASES)
def test_nothing_promises_or_lures(copybook, key, variant):
    # 金融产品网络营销管理办法 art. 10 (in force 2026-09-30), and "低至" by the loan guidance.
    text = text_of(copybook, key, variant)
    for word in ("低至", "秒", "必下", "门槛", "已批", "获得额度", "最高可", "免息", "恭喜", "抢"):
        assert word not in text


def test_a_later_message_is_promised_only_when_there_is_a_channel(copybook):
    for key in ("quota.pending", "quota.in_review", "review.opened"):
        assert "发到这里" in text_of(copybook, key)
        assert "发到这里" not in text_of(copybook, key, "untold")
    # The staff may find the window closed: the person is told how to open it.
    assert "在这里发一句话就能接着办" in text_of(copybook, "handover.opened")


def test_the_reminder_of_tomorrow_names_no_amount(copybook):
    assert "元" not in text_of(copybook, "reminder.tomorrow")


@pytest.mark.parametrize("name", ["progress", "letter"])
def test_a_template_is_short_and_names_no_amount(copybook, name):
    fields = copybook.fields(f"template.{name}", at=NOW)
    assert_golden(GOLDEN / "template" / f"{name}.txt", json.dumps(fields, ensure_ascii=False))
    assert fields["time3"] == "2026年11月23日 11:20"
    assert all(len(words) <= FIELD_LIMIT_CHARACTERS for words in fields.values())
    assert not any("元" in words for words in fields.values())
