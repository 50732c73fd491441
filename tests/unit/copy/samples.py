"""Sample values for every message that is sent outside a turn of the form."""

from datetime import UTC, date, datetime

from app.dialogue.edition import in_pieces

NOW = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)


def reason(code, direction, **params):
    return {"code": code, "direction": direction, "params": params}


TENURE = reason("tenure_helped", "helped", tenure="3年以上")
RECORD = reason("record_helped", "helped", credit_record="没有逾期")
TRIAL = reason("trial_cap", "limited", cap_fen=2_000_000, asked_fen=3_000_000)
DEBT = reason("debt_hurt", "hurt", debt_band="1–3千")
STOP = reason("debt_over_stop", "hurt", percent=55)
BURDEN = reason("amount_adds_burden", "hurt", amount_fen=3_000_000)
LESS_DEBT = {"code": "less_debt", "params": {"monthly_fen": 100_000}}
SMALLER = {"code": "reduce_amount", "params": {"amount_fen": 1_000_000}}

APPROVED = {
    "outcome": "approve",
    "is_by_person": False,
    "decided_on": date(2026, 11, 23),
    "valid_until": date(2026, 12, 23),
    "retry_on": date(2026, 12, 23),
    "main_reasons": [TENURE, RECORD, TRIAL],
    "helped": [TENURE, RECORD],
    "hurt": [DEBT],
    "limited": [TRIAL],
    "changes": [],
    "low_fen": 1_200_000,
    "high_fen": 2_000_000,
    "term_months": 12,
    "rate_low_bp": 1200,
    "rate_high_bp": 1800,
    "instalment_low_fen": 88_800,
    "instalment_high_fen": 91_700,
}
DECLINED = {
    **APPROVED,
    "outcome": "decline",
    "main_reasons": [STOP, BURDEN],
    "helped": [],
    "hurt": [STOP, BURDEN],
    "limited": [],
    "changes": [LESS_DEBT, SMALLER],
}
REFERRED = {
    **DECLINED,
    "outcome": "refer",
    "main_reasons": [reason("contradictory", "limited")],
    "hurt": [],
    "limited": [reason("contradictory", "limited")],
    "changes": [],
}
BY_HAND = {
    "is_by_person": True,
    "main_reasons": [reason("reviewer_approved", "helped", amount_fen=2_000_000)],
}
WAITING = {"due_on": date(2026, 11, 25), "will_be_told": True}
UNTOLD = {"due_on": date(2026, 11, 25), "will_be_told": False}
INTEREST = {"asked_on": NOW, "good_time": "晚上8点前", "due_on": date(2026, 11, 24)}
GREETED = "您好，{机构}照常受理。\n{电话}，{工作时间}\n{隐私说明}、{投诉说明}"
UNSAFE = "{机构}{{ lender }} <a href='x'>点</a> www.evil.cn {没有}"

CASE = {
    "received_on": NOW,
    "number": "TS20261123-0007",
    "words": "查过了，是我们回复慢了。\n已改进。",
}
RIGHT = {"received_on": NOW, "number": "QL20261123-0003", "words": "资料已改为只保存、不使用。"}

# By copy key, then by the variant's name (empty: the ordinary one).
SAMPLES = {
    "quota.approved": {
        "": APPROVED,
        "one_amount": {**APPROVED, "low_fen": 2_000_000, "rate_low_bp": 1800},
        "by_hand": APPROVED | BY_HAND,
    },
    "quota.declined": {
        "": DECLINED,
        "no_change": {**DECLINED, "changes": []},
        "by_hand": DECLINED | BY_HAND | {"main_reasons": [reason("reviewer_declined", "hurt")]},
    },
    "quota.in_review": {"": REFERRED | WAITING, "untold": REFERRED | UNTOLD},
    "quota.pending": {"": WAITING, "untold": UNTOLD},
    "quota.none": {"": {}},
    "quota.expired": {"": APPROVED},
    "quota.mine": {
        "": {"state": "approved", **APPROVED},
        "declined": {"state": "declined", **DECLINED},
        "in_review": {"state": "in_review", **REFERRED, **WAITING},
        "pending": {"state": "pending", **WAITING},
        "expired": {"state": "expired", **APPROVED},
        "none": {"state": "none"},
    },
    "quota.why": {"": APPROVED, "declined": DECLINED, "in_review": REFERRED},
    "review.opened": {"": WAITING, "untold": UNTOLD},
    "review.status": {"": {"opened_on": NOW, **WAITING}},
    "review.told_approved": {"": APPROVED | BY_HAND},
    "review.told_declined": {
        "": DECLINED | BY_HAND | {"main_reasons": [reason("reviewer_declined", "hurt")]}
    },
    "review.question": {
        "": {"words": "您填的月收入里，有多少是工资？\n其余是什么来源？"},
        "harmless": {"words": "<a href='https://bad.example'>点</a> www.evil.cn"},
    },
    "review.answered": {"": WAITING, "untold": UNTOLD},
    "handover.opened": {"": APPROVED | INTEREST},
    "handover.status": {"": INTEREST},
    "reminder.unfinished": {"": {"number": 7, "left": 4}},
    "reminder.tomorrow": {"": APPROVED},
    "privacy.export": {"": {"url": "https://lender.test/export/abcdefg", "minutes": 30}},
    "complaint.first": {"": {**CASE, "due_on": date(2026, 12, 14)}},
    "complaint.extended": {"": {**CASE, "due_on": date(2026, 12, 23)}},
    "complaint.letter": {"": CASE},
    "rights.letter": {
        "": {**RIGHT, "kind": "restrict", "is_refused": False},
        "refused": {**RIGHT, "kind": "delete", "is_refused": True},
    },
    "rights.correct": {"": RIGHT},
    "rights.correct_tap": {"": {}},
    "rights.correct_recorded": {"": WAITING},
    "rights.restrict_recorded": {"": WAITING},
    "rights.explain": {"": {**APPROVED, **RIGHT}},
    "letter.ready": {"": {}},
    "inbox.rate": {"": {}},
    "late.reply": {"": {}},
    "late.outcome": {"": {}},
    "system.try_again": {"": {}},
    "poster.default": {"": {}},
    "edited.words": {
        "": {
            "lines": in_pieces("您好，{机构}照常受理。\n{电话}，{工作时间}\n{隐私说明}、{投诉说明}")
        },
        "harmless": {
            "lines": in_pieces("{机构}{{ lender }} <a href='x'>点</a> www.evil.cn {没有}")
        },
    },
    "test.words": {"": {"text": "陌生来电要验证码的，都不要给。\n\n不想再收到，发“不再推送”。"}},
    "people.by_hand": {"": {"words": "您的申请还缺一份收入说明。\n方便时回复我就行。"}},
    "inbox.answer": {"": {"left_on": NOW, "words": "可以提前还。\n不收违约金，以合同为准。"}},
}

# What the words of a reason or a change may quote, by the name of the parameter.
PARAMS = {
    "age_band": "25–34岁",
    "tenure": "3年以上", "situation": "自由职业", "income_band": "8千–1.2万", "debt_band": "1–3千",
    "credit_record": "没有逾期", "headcount": "2–9人", "revenue_band": "5–10万",
    "firm_debt_band": "5千–2万", "purpose": "投资炒股", "region": "杭州",
    "amount_fen": 3_000_000, "cap_fen": 2_000_000, "asked_fen": 3_000_000,
    "minimum_fen": 300_000, "monthly_fen": 100_000, "min_months": 3, "max_months": 24,
    "months": 24, "percent": 55,
}  # fmt: skip
