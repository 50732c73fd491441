"""Read the platform's flat XML into fields, bounded in every direction."""

import hashlib
import re
from collections.abc import Mapping
from xml.parsers.expat import ExpatError

import xmltodict

from app.core.errors import BadEnvelope

MAX_DEPTH = 8
"""The deepest documented event (ArticleUrlResult) has five levels."""

MAX_KEY_CHARACTERS = 64
"""As the platform's longest scene. A longer key is named by its hash: columns are bounded."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")


class Fields:
    """The elements of one delivery by name; absent, empty, repeated and nested are told apart."""

    def __init__(self, elements: Mapping[str, object]) -> None:
        self._elements = elements

    def text(self, name: str) -> str:
        """Return the words of an element, or nothing when it is absent or empty."""
        value = self._elements.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            # Repeated or nested where words are expected: never guess which one counts.
            raise BadEnvelope("nested")
        return value

    def required(self, name: str) -> str:
        """Return the words of an element that must be there."""
        value = self.text(name)
        if not value:
            raise BadEnvelope("missing_field")
        return value

    def any_case(self, name: str) -> str:
        """Return the words of an element whose capitals differ from sample to sample."""
        if name in self._elements:
            return self.text(name)
        found = [key for key in self._elements if key.lower() == name.lower()]
        return self.text(found[0]) if found else ""

    def number(self, name: str) -> int:
        """Return a whole number, zero or more, that must be there."""
        value = self.required(name)
        if not _WHOLE_NUMBER.fullmatch(value):
            raise BadEnvelope("missing_field")
        return int(value)

    def identifier(self, name: str) -> str:
        """Return an id that must be there and is short enough to be one."""
        value = self.any_case(name)
        if not 0 < len(value) <= MAX_KEY_CHARACTERS:
            raise BadEnvelope("missing_field")
        return value

    def __contains__(self, name: str) -> bool:
        return bool(self._elements.get(name))


def bounded(key: str) -> str:
    """Return the key, or its hash when it is too long for an index."""
    if len(key) <= MAX_KEY_CHARACTERS:
        return key
    return hashlib.sha256(key.encode()).hexdigest()


def read_xml(text: str) -> Fields:
    """Parse one `<xml>` document of plain elements.

    xmltodict is wechatpy's own reader (expat underneath): it forbids entities, and text handed to
    it as `str` overrides whatever encoding the document claims. wechatpy's `parse_message` on top
    of it is not used: it answers a missing MsgType with KeyError, does not know the events of the
    last years, and reads fields that we must not trust.
    """
    if text.lstrip()[:1] in ("{", "["):
        raise BadEnvelope("json")
    try:
        document = xmltodict.parse(text, xml_attribs=False)
    except ExpatError:
        raise BadEnvelope("not_xml") from None
    except ValueError:
        raise BadEnvelope("entities") from None
    if _is_deep(document):
        raise BadEnvelope("nested")
    elements = document.get("xml")
    if not isinstance(elements, dict):
        raise BadEnvelope("missing_field")
    return Fields(elements)


def _is_deep(document: object) -> bool:
    """Look level by level: a recursive walk could itself be brought down."""
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
