"""Draw by how much each variant is above another: a point, its interval, and the line of zero.

Every size is an attribute made of the numbers; colours are the stylesheet's. Screen readers and
narrow screens have the same as a table.
"""

from collections.abc import Sequence

from markupsafe import Markup

from app.broadcast.experiment import Comparison
from app.broadcast.intervals import Estimate

_WIDTH, _ROW, _TOP, _FOOT = 640, 46, 14, 26
_LEFT, _RIGHT, _TEXT = 130, 470, 632
_LEAST, _ROOM = 0.05, 1.1


def lifts(comparisons: Sequence[Comparison], title: str, no_data: str) -> Markup:
    """Return the drawing; a variant of which nothing can be said says `no_data`."""
    reach = _reach([one.lift for one in comparisons if one.lift])
    bottom = _TOP + _ROW * len(comparisons)
    middle = _x(0, reach)
    head = Markup(
        '<svg class="lifts" role="img" aria-label="{}" viewBox="0 0 {} {}"'
        ' xmlns="http://www.w3.org/2000/svg">'
    ).format(title, _WIDTH, bottom + _FOOT)
    axis = Markup('<line class="lifts-zero" x1="{0}" y1="{1}" x2="{0}" y2="{2}"/>').format(
        middle, _TOP, bottom
    )
    ends = [_tick(at, bottom, reach) for at in (-reach, 0.0, reach)]
    rows = [_row(place, one, reach, no_data) for place, one in enumerate(comparisons)]
    return head + axis + Markup("").join([*ends, *rows]) + Markup("</svg>")


def _reach(lifts: Sequence[Estimate]) -> float:
    """Return how far the axis goes to both sides."""
    far = [abs(end) for one in lifts for end in (one.interval.low, one.interval.high)]
    return max([_LEAST, *far]) * _ROOM


def _x(lift: float, reach: float) -> float:
    return round(_LEFT + (lift + reach) / (2 * reach) * (_RIGHT - _LEFT), 1)


def _tick(at: float, bottom: int, reach: float) -> Markup:
    return Markup('<text class="lifts-tick" x="{}" y="{}">{}</text>').format(
        _x(at, reach), bottom + 18, f"{at:+.0%}" if at else "0"
    )


def _row(place: int, one: Comparison, reach: float, no_data: str) -> Markup:
    y = _TOP + _ROW * place + _ROW // 2
    name = Markup('<text class="lifts-name" x="{}" y="{}">{}</text>').format(
        _LEFT - 14, y + 5, one.name
    )
    told = Markup('<text class="lifts-told" x="{}" y="{}">{}</text>')
    if one.lift is None:
        return name + told.format(_TEXT, y + 5, no_data)
    interval = one.lift.interval
    kind = "unsure" if interval.holds(0) else ("above" if interval.low > 0 else "below")
    drawn = Markup(
        '<line class="lifts-range lifts-{0}" x1="{1}" y1="{4}" x2="{2}" y2="{4}"/>'
        '<circle class="lifts-point lifts-{0}" cx="{3}" cy="{4}" r="6"/>'
    ).format(kind, _x(interval.low, reach), _x(interval.high, reach), _x(one.lift.value, reach), y)
    return name + drawn + told.format(_TEXT, y + 5, f"{one.lift.value:+.1%}")
