"""Light or dark, everything that is written can be read."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtGui import QColor

from vocmatch_desktop.ui.theme import DARK, LIGHT, Theme, Tokens, mix, style_sheet

LEAST_CONTRAST = 4.5
TEXT_ROLES = [f.name for f in fields(Tokens) if f.name not in ("ground", "surface", "raised", "line", "dark")]


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two colours, 1…21."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    channels = QColor(color).getRgbF()[:3]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["ground", "surface", "raised"])
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_can_be_read_on_every_ground(tokens: Tokens, ground: str, role: str) -> None:
    assert contrast(getattr(tokens, role), getattr(tokens, ground)) >= LEAST_CONTRAST


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read_on_buttons_filled_with_a_colour(tokens: Tokens) -> None:
    amount = 0.2 if tokens.dark else 0.1
    for role in ("fit", "accent"):
        color = getattr(tokens, role)
        assert contrast(tokens.ground, color) >= LEAST_CONTRAST
        assert contrast(color, mix(color, tokens.surface, amount)) >= LEAST_CONTRAST


def test_the_style_sheet_has_no_hole() -> None:
    assert "$" not in style_sheet(DARK)


def test_the_theme_is_swapped_while_the_window_is_open(theme: Theme, qapp: object, qtbot: object) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.use("light", qapp)
    assert theme.tokens is LIGHT
    assert theme.color("text").name().upper() == LIGHT.text
    theme.use("dark", qapp)


def test_black_on_white_is_the_highest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
