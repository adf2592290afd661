"""The picture of mood and volume: a Vega-Lite chart made with Altair, as SVG or PNG, and the finding in words.

Above the line stands what people liked, below it what they did not; both are counted from zero. Altair is imported when
the first picture is drawn: it takes a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from service.digest import words
from service.digest.palette import DARK, LIGHT, Palette
from service.domain.digest import DayMood, Digest

if TYPE_CHECKING:
    from altair import Chart

_FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Noto Sans, sans-serif"
_PALER = 0.4  # the days before the period
_LABELS = {"positive": -9, "neutral": -25, "negative": 10, "mixed": 26}
"""The moods, and how far from the line of zero (in pixels) their names stand at the right."""
_MARGINS = {"left": 34, "right": 66, "top": 26, "bottom": 40}
_ROOM = 0.2  # of the height, on either side of zero at least: the names need it

_ABOVE = 0.09  # of the height, beyond the longest bar: its number needs it


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Of the whole picture, in pixels of the page."""

    width: int
    height: int


WIDE = Size(width=760, height=270)
NARROW = Size(width=358, height=250)


def finding(digest: Digest) -> str:
    """What the picture says, for those who do not see it."""
    days = [each for each in digest.days if each.within]
    mood = digest.mood
    if not mood.posts or not days:
        return f"No post from {words.period(digest.period)}."
    busiest = max(days, key=lambda each: (each.mood.posts, each.day))
    worst = max(days, key=lambda each: (each.mood.negative, each.day))
    saying = [f"{words.count(mood.posts, 'post')} from {words.period(digest.period)}:"]
    saying.append(
        f"{mood.negative} negative, {mood.mixed} mixed, {mood.neutral} neutral, {mood.positive} positive. "
        f"Most on {busiest.day:%-d %B} ({busiest.mood.posts})."
    )
    if worst.mood.negative:
        saying.append(f"Most negative ones on {worst.day:%-d %B} ({worst.mood.negative} of {worst.mood.posts}).")
    return " ".join(saying)


def svg(digest: Digest, *, dark: bool, size: Size) -> str:
    """The picture for a page."""
    return _svg(tuple(digest.days), digest.mood.posts, dark, size)


def png(digest: Digest, *, dark: bool, size: Size) -> bytes:
    """The picture for mail and Slack, with two dots a pixel."""
    import vl_convert

    palette = DARK if dark else LIGHT
    # On a ground of its own: whoever shows it may have another than the colours were made for.
    picture = {**_specification(digest.days, digest.mood.posts, palette, size), "background": palette["n0"]}
    return bytes(vl_convert.vegalite_to_png(picture, scale=2))


@lru_cache(maxsize=64)
def _svg(days: tuple[DayMood, ...], posts: int, dark: bool, size: Size) -> str:
    """Kept, because a page is looked at more often than its posts change."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_specification(days, posts, DARK if dark else LIGHT, size)))


def _specification(days: Sequence[DayMood], posts: int, palette: Palette, size: Size) -> dict[str, Any]:
    import altair as alt

    colours = {
        "positive": palette["n6"],
        "neutral": palette["n4"],
        "negative": palette["accent"],
        "mixed": _halfway(palette["accent"], palette["n0"]),
    }
    chart = alt.layer(
        _bars(days, colours, palette),
        *_names(colours, palette),
        *_spans(days, posts, palette),
        *_worst(days, palette),
    )
    finished = (
        chart.properties(
            width=size.width - _MARGINS["left"] - _MARGINS["right"],
            height=size.height - _MARGINS["top"] - _MARGINS["bottom"],
            # By hand: the names at the right stand outside the plot, where an automatic fit does not look.
            autosize="none",
            padding=_MARGINS,
            background="transparent",
        )
        .configure(font=_FONT)
        .configure_view(stroke=None)
    )
    return dict(finished.to_dict())


def _bars(days: Sequence[DayMood], colours: dict[str, str], palette: Palette) -> Chart:
    import altair as alt

    rows = [row for each in days for row in _stacked(each)]
    axis = alt.Axis(
        # A month's name under the day that it begins with; days that have no room for their number go without.
        labelExpr=(
            "datum.index == 0 || utcdate(toDate(datum.value)) == 1"
            " ? [utcFormat(toDate(datum.value), '%-d'), utcFormat(toDate(datum.value), '%b')]"
            " : utcFormat(toDate(datum.value), '%-d')"
        ),
        labelAngle=0,
        labelOverlap="greedy",
        labelSeparation=4,
        labelColor=palette["n6"],
        labelFontSize=12,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    counts = alt.Axis(
        # Below the line it counts upwards too.
        labelExpr="format(abs(datum.value), ',')",
        grid=True,
        gridColor=palette["n3"],
        labelColor=palette["n6"],
        labelFontSize=12,
        ticks=False,
        domain=False,
        tickCount=4,
        format="d",
    )
    bars: Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("day:O", title=None, axis=axis, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1)),
            y=alt.Y("start:Q", title=None, axis=counts, scale=alt.Scale(domain=list(_extent(days)), nice=False)),
            y2="end:Q",
            color=alt.Color("mood:N", legend=None, scale=alt.Scale(domain=list(colours), range=[*colours.values()])),
            opacity=alt.condition("datum.within", alt.value(1), alt.value(_PALER)),
        )
    )
    return bars


def _stacked(each: DayMood) -> list[dict[str, Any]]:
    """One day's four bars: positive and neutral from zero upwards, negative and mixed downwards."""
    mood, day = each.mood, each.day.isoformat()
    edges = {
        "positive": (0, mood.positive),
        "neutral": (mood.positive, mood.positive + mood.neutral),
        "negative": (0, -mood.negative),
        "mixed": (-mood.negative, -mood.negative - mood.mixed),
    }
    return [
        {"day": day, "mood": name, "start": start, "end": end, "within": each.within}
        for name, (start, end) in edges.items()
    ]


