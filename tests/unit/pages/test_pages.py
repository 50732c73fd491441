"""The public pages say everything they must, load nothing from elsewhere, and run no script."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.dialogue.forms.catalogue import FORMS

ROOT = Path(__file__).parents[3]
LENDER = {
    "full_name": "示例小额贷款有限公司（演示）",
    "phone": "400-000-0000",
    "is_demonstration": True,
    "licence_number": "演示-0001",
    "approving_authority": "某市地方金融管理局",
}
EVERYWHERE = {
    "lender": LENDER,
    "staff_hours": "工作日9:00–18:00",
    "retention": {"lead_days": 90, "unfinished_days": 30, "consent_years": 3, "contact_years": 5},
    "export_minutes": 30,
    "note_days": 1,
    "review_days": 2,
    "rights_days": 15,
    "hotlines": {"fraud": "96110", "despair": "12356", "regulator": "12378"},
}
ROWS = [
    {
        "title": question.title,
        "why": question.why,
        "who": "",
        "is_sensitive": question.sensitive,
        "is_optional": question.optional,
        "kept": "最后联系后 90 天",
        "recipient": "不提供给他人",
    }
    for form in FORMS.forms
    for question in form.questions
]
PAGES = {
    "privacy": {
        "rows": ROWS,
        "notice": {"version": "1", "hash": "ab" * 32, "published_on": "2026年11月23日"},
    },
    "complaint": {},
    "export": {
        "made_at": "2026年11月23日 11:20",
        "expires_at": "2026年11月23日 11:50",
        "download_url": "/export/token.json",
        "sections": [
            {"title": "填过的内容", "columns": ["题目", "回答"], "rows": [["用途", "<b>装修</b>"]]},
            {"title": "留言", "columns": ["内容"], "rows": []},
        ],
    },
}


@pytest.fixture(scope="module")
def rendered():
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return {
        name: environment.get_template(f"pages/{name}.html").render(**EVERYWHERE, **values)
        for name, values in PAGES.items()
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_only_our_stylesheet_and_runs_no_script(rendered, name):
    page = rendered[name]
    assert not re.search(r"<script|javascript:|\son\w+=|https?://", page)
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', page) == ["/static/site.css"]
    assert 'name="referrer" content="no-referrer"' in page, "an export's address must not leak"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_the_lender_as_a_demonstration_and_how_to_reach_it(rendered, name):
    page = rendered[name]
    for needed in (LENDER["full_name"], "演示用的虚构机构", LENDER["phone"], "量力而行"):
        assert needed in page


def test_the_privacy_page_lists_every_question_with_its_reason(rendered):
    for row in ROWS:
        assert row["title"] in rendered["privacy"]
        assert row["why"] in rendered["privacy"]
    sensitive = sum(row["is_sensitive"] for row in ROWS)
    assert rendered["privacy"].count("敏感，单独同意") == sensitive


def test_the_privacy_page_names_every_right_as_the_words_to_send(rendered):
    for words in ("导出我的数据", "修改", "删除我的数据", "为什么", "人工复核", "不再推送", "人工"):
        assert f"<dt>{words}</dt>" in rendered["privacy"]


def test_the_complaint_page_warns_of_fraud_and_names_who_helps(rendered):
    for needed in ("96110", "12356", "12378", "不收任何费用", LENDER["approving_authority"]):
        assert needed in rendered["complaint"]


def test_a_person_s_own_words_stay_text_on_the_export(rendered):
    assert "&lt;b&gt;装修&lt;/b&gt;" in rendered["export"]


def test_the_stylesheet_is_our_own_and_loads_nothing():
    sheet = (ROOT / "static" / "site.css").read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(", sheet)
