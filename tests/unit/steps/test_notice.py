"""The notice says what the forms ask, and its hash changes with everything it says."""

import json
from dataclasses import dataclass, replace

from app.core.crypto import content_hash
from app.dialogue.forms.catalogue import FORMS
from app.steps.notice import notice_of


@dataclass(frozen=True)
class SomeLender:
    full_name: str = "某某小额贷款有限公司"
    phone: str = "400-111-2222"
    licence_number: str = "0001"
    approving_authority: str = "某地方金融管理局"
    is_demonstration: bool = False


def test_the_hash_is_that_of_the_whole_body():
    notice = notice_of(FORMS, SomeLender())
    assert notice.hash == content_hash(notice.body)
    assert len(notice.hash) == 64


def test_the_same_facts_give_the_same_notice():
    assert notice_of(FORMS, SomeLender()) == notice_of(FORMS, SomeLender())


def test_another_handler_is_another_notice():
    other = replace(SomeLender(), phone="400-333-4444")
    assert notice_of(FORMS, SomeLender()).hash != notice_of(FORMS, other).hash


def test_a_question_more_or_another_reason_is_another_notice():
    before = notice_of(FORMS, None).hash
    form = FORMS.forms[0]
    fewer = replace(FORMS, forms=(replace(form, questions=form.questions[1:]), *FORMS.forms[1:]))
    reworded = replace(form.questions[0], why="别的原因")
    other = replace(
        FORMS,
        forms=(replace(form, questions=(reworded, *form.questions[1:])), *FORMS.forms[1:]),
    )
    assert len({before, notice_of(fewer, None).hash, notice_of(other, None).hash}) == 3


def test_every_question_is_listed_once_with_why_and_how_sensitive():
    rows = json.loads(notice_of(FORMS, None).body)["rows"]
    listed = [(row["title"], row["why"], row["is_sensitive"], row["is_optional"]) for row in rows]
    asked = {
        (question.title, question.why, question.sensitive, question.optional)
        for form in FORMS.newest
        for question in form.questions
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == asked


def test_what_only_one_form_asks_names_whom_it_is_asked():
    rows = json.loads(notice_of(FORMS, None).body)["rows"]
    whose = {row["title"]: row["who"] for row in rows}
    assert whose["年龄段"] == ""
    assert whose["工作年限"] == "个人"
    assert whose["行业"] == "个体户、企业主"


def test_the_notice_holds_the_page_as_it_is_worded():
    assert "您的权利" in json.loads(notice_of(FORMS, None).body)["page"]
