"""Draw by how much each variant is above another: a point, its interval, and the line of zero.

Every size is an attribute made of the numbers; colours are the stylesheet's. Screen readers and
narrow screens have the same as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.broadcast.experiment import Comparison
from app.broadcast.intervals import Estimate

_WIDTH, _ROW, _TOP, _FOOT = 640, 46, 14, 26
_LEFT, _RIGHT, _TEXT = 130, 470, 632
_LEAST, _ROOM, _CLEAR = 0.05, 0.05, 36


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    def x(self, lift: float) -> float:
        return round(_LEFT + (lift - self.low) / (self.high - self.low) * (_RIGHT - _LEFT), 1)


def lifts(
    comparisons: Sequence[Comparison], title: str, no_data: str, *, is_harm: bool = False
) -> Markup:
    """Return the drawing; a variant of which nothing can be said says `no_data`.

    `is_harm`: more of it is worse, so that what lies above is shown as bad.
    """
    axis = _axis([one.lift for one in comparisons if one.lift])
    bottom = _TOP + _ROW * len(comparisons)
    head = Markup(
        '<svg class="lifts{}" role="img" aria-label="{}" viewBox="0 0 {} {}"'
        ' xmlns="http://www.w3.org/2000/svg">'
    ).format(" is-harm" if is_harm else "", title, _WIDTH, bottom + _FOOT)
    zero = Markup('<line class="lifts-zero" x1="{0}" y1="{1}" x2="{0}" y2="{2}"/>').format(
        axis.x(0), _TOP, bottom
    )
    # The zero matters most: an end so near that the two would overlap says nothing more.
    far = [at for at in (axis.low, axis.high) if abs(axis.x(at) - axis.x(0)) > _CLEAR]
    ends = [_tick(at, bottom, axis) for at in (0.0, *far)]
    rows = [_row(_TOP + _ROW * place, one, axis, no_data) for place, one in enumerate(comparisons)]
    return Markup("").join([head, zero, *ends, *rows, Markup("</svg>")])


def _axis(lifts: Sequence[Estimate]) -> _Axis:
    """Reach as far as the intervals do, a little further, and to both sides of zero."""
    low = min([-_LEAST, *(one.interval.low for one in lifts)])
    high = max([_LEAST, *(one.interval.high for one in lifts)])
    room = (high - low) * _ROOM
    # Nothing can be less than nothing: a lift ends at minus one.
    return _Axis(max(-1.0, low - room), high + room)


def _tick(at: float, bottom: int, axis: _Axis) -> Markup:
    return Markup('<text class="lifts-tick" x="{}" y="{}">{}</text>').format(
        axis.x(at), bottom + 18, f"{at:+.0%}" if at else "0"
    )


def _row(top: int, one: Comparison, axis: _Axis, no_data: str) -> Markup:
    y = top + _ROW // 2
    name = Markup('<text class="lifts-name" x="{}" y="{}">{}</text>').format(
        _LEFT - 34, y + 5, one.name
    )
    told = Markup('<text class="lifts-told" x="{}" y="{}">{}</text>')
    if one.lift is None:
        return name + told.format(_TEXT, y + 5, no_data)
    interval = one.lift.interval
    kind = "unsure" if interval.holds(0) else ("above" if interval.low > 0 else "below")
    drawn = Markup(
        '<line class="lifts-range lifts-{0}" x1="{1}" y1="{4}" x2="{2}" y2="{4}"/>'
        '<circle class="lifts-point lifts-{0}" cx="{3}" cy="{4}" r="6"/>'
    ).format(kind, axis.x(interval.low), axis.x(interval.high), axis.x(one.lift.value), y)
    return name + drawn + told.format(_TEXT, y + 5, f"{one.lift.value:+.1%}")