def _extent(days: Sequence[DayMood]) -> tuple[float, float]:
    up = max([each.mood.positive + each.mood.neutral for each in days] + [1])
    down = max([each.mood.negative + each.mood.mixed for each in days] + [1])
    whole = up + down
    return -max(down + whole * _ABOVE, whole * _ROOM), max(up + whole * _ABOVE, whole * _ROOM)


def _names(colours: dict[str, str], palette: Palette) -> list[Chart]:
    """The line of zero, and beside it the name of each mood in its colour."""
    import altair as alt

    zero = alt.InlineData(values=[{}])
    found = [alt.Chart(zero).mark_rule(color=palette["n5"]).encode(y=alt.datum(0))]
    readable = {**colours, "neutral": palette["n5"], "mixed": colours["negative"]}
    for name, offset in _LABELS.items():
        mark = alt.Chart(zero).mark_text(
            align="left", baseline="middle", dx=8, dy=offset, fontSize=12, color=readable[name], text=name
        )
        found.append(mark.encode(x=alt.value("width"), y=alt.datum(0)))
    return found


def _spans(days: Sequence[DayMood], posts: int, palette: Palette) -> list[Chart]:
    """Where the period begins, and what is to the left and to the right of that."""
    import altair as alt

    first = next((each.day for each in days if each.within), None)
    before = [each for each in days if not each.within]
    if first is None or not before:
        return []
    start = alt.Chart(alt.InlineData(values=[{"day": first.isoformat()}]))
    x = alt.X("day:O", bandPosition=0)
    late = len(before) > 2 * (len(days) - len(before))
    period = start.mark_text(
        text=words.count(posts, "post"),
        align="right" if late else "left",
        baseline="bottom",
        dy=-8,
        fontSize=12,
        fontWeight=600,
        color=palette["n8"],
    )
    left = start.mark_text(text="before", align="left", baseline="bottom", dy=-8, fontSize=12, color=palette["n6"])
    return [
        start.mark_rule(color=palette["n4"]).encode(x=x),
        period.encode(x=alt.value("width") if late else x, y=alt.value(0)),
        left.encode(x=alt.value(0), y=alt.value(0)),
    ]


def _worst(days: Sequence[DayMood], palette: Palette) -> list[Chart]:
    """The number of the day with the most negative posts."""
    import altair as alt

    heard = [each for each in days if each.within and each.mood.negative]
    if not heard:
        return []
    worst = max(heard, key=lambda each: (each.mood.negative, each.day))
    row = {"day": worst.day.isoformat(), "low": -worst.mood.negative - worst.mood.mixed}
    mark = alt.Chart(alt.InlineData(values=[row])).mark_text(
        text=f"{worst.mood.negative}", baseline="top", dy=3, fontSize=12, fontWeight=600, color=palette["accent"]
    )
    return [mark.encode(x="day:O", y="low:Q")]


def _halfway(one: str, other: str) -> str:
    """The colour between two, as #rrggbb."""
    channels = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{(a + b) // 2:02x}" for a, b in channels)
