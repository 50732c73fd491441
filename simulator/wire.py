"""Build the XML that the platform pushes, and read the XML that comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias
from xml.etree import ElementTree

Node: TypeAlias = "str | int | float | Mapping[str, Node] | list[Mapping[str, Node]]"

# What XML 1.0 forbids even inside CDATA.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NotXml(ValueError):
    """A body is not the XML that was expected."""


class _WithoutDoctype(ElementTree.TreeBuilder):
    # Called where a declaration begins, before any entity in it is known.
    def doctype(self, *_: object) -> None:
        raise NotXml("carries a document type")


def build(fields: Mapping[str, Node]) -> str:
    """Return `<xml>…</xml>` with texts in CDATA and numbers bare, as the platform writes it."""
    return f"<xml>{_inside(fields)}</xml>"


def parse(text: str) -> ElementTree.Element:
    """Return the `<xml>` element; refuse document types, entities and other roots."""
    parser = ElementTree.XMLParser(target=_WithoutDoctype())  # noqa: S314 (no DTD gets through)
    try:
        root = ElementTree.fromstring(text, parser)  # noqa: S314
    except ElementTree.ParseError as cause:
        raise NotXml(f"is not well-formed XML: {cause}") from cause
    if root.tag != "xml":
        raise NotXml(f"has the root <{root.tag}> instead of <xml>")
    return root


def field(element: ElementTree.Element, name: str) -> str:
    """Return the text of a child, empty when there is none."""
    return element.findtext(name) or ""


def _inside(fields: Mapping[str, Node]) -> str:
    return "".join(f"<{name}>{_value(node)}</{name}>" for name, node in fields.items())


def _value(node: Node) -> str:
    if isinstance(node, str):
        safe = _FORBIDDEN.sub("", node).replace("]]>", "]]]]><![CDATA[>")
        return f"<![CDATA[{safe}]]>"
    if isinstance(node, Mapping):
        return _inside(node)
    if isinstance(node, list):
        return "".join(f"<item>{_inside(item)}</item>" for item in node)
    return str(node)
