import time

import pytest

from app.dialogue.forms.catalogue import FORMS
from app.dialogue.readers.agreement import read_agreement
from app.dialogue.readers.answers import read_answer
from app.dialogue.readers.choices import option_number
from app.dialogue.readers.reading import Got, Missed, Which
from app.dialogue.readers.regions import city_name, city_with_province

PERSON = FORMS.current
FIRM = FORMS.find("business", 1)


def read(key, words, form=PERSON):
    question = form.find(key) or FIRM.find(key)
    return read_answer(question, words)


@pytest.mark.parametrize(
    ("words", "yuan"),
    [
        ("五万", 50_000), ("5w", 50_000), ("5W", 50_000), ("5万元", 50_000), ("5.5万", 55_000),
            ("50,000", 50_000),
        ("五十万左右", 500_000), ("３万", 30_000), ("3万5", 35_000), ("三万五", 35_000),
            ("3万5千", 35_000),
        ("8千", 8_000), ("8k", 8_000), ("50000块", 50_000), ("12万多", 120_000), ("三点五万",
            35_000), ("伍万圆", 50_000),
        ("5萬", 50_000), ("30000.00", 30_000), ("大概3w左右吧", 30_000), ("想借两万", 20_000),
            ("俩万", 20_000),
        ("50 000", 50_000), ("一万二", 12_000), ("1–3万", 30_000), ("1-3万", 30_000), ("1万以内",
            10_000), ("100万", 1_000_000), ("十来万", 100_000), ("100多万", 1_000_000),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(words, yuan):
    assert read("amount_fen", words) == Got(yuan * 100)


@pytest.mark.parametrize(
    ("words", "yuan"),
    [
        ("两三万", (20_000, 30_000)), ("2到3万", (20_000, 30_000)), ("2-4万", (20_000, 40_000)),
            ("二三十万", (200_000, 300_000)),
        ("5", (50_000,)), ("20", (200_000,)), ("2万或者3万", (20_000, 30_000)), ("十二三万",
            (120_000, 130_000)), ("十几万", (110_000, 190_000)),
    ],
)  # fmt: skip
def test_an_amount_that_may_be_several_is_asked_back(words, yuan):
    assert read("amount_fen", words) == Which(tuple(one * 100 for one in yuan))


@pytest.mark.parametrize(
    "words",
    ["随便", "-5万", "5元", "13812345678", "0", "", "。", "万", "1亿", "越多越好", "1.2.3万"],
)
def test_what_is_no_amount_is_missed(words):
    assert read("amount_fen", words) == Missed()


@pytest.mark.parametrize(
    ("words", "yuan", "months"),
    [
        ("3万 一年", 30_000, 12),
        ("3万，分12期", 30_000, 12),
        ("借2万半年还", 20_000, 6),
        ("一年 5w", 50_000, 12),
    ],
)
def test_amount_and_term_are_read_from_one_message(words, yuan, months):
    assert read("amount_fen", words) == Got(yuan * 100, others=(("term_months", months),))


def test_a_term_that_is_too_long_does_not_come_along_with_an_amount():
    assert read("amount_fen", "3万 五年") == Got(3_000_000)


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("半年", 6), ("一年", 12), ("18个月", 18), ("三年", 36), ("12期", 12), ("一年半", 18),
            ("12", 12), ("1.5年", 18),
        ("十八个月", 18), ("一个季度", 3), ("两个季度", 6), ("两年", 24), ("36", 36),
            ("２４个月", 24), ("6個月", 6), ("六个月", 6),
    ],
)  # fmt: skip
def test_terms_are_read_as_people_write_them(words, months):
    assert read("term_months", words) == Got(months)


@pytest.mark.parametrize(
    ("words", "months"),
    [("6-12个月", (6, 12)), ("两三年", (24, 36)), ("一两年", (12, 24)), ("三五年", (36,))],
)
def test_a_term_that_may_be_several_is_asked_back(words, months):
    assert read("term_months", words) == Which(months)


