"""A training as a picture: the loss, and below it what the network was worth on songs held out (SVG)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from vocmatch_desktop.training.separation.progress import Line

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 240, 60, 150, 36, 34
COLOURS = ("#d6455d", "#3b7dd8", "#8a5cd1", "#d9822b", "#2a9d78", "#6b7280")

Points = Sequence[tuple[float, float]]


def svg(title: str, lines: Sequence[Line]) -> str:
    """The picture: a chart of the loss, and one for every set that was measured more than once."""
    charts = [_chart(f"{title}: training loss, dB", {"loss": [(line.step, line.loss) for line in lines]})]
    for name in dict.fromkeys(name for line in lines for name in line.valid):
        stems = dict.fromkeys(stem for line in lines for stem in line.valid.get(name, {}))
        curves = {
            stem: [(line.step, line.valid[name][stem]) for line in lines if stem in line.valid.get(name, {})]
            for stem in stems
        }
        charts.append(_chart(f"{name}: uSDR, dB (an empty estimate has 0)", curves))
    height = HEIGHT * len(charts)
    body = "".join(f'<g transform="translate(0 {index * HEIGHT})">{chart}</g>' for index, chart in enumerate(charts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>{body}</svg>\n'
    )


def _chart(title: str, curves: Mapping[str, Points]) -> str:
    values = [value for curve in curves.values() for _, value in curve]
    last = max((step for curve in curves.values() for step, _ in curve), default=1)
    low, high = min(values, default=0.0), max(values, default=1.0)
    high = high if high - low > 1e-6 else low + 1

    def place(step: float, value: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * step / last
        return across, TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    parts += [_rule(place(0, value)[1], f"{value:.1f}") for value in (low, (low + high) / 2, high)]
    parts += [
        f'<text x="{place(step, low)[0]:.1f}" y="{HEIGHT - 12}" text-anchor="middle">{step:.0f}</text>'
        for step in (0, last / 2, last)
    ]
    for index, (name, curve) in enumerate(curves.items()):
        parts.append(_line([place(*point) for point in curve], COLOURS[index % len(COLOURS)]))
        parts.append(_legend(index, f"{name} {curve[-1][1]:.2f}" if curve else name))
    return "".join(parts)


def _rule(height: float, label: str) -> str:
    return (
        f'<path d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}" stroke="#d9dce1"/>'
        f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{label}</text>'
    )


def _line(points: Points, colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>'


def _legend(index: int, text: str) -> str:
    colour, height = COLOURS[index % len(COLOURS)], TOP + 16 * index + 8
    return f'<text x="{WIDTH - RIGHT + 12}" y="{height}" fill="{colour}">{escape(text)}</text>'
