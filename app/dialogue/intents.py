"""What a person can ask for at any moment, and the many wordings that mean it.

Wordings are compared as whole messages, so that an ordinary answer is never taken for a command.
"""

import re
from typing import Literal

from app.dialogue.readers.choices import option_number
from app.dialogue.words import bare, squash

Intent = Literal[
    "back", "edit", "skip", "restart", "quit", "help", "human", "why", "quota", "erase", "export",
    "stop_marketing", "complaint", "privacy", "resume", "check", "handover", "review", "remind",
    "withdraw", "tags", "correct", "restrict", "hello", "thanks",
]  # fmt: skip

_WORDINGS: dict[Intent, str] = {
    "back": (
        "上一步 上一题 返回 退回 回上一步 回到上一题 上一个 前一题 后退 back 返回上一步 "
        "返回上一题 撤回"
    ),
    "edit": (
        "修改 改 更改 更正 修改答案 改答案 修改填写 改填写 填错了 填错 写错了 选错了 答错了 "
        "点错了 重新填一项 edit 修改资料 修改信息"
    ),
    "skip": "跳过 跳过这题 下一题 不答 不回答 不想答 不想说 略过 skip 过 这题跳过 pass",
    "restart": (
        "重来 重新开始 重新填 重新填写 从头来 从头开始 重填 重新来 重新测 再来一次 重新测一次 "
        "restart 再测一次 重新测额 重新测额度"
    ),
    "quit": (
        "退出 不填了 先不填了 取消 结束 停止 不测了 不借了 暂停 下次再填 稍后再填 待会再填 "
        "以后再说 算了 quit exit bye 再见 拜拜 退出填写 晚点再填 等会再填"
    ),
    "help": (
        "帮助 help 怎么用 使用说明 说明 菜单 功能 指令 命令 你能做什么 有什么功能 帮忙 怎么操作 "
        "不会用 不懂 看不懂"
    ),
    "human": (
        "人工 转人工 人工服务 人工客服 找人工 找客服 客服 真人 找人 转客服 在线客服 联系客服 "
        "人工咨询 联系人工 留言 有人吗 我要人工"
    ),
    "why": (
        "为什么 为啥 为什么问这个 为什么要问这个 为什么问 为什么要问 问这个干嘛 问这个干什么 "
        "问这个做什么 干嘛问这个 凭什么 原因 理由 为什么是这个额度 为什么没通过 为什么不通过 "
        "怎么算出来的 为什么这么少 为什么拒绝 依据"
    ),
    "quota": (
        "我的额度 额度 查额度 看额度 查看额度 额度多少 我的额度是多少 额度查询 查询额度 结果 "
        "评估结果 查结果 看结果 有结果了吗 出结果了吗 结果呢 我的结果 进度 查进度 多少额度"
    ),
    "erase": (
        "删除我的数据 删除数据 删除我的信息 删除信息 删除资料 删除我的资料 删数据 清除数据 "
        "清除我的数据 注销 注销账号 删除个人信息 把我的数据删了 删除所有数据 删除全部数据 删除"
    ),
    "export": (
        "导出我的数据 导出数据 导出 下载我的数据 下载数据 我的数据 查看我的数据 导出我的信息 "
        "复制我的数据 导出资料"
    ),
    "stop_marketing": (
        "不再推送 不要推送 停止推送 别推送 退订 td t 取消推送 关闭推送 不要再发 别再发了 别发了 "
        "不要再发了 别再发 取消订阅 停止营销 不要广告 别打扰 不接收推送 拒收 拒收广告 "
        "别再给我发了"
    ),
    "complaint": "投诉 我要投诉 投诉你们 举报 投诉建议 我想投诉 投诉电话",
    "privacy": (
        "隐私 隐私说明 隐私政策 隐私条款 看隐私说明 个人信息说明 查看隐私说明 看说明 先看说明"
    ),
    "resume": "继续 接着填 继续填 继续填写 接着来 go on continue 往下 接着 继续吧 继续测 接着测",
    "check": (
        "测额 测额度 测一下额度 借款 借钱 贷款 申请 我要借款 我要借钱 我要贷款 我要测额 能借多少 "
        "可以借多少 我能借多少 额度测算 测测额度 测一测 评估 额度评估 申请贷款 申请借款 开始 "
        "开始测额 想借钱 贷款申请 申请额度 能贷多少 借多少 怎么借 怎么借钱 怎么贷款 怎么申请 "
        "开始评估 开始测试 马上测 测试 贷 借"
    ),
    "handover": (
        "我要办理 办理 去办理 怎么办理 了解怎么办理 继续办理 正式申请 我要申请 我想办理 立即办理 "
        "申请办理 马上办理 办贷款"
    ),
    "review": (
        "人工复核 请人工复核 复核 申请复核 人工审核 要求人工复核 重新审核 申诉 人工评估 "
        "请人工评估 不服 不认可 我不认可"
    ),
    "remind": "明天提醒我一次 明天提醒我 明天提醒 提醒我 明天叫我 明天再提醒我",
    "withdraw": (
        "撤回同意 撤回授权 撤销授权 取消授权 撤回我的同意 不授权了 取消同意 撤销同意 收回同意"
    ),
    "tags": (
        "我的标签 标签 查看标签 看标签 查标签 我有哪些标签 我有什么标签 有哪些标签 删除标签 "
        "删除我的标签 管理标签 标签管理 个性化推荐 关闭个性化推荐 关闭个性化"
    ),
    "correct": (
        "更正我的数据 更正我的信息 更正数据 更正信息 更正个人信息 我要更正 信息有误 信息有错 "
        "我的信息有误 我的信息不对 我的资料有误 我的数据有误 信息不准确 数据不准确"
    ),
    "restrict": (
        "限制处理 限制使用 限制处理我的数据 限制处理我的信息 限制使用我的数据 限制使用我的信息 "
        "暂停使用我的数据 暂停使用我的信息 停止使用我的数据 停止使用我的信息 不要用我的数据 "
        "不要使用我的数据 停止处理我的信息 停止处理我的数据"
    ),
    "hello": "你好 您好 hi hello 在吗 在不在 在么 嗨 哈喽 早上好 晚上好 下午好 早 hey 有人在吗",
    "thanks": (
        "谢谢 谢谢你 谢了 多谢 感谢 好的 好 好的谢谢 嗯 嗯嗯 ok 收到 知道了 明白 明白了 行 了解 "
        "了解了 okay 哦 好滴 thanks 3q"
    ),
}  # fmt: skip

_BY_WORDING: dict[str, Intent] = {
    squash(wording): intent
    for intent, wordings in _WORDINGS.items()
    for wording in wordings.split()
}
_EDIT_NUMBER = re.compile(
    r"^(?:请)?(?:修改|改一下|更改|改正|改)第?([0-9a-z一二三四五六七八九十]{1,2})[题项个条]?(?:题目)?$"
)
_PLAIN_DIGITS = re.compile(r"^\d{1,2}$")


def find_intent(text: str) -> Intent | None:
    """Return the command that a whole message is, if it is one."""
    return _BY_WORDING.get(squash(text)) or _BY_WORDING.get(bare(text))


def edit_number(text: str) -> int | None:
    """Return the number in 改5, 修改第五题 and the like."""
    told = _EDIT_NUMBER.match(squash(text))
    if not told:
        return None
    return int(told[1]) if _PLAIN_DIGITS.match(told[1]) else option_number(told[1])


def named(name: str) -> Intent | None:
    """Return the command of this name, as options and menu buttons carry it."""
    return next((intent for intent in _WORDINGS if intent == name), None)
