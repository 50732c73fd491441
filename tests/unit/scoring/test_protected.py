"""What may not decide about people is known by its names, and refused where it counts."""

import pytest

from scoring.protected import (
    NOT_TO_PUBLISH,
    ProtectedInput,
    check_publishing,
    check_training,
    find_protected,
    normalised,
    protected_data,
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SEX", "sex"),
        ("CODE_GENDER", "sex"),
        ("codeGender", "sex"),
        ("applicant sex 1", "sex"),
        ("客户性别", "sex"),
        ("性 别", "sex"),
        ("ＧＥＮＤＥＲ", "sex"),
        ("ethnic-group", "ethnicity"),
        ("民族代码", "ethnicity"),
        ("Religión", "religion"),
        ("宗教信仰", "religion"),
        ("PhoneModel", "device"),
        ("运营商", "device"),
        ("wechat.nickname", "profile"),
        ("health_status", "health"),
        ("is_disabled2", "health"),
        ("籍贯", "birthplace"),
        ("marital_status", "family"),
        ("婚姻状况", "family"),
        ("age", "age"),
        ("age_band", "age"),
        ("addr_state", "region"),
        ("省份", "region"),
    ],
)
def test_a_protected_column_is_known_however_it_is_written(name, code):
    assert [hit.code for hit in find_protected([name])] == [code]


@pytest.mark.parametrize(
    "name",
    [
        *("age_of_oldest_account", "loan_age_months", "average_balance", "Essex_branch_count"),
        *("income_band", "debt_band", "tenure", "credit_record", "amount_to_income_pct"),
        *("X1", "f_017", "statement_total", "months_since_open", "racecar_value", "收入", "负债"),
    ],
)
def test_an_ordinary_column_is_let_be(name):
    assert find_protected([name]) == ()


def test_every_name_in_the_file_is_found_and_has_a_source():
    for row in protected_data().rows:
        assert row.source
        for name in (*row.words, *row.names):
            assert normalised(name) == name
            assert find_protected([name.upper()]), name


def test_research_trains_with_notes_and_our_own_cards_are_refused():
    assert check_training(find_protected(["X1", "income"]), "any") == ()
    hits = find_protected(["SEX", "income", "province"])
    research, asked = check_training(hits, "any")
    assert research.startswith(f"{NOT_TO_PUBLISH}: SEX")
    assert "only with a reason in the impact assessment: province" in asked
    for kind in ("person", "firm"):
        with pytest.raises(ProtectedInput, match="SEX"):
            check_training(hits, kind)
        assert check_training(find_protected(["province"]), kind) == (asked,)


def test_publishing_lets_a_region_pass_with_a_reason_and_a_sex_never():
    check_publishing(["income", "tenure"])
    with pytest.raises(ProtectedInput, match="province"):
        check_publishing(["income", "province"])
    check_publishing(["income", "province"], reasons={"region"})
    with pytest.raises(ProtectedInput, match="gender"):
        check_publishing(["gender"], reasons={"sex"})


def test_what_was_trained_for_research_is_never_published_whatever_it_is_called():
    notes = (
        "Two columns left out.",
        f"{NOT_TO_PUBLISH}: x7 (proxy: stands for sex = f, AUC 0.91).",
    )
    with pytest.raises(ProtectedInput, match="x7"):
        check_publishing(["x7"], notes)
