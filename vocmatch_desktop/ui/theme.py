"""The window's look in one place: colour tokens, type, spacing, icons, the palette and the style sheet.

Everything that paints asks a `Theme` for its colours when it paints, and repaints on `Theme.changed`: light and dark
swap while the window is open. Text keeps a contrast of at least 4.5:1 on every ground it may stand on (a test
computes it).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from vocmatch_desktop.settings import bundled

SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_5 = 4, 8, 12, 16, 24
RADIUS = 6
BODY_PX, SMALL_PX, LARGE_PX = 13, 11, 20
ICON_PX = 16
ROW_HEIGHT = 36


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours by what they are for, as "#rrggbb". Text roles hold 4.5:1 on ground, surface and raised."""

    ground: str
    surface: str
    raised: str
    line: str
    text: str
    text_2: str
    accent: str
    fit: str
    caution: str
    error: str
    melody: str
    keys: str
    dark: bool


DARK = Tokens(
    ground="#15171C",
    surface="#1C1F26",
    raised="#252932",
    line="#343A46",
    text="#E9EBF1",
    text_2="#A5ACBB",
    accent="#FF7A59",
    fit="#3FC8B4",
    caution="#F2B84B",
    error="#FF6369",
    melody="#9B8CFF",
    keys="#6BB5FF",
    dark=True,
)
LIGHT = Tokens(
    ground="#FFFFFF",
    surface="#F5F6F9",
    raised="#E8EAF0",
    line="#C6CBD6",
    text="#191C23",
    text_2="#525968",
    accent="#B83A17",
    fit="#006F62",
    caution="#7E5300",
    error="#B4232C",
    melody="#5443C4",
    keys="#14609F",
    dark=False,
)
NAMES = {"dark": DARK, "light": LIGHT}


class Theme(QObject):
    """The tokens in force; emits `changed` when the other set is put in their place."""

    changed = Signal()

    def __init__(self, name: str = "dark", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tokens = NAMES.get(name, DARK)
        self._icons: dict[tuple[str, str, str], QIcon] = {}

    @property
    def name(self) -> str:
        """Which set it is, `dark` or `light`."""
        return "dark" if self.tokens.dark else "light"

    def apply(self, application: QApplication) -> None:
        """Dresses the whole application: style, palette, font and style sheet."""
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(self.font())
        application.setPalette(palette(self.tokens))
        application.setStyleSheet(style_sheet(self.tokens))

    def use(self, name: str, application: QApplication) -> None:
        """Swaps to "dark" or "light"."""
        self.tokens = NAMES.get(name, DARK)
        self._icons.clear()
        self.apply(application)
        self.changed.emit()

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a token ("text_2", "fit" …), `alpha` 0…1."""
        color = QColor(getattr(self.tokens, role))
        color.setAlphaF(alpha)
        return color

    def font(self, px: int = BODY_PX, bold: bool = False) -> QFont:
        """The platform's face at `px` pixels with tabular figures, so numbers that change do not jump."""
        font = QFont(QGuiApplication.font())
        font.setPixelSize(px)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def icon(self, name: str, role: str = "text", disabled: str = "line") -> QIcon:
        """An icon of the one set in use (qtawesome's Phosphor), e.g. `icon("ph.play-fill")`, in a token's colour."""
        import qtawesome

        wanted = (name, role, disabled)
        if wanted not in self._icons:
            colors = {"color": self.color(role), "color_disabled": self.color(disabled)}
            self._icons[wanted] = qtawesome.icon(name, **colors)
        return self._icons[wanted]


def palette(tokens: Tokens) -> QPalette:
    """Qt's own roles from the tokens, for everything the style sheet does not reach."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, name in {
        roles.Window: "surface",
        roles.Base: "ground",
        roles.AlternateBase: "surface",
        roles.Button: "raised",
        roles.ToolTipBase: "raised",
        roles.Highlight: "fit",
        roles.Mid: "line",
        roles.Light: "raised",
        roles.Dark: "ground",
    }.items():
        made.setColor(role, QColor(getattr(tokens, name)))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.ToolTipText):
        made.setColor(role, QColor(tokens.text))
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.line))
    made.setColor(roles.PlaceholderText, QColor(tokens.text_2))
    made.setColor(roles.HighlightedText, QColor(tokens.ground))
    made.setColor(roles.Link, QColor(tokens.fit))
    return made


def style_sheet(tokens: Tokens) -> str:
    """The style sheet `resources/theme/window.qss` with the tokens filled in."""
    values = {name: value for name, value in asdict(tokens).items() if isinstance(value, str)}
    amount = 0.2 if tokens.dark else 0.1
    values |= {f"{name}_soft": mix(value, tokens.surface, amount) for name, value in values.items()}
    folder = bundled("resources") / "theme"
    values["caret"] = (folder / "caret.svg").as_posix()
    return Template((folder / "window.qss").read_text("utf-8")).substitute(values)


def mix(front: str, back: str, amount: float) -> str:
    """`front` laid over `back` with opacity `amount`, as "#rrggbb"."""
    parts = zip(_channels(front), _channels(back), strict=True)
    return "#" + "".join(f"{round(a * amount + b * (1 - amount)):02X}" for a, b in parts)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
