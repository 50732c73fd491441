"""What operators released is read whole, or what we ship is said instead."""

from app.dialogue.editions import edition_from


def test_what_cannot_be_understood_says_what_we_ship():
    broken = {"welcome": {"greeting": 7, "strange": True}, "answers": [], "keywords": {"rules": 1}}
    assert edition_from(broken) == edition_from({})


def test_one_broken_kind_leaves_the_others_as_they_were_released():
    greeting = edition_from({"welcome": {"greeting": "您好！"}, "answers": "?"}).greeting
    assert greeting == "您好！"
