"""The preliminary form for persons, version 1."""

from app.dialogue.forms.common import AGE_BAND, CREDIT_RECORD, REGION, SITUATION, TERM_CHOICES
from app.dialogue.schema import Choice, Form, Question, Unless

PURPOSE = Question(
    key="purpose",
    reader="choice",
    title="借款用途",
    why="贷款用途要写进合同，有些用途按规定不能借",
    free="other",
    choices=(
        Choice("renovation", "装修家电", ("装修", "家电", "家具", "房子装修", "买家具")),
        Choice("education", "教育培训", ("教育", "培训", "学费", "考证", "孩子上学")),
        Choice("medical", "医疗", ("看病", "治病", "手术", "医药费", "住院", "牙")),
        Choice(
            "daily",
            "日常消费",
            ("日常", "消费", "生活费", "生活", "购物", "买手机", "旅游", "结婚", "买东西", "过年"),
        ),
        Choice(
            "investment",
            "投资炒股",
            (
                "投资",
                "炒股",
                "股票",
                "基金",
                "理财",
                "期货",
                "虚拟币",
                "炒币",
                "比特币",
                "彩票",
                "赌",
            ),
        ),
        Choice(
            "repay_other",
            "还别处的借款",
            (
                "还房贷",
                "还车贷",
                "还借款",
                "还欠款",
                "还账",
                "还款",
                "还债",
                "还贷",
                "还信用卡",
                "还网贷",
                "还花呗",
                "还借呗",
                "还别的",
                "周转还款",
                "以贷养贷",
                "还钱",
            ),
        ),
        Choice("other", "其他，打字告诉我", ("其他", "其它", "别的")),
    ),
    stops={"investment": "forbidden_purpose", "repay_other": "forbidden_purpose"},
)

AMOUNT = Question(
    key="amount_fen",
    reader="amount",
    title="想借的金额",
    why="估算的额度不会超过您想借的金额，也要看您还得起多少",
    measure="yuan",
    choices=(
        Choice("to_1w", "1万以内", value=1_000_000),
        Choice("1_3w", "1–3万", value=3_000_000),
        Choice("3_5w", "3–5万", value=5_000_000),
        Choice("5_10w", "5–10万", value=10_000_000),
    ),
)

TERM = Question(
    key="term_months",
    reader="term",
    title="期限",
    why="期限决定每期要还多少",
    measure="months",
    choices=TERM_CHOICES,
)

TENURE = Question(
    key="tenure",
    reader="choice",
    title="工作年限",
    why="工作稳定的时间越长，收入越好估算",
    measure="months",
    hidden=(Unless("situation", frozenset({"unemployed"})),),
    choices=(
        Choice(
            "lt_6m",
            "不到半年",
            ("刚入职", "刚来", "试用期", "没多久", "半年以内"),
            at_least=0,
            below=6,
        ),
        Choice("6_12m", "半年–1年", ("半年到一年", "大半年", "半年多"), at_least=6, below=12),
        Choice("1_3y", "1–3年", ("一到三年", "一年多", "两年多"), at_least=12, below=36),
        Choice(
            "gt_3y",
            "3年以上",
            ("三年以上", "好多年", "很多年", "三年多", "好几年", "很久"),
            at_least=36,
            below=1200,
        ),
    ),
)

INCOME_BAND = Question(
    key="income_band",
    reader="choice",
    title="每月到手收入",
    why="用来估算您每月还得起多少；只问范围，不需要证明",
    measure="yuan",
    sensitive=True,
    choices=(
        Choice("lt_4k", "4千以下", ("没有收入", "没收入", "没有"), at_least=0, below=4_000),
        Choice("4_6k", "4–6千", at_least=4_000, below=6_000),
        Choice("6_8k", "6–8千", at_least=6_000, below=8_000),
        Choice("8_12k", "8千–1.2万", at_least=8_000, below=12_000),
        Choice("12_20k", "1.2–2万", at_least=12_000, below=20_000),
        Choice("gt_20k", "2万以上", at_least=20_000, below=10_000_000),
    ),
)

DEBT_BAND = Question(
    key="debt_band",
    reader="choice",
    title="每月还贷款和分期",
    why="已有的还款也要算进去，避免负担过重",
    measure="yuan",
    sensitive=True,
    choices=(
        Choice(
            "none",
            "没有",
            (
                "无贷款",
                "暂无",
                "没欠钱",
                "不欠钱",
                "无",
                "没",
                "没有贷款",
                "没贷款",
                "不用还",
                "没有欠款",
                "没欠",
            ),
            at_least=0,
            below=1,
        ),
        Choice("lt_1k", "1千以内", at_least=1, below=1_000),
        Choice("1_3k", "1–3千", at_least=1_000, below=3_000),
        Choice("3_5k", "3–5千", at_least=3_000, below=5_000),
        Choice("gt_5k", "5千以上", at_least=5_000, below=10_000_000),
    ),
)

PERSONAL_1 = Form(
    name="personal",
    version=1,
    questions=(
        AGE_BAND, SITUATION, REGION, PURPOSE, AMOUNT, TERM, TENURE,
        INCOME_BAND, DEBT_BAND, CREDIT_RECORD,
    ),
)  # fmt: skip
