"""Hide most of what is personal before it leaves the server (P-80, P-81).

The patterns follow the table that common practice has settled on; no law fixes one.
"""

import re

_SHOWN_OF_OPENID = 4
_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于"
    "司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘左丘东门西门"
)
_COMPOUND_SURNAMES = frozenset(_PAIRS[n : n + 2] for n in range(0, len(_PAIRS), 2))
# No word boundary: in Chinese text a number stands against the letters around it.
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
_RESIDENT_ID = re.compile(r"(?<!\d)(\d)\d{16}([\dXx])(?![\dXx])")
_BANK_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,15}(\d{4})(?!\d)")
_MAIL = re.compile(r"([\w.+-]{1,3})[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")


def mask_openid(openid: str) -> str:
    """Hide most of an openid: enough stays to tell two people apart."""
    return f"{openid[:_SHOWN_OF_OPENID]}…{openid[-_SHOWN_OF_OPENID:]}"


def mask_name(name: str) -> str:
    """Keep the surname; of a name with a middle dot, the first letter of its first part."""
    if "·" in name:
        return f"{name[:1]}**·**"
    kept = 2 if name[:2] in _COMPOUND_SURNAMES and len(name) > len("欧阳") else 1
    return name[:kept] + "*" * (len(name) - kept)


def mask_phone(phone: str) -> str:
    """Keep the first three and the last four digits of a mainland mobile number."""
    digits = re.sub(r"\D", "", phone)[-11:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == 11 else "****"  # noqa: PLR2004 - a mobile number


def mask_words(words: str) -> str:
    """Hide every number that could be a resident ID, a bank card or a phone, and mail addresses."""
    hidden = _RESIDENT_ID.sub(lambda m: f"{m[1]}{'*' * 16}{m[2]}", words)
    hidden = _BANK_CARD.sub(lambda m: f"****{m[1]}", hidden)
    hidden = _PHONE.sub(lambda m: f"{m[1]}****{m[3]}", hidden)
    return _MAIL.sub(lambda m: f"{m[1]}****@{m[2]}", hidden)
