"""News (图文): the articles of a draft in the account's draft box, and the words in them.

developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_getdraft
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from typing import Any

_BLOCKS = frozenset(
    {"p", "div", "section", "br", "li", "ul", "ol", "tr", "td", "table", "blockquote", "pre"}
    | {f"h{size}" for size in range(1, 7)}
)
_UNSEEN = frozenset({"script", "style"})


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the draft box holds it: everything that its readers see."""

    title: str
    author: str
    digest: str
    content: str
    content_source_url: str
    thumb_media_id: str

    @property
    def words(self) -> str:
        """Everything that can be read in it, and where its links lead; pictures say nothing."""
        parts = (self.title, self.author, self.digest, body_of(self.content))
        links = (self.content_source_url, *links_of(self.content))
        return "\n".join(part for part in (*parts, *links) if part)

    def to_json(self) -> dict[str, str]:
        """Return it as `draft/add` takes it."""
        return asdict(self)


News = tuple[Article, ...]
"""The articles of one draft."""


def read_news(items: Sequence[Mapping[str, Any]]) -> News:
    """Read the articles of a draft, as the platform or our own row has them."""
    return tuple(Article(**{name: str(one.get(name) or "") for name in _FIELDS}) for one in items)


def words_of(news: News) -> str:
    """Return everything that can be read in all articles."""
    return "\n".join(one.words for one in news)


def body_of(content: str) -> str:
    """Return the text of an article's HTML, a line for each block."""
    seen = _Reader()
    seen.feed(content)
    seen.close()
    lines = ("".join(seen.text).replace("\xa0", " ")).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def links_of(content: str) -> tuple[str, ...]:
    """Return where the links of an article's HTML lead."""
    seen = _Reader()
    seen.feed(content)
    seen.close()
    return tuple(dict.fromkeys(seen.links))


class _Reader(HTMLParser):
    """Collects what is read: words that a tag splits stay one word."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self.text.append("\n")
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


_FIELDS = tuple(Article.__dataclass_fields__)
