"""Questions that the account answers from the first day, and the words of somebody in distress."""

import re
from typing import Literal

from app.dialogue.words import squash

Distress = Literal["despair", "cheated", "debt"]
_DISTRESS: tuple[tuple[Distress, re.Pattern[str]], ...] = (
    (
        "despair",
        re.compile(
            r"不想活|想死|活不下去|活不了|自杀|轻生|寻死|跳楼|结束生命|撑不下去|走投无路|没法活|"
            r"活着没意思"
        ),
    ),
    (
        "cheated",
        re.compile(
            r"被骗|骗了我|被诈骗|遇到诈骗|遇到骗子|上当了|刷流水|[要让]我转账|解冻费|保证金"
        ),
    ),
    (
        "debt",
        re.compile(
            r"还不起|还不上|没钱还|没能力还|无力偿还|还不了款|催收|被催|爆通讯录|上门要债|威胁我|恐吓"
        ),
    ),
)
_NOT_DISTRESS = re.compile(r"如果还不|万一还不|还不[上起](会|怎么)|会不会被骗|怕被骗|不会被骗")
_COMPLAINT = re.compile(r"投诉|举报你|12378|银保监|金融监管局|律师函|起诉你")
_BORROWING = re.compile(r"借|贷|额度|测额|资金周转|用钱|急用")
_PRIVATE_NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dx]|\d{16,19})(?!\d)")
_TOPICS = (
    ("credit_report", r"(上|进|报|记)(不上|不进)?到?(个人|央行)?征信|影响征信"),
    ("credit_query", r"查.{0,4}征信|看.{0,2}征信|征信.{0,3}[查吗么要会]|要征信|^征信$"),
    ("early", r"提前(还|结清)|早点还"),
    ("fees", r"手续费|服务费|工本费|收费|中介费|前期费|费用|先交钱|要交钱|砍头息|担保费"),
    ("interest", r"利息|利率|年化|怎么算息|日息|月息|几个点|多少息"),
    ("speed", r"放款|到账|多久下款|下款|几天能到|多久能拿到"),
    ("repay", r"怎么还|如何还|还款方式|还款日|几号还|等额本息|先息后本"),
    ("where", r"哪里办|在哪办|去哪办|怎么签|线下|门店|地址在|你们在哪|营业厅|网点"),
    ("delete", r"怎么删|如何删|能不能删|可以删|保存多久|存多久|怎么注销|泄露|卖.{0,4}信息"),
    (
        "genuine",
        r"真的[吗假么还]|真假|是不是真|是真的|骗子|被骗|诈骗|靠谱|正规|合法|官方[吗的]|什么公司",
    ),
)
TOPICS = tuple(f"answers.{name}" for name, _ in _TOPICS)
"""The copy keys of the stock answers, which operators may replace."""
_PATTERNS = tuple((f"answers.{name}", re.compile(words)) for name, words in _TOPICS)


def find_distress(text: str) -> Distress | None:
    """Return what need somebody may be in: despair, cheated, unable to pay or pressed."""
    squashed = squash(text)
    if _NOT_DISTRESS.search(squashed):
        return None
    return next((kind for kind, words in _DISTRESS if words.search(squashed)), None)


def wants_to_borrow(text: str) -> bool:
    """Tell whether a whole sentence asks for what the check is for (想借5万块钱)."""
    return bool(_BORROWING.search(squash(text)))


def is_complaint(text: str) -> bool:
    """Tell whether the words complain about us."""
    return bool(_COMPLAINT.search(squash(text)))


def find_topic(text: str) -> str | None:
    """Return the copy key of what is said to a question people always ask, or to an ID sent."""
    if _PRIVATE_NUMBER.search(text.replace(" ", "").lower()):
        return "answers.private_number"
    squashed = squash(text)
    return next((key for key, words in _PATTERNS if words.search(squashed)), None)
