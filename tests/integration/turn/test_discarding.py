"""不提交并删除: the answers go, the person stays, and the next form starts empty."""

from sqlalchemy import select, text

from app.deps import Deps
from app.store.enquiries import Enquiry
from app.store.people import Person
from tests.builders import fill, say


def test_answers_that_are_not_handed_in_are_gone_and_the_person_stays(deps: Deps) -> None:
    fill(deps)
    with deps.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM answers")) > 0
    say(deps, "4")
    with deps.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM answers")) == 0
        assert session.scalars(select(Enquiry)).all() == []
        assert session.scalars(select(Person.state)).all() == ["active"]
    assert "第1题" in say(deps, "测额度", "同意").replace(" ", "")