@pytest.mark.parametrize("words", ["五年", "随便", "0个月", "1.3个月", "", "永远", "100年"])
def test_what_is_no_term_is_missed(words):
    assert read("term_months", words) == Missed()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("浙江杭州", "330100"), ("杭州", "330100"), ("北京朝阳", "110100"), ("杭州市", "330100"),
            ("杭洲?", "330100"), ("深镇", "440300"),
        ("吉林长春", "220100"), ("吉林市", "220200"), ("昆山", "320500"), ("义乌", "330700"),
            ("乌鲁木奇", "650100"), ("恩施", "422800"),
        ("我在上海浦东上班", "310100"), ("浙江省杭州市西湖区文三路100号", "330100"), ("香港",
            "810000"), ("重庆", "500100"),
        ("内蒙古呼和浩特", "150100"), ("西双版纳", "532800"), ("济源", "419001"), ("延边",
            "222400"), ("新疆伊犁", "654000"),
        ("辽宁朝阳", "211300"), ("临平", "330100"), ("莱芜", "370100"), ("和安县", "653200"),
            ("甘孜", "513300"), ("石河子", "659001"), ("西安", "610100"), ("中山", "442000"),
                ("雄安", "130600"), ("呼市", "150100"),
        ("临夏", "622900"), ("白沙", "469025"), ("杭 州", "330100"),
    ],
)  # fmt: skip
def test_cities_are_read_as_people_name_them(words, code):
    assert read("region", words) == Got(code)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("朝阳", (110100, 211300, 220100)),
        ("鼓楼区", (320100, 320300, 350100, 410200)),
        ("杭卅", (330100,)),
    ],
)
def test_a_place_that_may_be_several_is_asked_back(words, codes):
    assert read("region", words) == Which(codes)


@pytest.mark.parametrize(
    "words",
    [
        "火星",
        "内蒙",
        "广东",
        "海南",
        "吉林",
        "abc",
        "",
        "杭",
        "不告诉你",
        "哪里都行啊这个问题好奇怪",
    ],
)
def test_what_is_no_city_is_missed(words):
    assert read("region", words) == Missed()


def test_campus_words_in_an_answer_are_passed_on():
    assert read("region", "杭州电子科技大学") == Got("330100", words="大学")
    assert read("purpose", "交大学学费").words == "大学"


def test_a_city_that_is_no_longer_listed_is_shown_as_it_is():
    assert (city_name("330100"), city_name("999999"), city_name("?")) == ("杭州", "999999", "?")
    assert city_with_province(999999) == "999999"


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        ("age_band", "28", "25_34"), ("age_band", "28岁", "25_34"), ("age_band", "18–24",
            "18_24"), ("age_band", "18-24", "18_24"),
        ("age_band", "我今年四十五岁", "45_54"), ("age_band", "17岁", "under_18"), ("age_band",
            "未成年", "under_18"), ("age_band", "60", "55_plus"),
        ("situation", "上班", "employed"), ("situation", "我在公司上班", "employed"),
            ("situation", "送外卖", "freelance"),
        ("situation", "开店的老板", "owner"), ("situation", "自由职页", "freelance"),
            ("situation", "大学生", "student"),
        ("situation", "个体工商户", "owner"), ("situation", "没工作", "unemployed"),
            ("situation", "不是学生，在职", "employed"),
        ("purpose", "装修房子", "renovation"), ("purpose", "给孩子交学费", "education"),
            ("purpose", "看病", "medical"),
        ("purpose", "炒股", "investment"), ("purpose", "还信用卡", "repay_other"), ("purpose",
            "买彩票", "investment"),
        ("tenure", "2年", "1_3y"), ("tenure", "五年多", "gt_3y"), ("tenure", "8个月", "6_12m"),
            ("tenure", "刚入职", "lt_6m"), ("tenure", "半年", "6_12m"),
        ("tenure", "三年以上", "gt_3y"), ("tenure", "1–3年", "1_3y"),
        ("income_band", "8500", "8_12k"), ("income_band", "八千五", "8_12k"), ("income_band",
            "1万2", "12_20k"), ("income_band", "3千块", "lt_4k"),
        ("income_band", "5k", "4_6k"), ("income_band", "8千–1.2万", "8_12k"),
        ("debt_band", "没有", "none"), ("debt_band", "没有贷款", "none"), ("debt_band", "两千",
            "1_3k"), ("debt_band", "500元", "lt_1k"), ("debt_band", "0元", "none"),
        ("credit_record", "没有逾期", "clean"), ("credit_record", "没逾期过", "clean"),
            ("credit_record", "以前有过，还清了", "settled"),
        ("credit_record", "现在逾期", "overdue_now"), ("credit_record", "不想说", "skipped"),
        ("industry", "开小超市", "F"), ("industry", "修车", "O"), ("industry", "我开火锅店的",
            "H"), ("industry", "五金加工厂", "C"), ("industry", "开诊所", "Q"),
        ("industry", "养猪", "A"), ("industry", "拉货", "G"), ("industry", "健身房", "R"),
        ("headcount", "5人", "h2_9"), ("headcount", "就我自己", "h1"), ("headcount", "十几个人",
            "h10_49"), ("headcount", "60个", "h50_plus"),
        ("revenue_band", "十几万", "100_300k"), ("revenue_band", "8万左右", "50_100k"),
            ("revenue_band", "200万", "gt_1000k"),
        ("firm_debt_band", "一万五", "5_20k"), ("firm_debt_band", "无", "none"), ("debt_band",
            "0", "none"), ("debt_band", "两三千", "1_3k"),
        ("income_band", "五六千", "4_6k"), ("income_band", "6k-8k", "6_8k"), ("tenure",
            "不到一年", "6_12m"),
        ("age_band", "快18岁了", "under_18"), ("headcount", "四五个", "h2_9"), ("headcount",
            "3个", "h2_9"),
        ("revenue_band", "三五万", "20_50k"), ("credit_record", "征信良好", "clean"),
            ("industry", "花店", "F"),
    ],
)  # fmt: skip
def test_choices_are_read_in_the_persons_own_words(key, words, code):
    reading = read(key, words)
    assert isinstance(reading, Got)
    assert reading.value == code


