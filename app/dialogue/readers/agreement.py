"""Yes and no in their many words; going on is not agreeing, so 继续 and silence are neither."""

from app.dialogue.words import squash

_YES_WORDS = (
    "同意 我同意 同意的 我同意的 同意并开始 我同意并开始 单独同意 单独同意继续 同意继续 "
    "同意开始 同意了 可以 可以的 好 好的 好呀 好啊 好吧 好滴 好嘞 行 行的 行吧 是 是的 对 对的 "
    "没问题 没意见 ok okay yes y 要 愿意 接受 授权 同意授权 确认 确定 确认的 嗯 嗯嗯 当然 "
    "当然可以 当然同意 可"
)
_NO_WORDS = (
    "不同意 我不同意 不同意的 不 不要 不用 不用了 不行 不可以 不好 拒绝 算了 算了吧 no n 不了 "
    "不愿意 不接受 不授权 取消 不是 否 不想 先不 先不了 先不用 不需要 暂不 没兴趣 不考虑 别 "
    "不必 再说 下次吧 不搞 不弄了"
)
_YES = frozenset(squash(word) for word in _YES_WORDS.split())
_NO = frozenset(squash(word) for word in _NO_WORDS.split())


def read_agreement(text: str) -> bool | None:
    """Return True for yes, False for no, None when the words are neither."""
    squashed = squash(text)
    if squashed in _NO:
        return False
    return True if squashed in _YES else None
