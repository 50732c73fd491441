"""Draw where people leave a form on the form's own graph: questions in order, with branches.

Every size is an attribute made of the numbers; colours are the stylesheet's. Screen readers and
narrow screens have the same as a table.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from app.queries.funnel import QuestionFigures

_WIDTH, _ROW, _TOP = 760, 58, 16
_NODE_X, _NODE_WIDTH, _NODE_HEIGHT = 150, 300, 36
_LEFT_X, _LEFT_WIDTH = 470, 150
_MIDDLE = _NODE_X + _NODE_WIDTH // 2
_BEND = 46
_WAY = Markup('<line class="flow-way" x1="{0}" y1="{1}" x2="{0}" y2="{2}" stroke-width="{3:.1f}"/>')

LinkTo = Callable[[str, str], str]
"""The page of the people behind a kind of act and a question."""


def flow(questions: Sequence[QuestionFigures], link: LinkTo, labels: dict[str, str]) -> Markup:
    """Return the drawing; `labels` are the words on it."""
    most = max((one.reached for one in questions), default=0) or 1
    worst = max((one.left for one in questions), default=0) or 1
    places = {one.key: number for number, one in enumerate(questions)}
    parts = [_arrows(questions, places, most)]
    scales = (most, worst)
    parts += [_row(number, one, scales, link, labels) for number, one in enumerate(questions)]
    height = _TOP * 2 + _ROW * len(questions)
    head = Markup(
        '<svg class="flow" role="group" aria-label="{}" viewBox="0 0 {} {}"'
        ' xmlns="http://www.w3.org/2000/svg">'
    ).format(labels["drawing"], _WIDTH, height)
    return head + Markup("").join(parts) + Markup("</svg>")


def _arrows(questions: Sequence[QuestionFigures], places: dict[str, int], most: int) -> Markup:
    """Draw the ways between questions, as wide as people went them, and those around some."""
    drawn = []
    for number, one in enumerate(questions[:-1]):
        y = _y(number) + _NODE_HEIGHT
        width = max(1.0, 22 * one.answered / most)
        drawn.append(_WAY.format(_MIDDLE, y, _y(number + 1), width))
        nxt = questions[number + 1]
        if any(key in places for key in nxt.hidden_by) and number + 2 < len(questions):
            drawn.append(_around(number, number + 2))
    return Markup("").join(drawn)


def _around(start: int, end: int) -> Markup:
    y1, y2 = _y(start) + _NODE_HEIGHT // 2, _y(end) + _NODE_HEIGHT // 2
    bend = _NODE_X - _BEND
    path = f"M {_NODE_X} {y1} C {bend} {y1}, {bend} {y2}, {_NODE_X} {y2}"
    return Markup('<path class="flow-around" d="{}"/>').format(path)


def _row(
    number: int,
    one: QuestionFigures,
    scales: tuple[int, int],
    link: LinkTo,
    labels: dict[str, str],
) -> Markup:
    y, (most, worst) = _y(number), scales
    parts = [
        Markup('<a href="{}">').format(link("reached", one.key)),
        Markup('<rect class="flow-node" x="{}" y="{}" width="{}" height="{}" rx="8"/>').format(
            _NODE_X, y, _NODE_WIDTH, _NODE_HEIGHT
        ),
        Markup('<rect class="flow-seen" x="{}" y="{}" width="{:.1f}" height="3"/>').format(
            _NODE_X, y + _NODE_HEIGHT - 3, _NODE_WIDTH * one.reached / most
        ),
        Markup('<text class="flow-title" x="{}" y="{}">{}</text>').format(
            _NODE_X + 12, y + 22, one.title
        ),
        Markup('<text class="flow-number" x="{}" y="{}">{:,}</text></a>').format(
            _NODE_X + _NODE_WIDTH - 12, y + 22, one.reached
        ),
    ]
    if one.left:
        parts += _leaving(y, one, worst, link, labels)
    for form in one.leads_to:
        parts.append(_leads(y, labels[form]))
    return Markup("").join(parts)


def _leaving(
    y: int, one: QuestionFigures, worst: int, link: LinkTo, labels: dict[str, str]
) -> list[Markup]:
    width = _LEFT_WIDTH * one.left / worst
    words = labels["left"].format(count=f"{one.left:,}", rate=f"{one.left_rate or 0:.0%}")
    return [
        Markup('<a href="{}">').format(link("left", one.key)),
        Markup('<rect class="flow-left" x="{}" y="{}" width="{:.1f}" height="16" rx="3"/>').format(
            _LEFT_X, y + 10, max(width, 2.0)
        ),
        Markup('<text class="flow-note" x="{:.1f}" y="{}">{}</text></a>').format(
            _LEFT_X + max(width, 2.0) + 8, y + 23, words
        ),
    ]


def _leads(y: int, label: str) -> Markup:
    line = Markup('<path class="flow-branch" d="M {} {} H {}"/>').format(
        _NODE_X, y + _NODE_HEIGHT // 2, 92
    )
    return line + Markup('<text class="flow-note flow-end" x="{}" y="{}">{}</text>').format(
        86, y + 22, label
    )


def meter(part: float, whole: float) -> Markup:
    """Return a bar inside a row of a table, which has the number beside it."""
    width = 100 * part / whole if whole else 0
    return Markup(
        '<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="meter-rest" width="100" height="8"/><rect width="{:.2f}" height="8"/></svg>'
    ).format(min(width, 100))


def _y(number: int) -> int:
    return _TOP + _ROW * number