@pytest.mark.parametrize(
    ("key", "words"),
    [("age_band", "不告诉你"), ("age_band", "200岁"), ("situation", "嗯"), ("situation", ""),
        ("income_band", "看情况"), ("headcount", "不一定"), ("tenure", "记不清"), ("situation",
        "不是学生"), ("age_band", "我是")],
)  # fmt: skip
def test_what_names_no_choice_is_missed(key, words):
    assert read(key, words) == Missed()


def test_the_persons_own_words_are_kept_only_for_other_purposes():
    assert read("purpose", "买电动车") == Got("other", words="买电动车")
    assert read("purpose", "其他") == Got("other")
    assert read("purpose", "买房，电话13800138000") == Got("other", words="买房，电话…")
    assert read("purpose", "？？") == Missed()


@pytest.mark.parametrize(
    ("words", "place"),
    [("1", 1), ("２", 2), ("②", 2), ("3.", 3), ("第2个", 2), ("b", 2), ("C", 3), ("选4", 4),
        ("三", 3), ("第十项", 10), ("3个", None), ("十二", None), ("上班", None), ("", None),
            ("z", None)],
)  # fmt: skip
def test_places_are_read_in_digits_letters_and_words(words, place):
    assert option_number(words) == place


@pytest.mark.parametrize(
    "words",
    ["同意", "好的", "可以", "OK", "没问题！", "是的", "行", "单独同意，继续", "嗯嗯", "我同意。"],
)
def test_yes_is_understood(words):
    assert read_agreement(words) is True


@pytest.mark.parametrize(
    "words", ["不同意", "不用了", "算了", "不", "拒绝", "No", "不要！", "先不了"]
)
def test_no_is_understood(words):
    assert read_agreement(words) is False


@pytest.mark.parametrize("words", ["继续", "开始", "随便", "", "什么意思", "同意吗", "不是不同意"])
def test_going_on_is_not_agreeing(words):
    assert read_agreement(words) is None


def test_every_label_of_every_question_is_read_as_itself():
    for form in FORMS.forms:
        for question in form.questions:
            for choice in question.choices:
                reading = read_answer(question, choice.label)
                assert isinstance(reading, Got), choice
                assert reading.value == (choice.code if choice.value is None else choice.value)


def test_reading_the_longest_nonsense_is_fast():
    nonsense = "一二三四五六七八九十百千万亿点零" * 100
    started = time.perf_counter()
    for form in FORMS.forms:
        for question in form.questions:
            read_answer(question, nonsense)
    assert time.perf_counter() - started < 0.2
