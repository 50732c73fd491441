import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire import NotXml, build, field, parse

XML_TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
)


@given(XML_TEXT)
def test_any_text_comes_back_from_xml_as_it_went_in(text):
    assert field(parse(build({"Content": text})), "Content") == text


@given(st.text(alphabet=st.characters()))
def test_whatever_is_typed_becomes_well_formed_xml(text):
    assert [child.tag for child in parse(build({"Content": text}))] == ["Content"]


def test_a_text_cannot_break_out_of_its_cdata():
    root = parse(build({"Content": "a]]><MsgType>event</MsgType>", "MsgType": "text"}))
    assert [child.tag for child in root] == ["Content", "MsgType"]


def test_numbers_are_bare_and_lists_become_items():
    assert build({"N": 1, "L": [{"A": "x"}, {"A": "y"}]}) == (
        "<xml><N>1</N><L><item><A><![CDATA[x]]></A></item><item><A><![CDATA[y]]></A></item></L></xml>"
    )


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>',
        "<!DOCTYPE xml><xml/>",
        "<html></html>",
        "{}",
        "",
        "<xml>",
    ],
)
def test_what_is_not_the_platforms_xml_is_refused(text):
    with pytest.raises(NotXml):
        parse(text)
