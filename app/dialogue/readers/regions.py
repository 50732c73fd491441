"""Cities as people name them, by the current list of administrative divisions."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from rapidfuzz import fuzz, process

from app.dialogue.readers.reading import Got, Missed, Reading, Which
from app.dialogue.words import squash

_READ = 40
_LONGEST_NAME = 15
_MOST_CHOICES = 4
_NEAR_ENOUGH_TO_TAKE = 75
_NEAR_ENOUGH_TO_ASK = 50
_TAILS = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "新区",
    "省",
    "市",
    "县",
    "区",
    "盟",
)
_PEOPLES = (
    "维吾尔", "哈萨克", "柯尔克孜", "蒙古族", "蒙古", "回族", "藏族", "羌族", "彝族", "苗族",
        "侗族", "壮族", "布依族",
    "朝鲜族", "土家族", "傣族", "景颇族", "傈僳族", "哈尼族", "白族", "黎族", "满族", "瑶族",
        "畲族", "各族", "仡佬族",
    "回", "壮",
)  # fmt: skip
_SHARED_NAMES = frozenset({"朝阳"})
"""Cities whose bare name just as often means a district elsewhere; other cities own their name."""
_LIKE_SOUNDING = str.maketrans("洲镇渡顶勃", "州圳都定渤")
"""Characters that phones often put for those in city names (杭洲, 深镇): both sides are folded."""


class City(NamedTuple):
    """One city: its province's name and its own."""

    province: str
    name: str

    @property
    def short(self) -> str:
        """Return the name as people say it."""
        return _short(self.name)


class _Index(NamedTuple):
    """Cities by code, and the codes that each name may mean."""

    cities: dict[int, City]
    codes: dict[str, frozenset[int]]
    city_names: dict[str, int]


@cache
def _index() -> _Index:
    """Read the list once."""
    rows = [line.split() for line in _lines()]
    cities = {int(code): City(province, name) for code, province, name, *_ in rows}
    city_names = {_folded(city.short): code for code, city in cities.items()}
    codes: defaultdict[str, set[int]] = defaultdict(set)
    for code, province, name, *counties in rows:
        for spoken in (name, province):
            codes[_folded(spoken)].add(int(code))
            codes[_folded(_short(spoken))].add(int(code))
        for county in counties:
            codes[_folded(county)].add(int(code))
            short = _folded(_short(county))
            if short not in city_names or short in _SHARED_NAMES:
                codes[short].add(int(code))
    return _Index(cities, {name: frozenset(held) for name, held in codes.items()}, city_names)


def _lines() -> Iterator[str]:
    """Yield the lines of the list that are not comments."""
    text = files("app.dialogue").joinpath("data/regions.txt").read_text("utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def city_name(code: str | int) -> str:
    """Return how a city is called; a code that is no longer listed is shown as it is."""
    city = _index().cities.get(int(code)) if str(code).isdecimal() else None
    return city.short if city else str(code)


def city_names() -> dict[str, str]:
    """Return every city by its code, with its province where the bare name is not enough."""
    return {str(code): city_with_province(code) for code in _index().cities}


def city_with_province(code: int) -> str:
    """Return a city's name with its province, for choosing between namesakes."""
    city = _index().cities.get(code)
    if city is None:
        return str(code)
    return city.short if city.province == city.name else _short(city.province) + city.short


def read_region(text: str) -> Reading:
    """Read a city from its name, a county's name, an address, or nearly its name."""
    folded = _folded(squash(text)[:_READ])
    codes = _named(folded)
    if len(codes) == 1:
        return Got(str(next(iter(codes))))
    if codes:
        return Which(tuple(sorted(codes))) if len(codes) <= _MOST_CHOICES else Missed()
    return _nearly(folded)


def _named(folded: str) -> frozenset[int]:
    """Return the cities that fit every name in the text, the longest names first."""
    index = _index()
    spans = (
        (end - start, -start, index.codes[folded[start:end]])
        for start in range(len(folded))
        for end in range(start + 2, min(len(folded), start + _LONGEST_NAME) + 1)
        if folded[start:end] in index.codes
    )
    fitting: frozenset[int] = frozenset()
    for _, _, codes in sorted(spans, key=lambda span: span[:2], reverse=True):
        fitting = (fitting & codes or fitting) if fitting else codes
    return fitting


def _nearly(folded: str) -> Reading:
    """Return the city whose name is nearly the text; when that is a guess, ask."""
    if not 2 <= len(folded) <= 8:  # noqa: PLR2004
        return Missed()
    names = _index().city_names
    near = process.extract(
        _short(folded), names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH_TO_ASK
    )
    sure = [names[name] for name, score, _ in near if score >= _NEAR_ENOUGH_TO_TAKE]
    if len(sure) == 1:
        return Got(str(sure[0]))
    alike = [names[name] for name, _, _ in near if name[0] == folded[0]][: _MOST_CHOICES - 1]
    return Which(tuple(alike)) if alike else Missed()


def _short(name: str) -> str:
    """Return a division's name without its kind and its peoples, if two characters stay."""
    for tail in _TAILS:
        if name.endswith(tail) and len(name) - len(tail) > 1:
            name = name.removesuffix(tail)
            break
    else:
        return name
    return _without_peoples(name) if tail.startswith("自治") else name


def _without_peoples(name: str) -> str:
    """Return an autonomous division's name without the peoples it is named for."""
    trimmed = name
    while True:
        people = next(
            (p for p in _PEOPLES if trimmed.endswith(p) and len(trimmed) - len(p) > 1), None
        )
        if people is None:
            return trimmed
        trimmed = trimmed.removesuffix(people)


def _folded(name: str) -> str:
    """Return a name in the one spelling that the index knows."""
    return name.translate(_LIKE_SOUNDING).replace("内蒙古", "内蒙")
