"""`flask tags`: the list, and everybody looked at now."""

from app.deps import Deps
from handlers.factory import create_app
from tests.integration.tags.people import a_person, holdings


def test_the_list_names_every_tag_with_its_holders(deps: Deps) -> None:
    runner = create_app(deps).test_cli_runner()
    before = runner.invoke(args=["tags", "list"])
    assert "attributes.firm.size  企业规模  -" in before.output
    a_person(deps)
    assert runner.invoke(args=["tags", "evaluate"]).output.startswith("Set: ")
    after = runner.invoke(args=["tags", "list"])
    assert "behaviour.activity  活跃程度  1" in after.output
    assert ("behaviour.activity", "active", True) in holdings(deps)
