"""Readable shades of a brand's colours (contrast as WCAG 2.2, section 1.4.3, defines it)."""

from dataclasses import dataclass

READABLE = 4.5
LIGHT_PAGE, DARK_PAGE = "#f6f7f9", "#14171c"


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of a colour written #rrggbb."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it, as #rrggbb."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def text_on(background: str) -> str:
    """White or near-black, whichever reads better on the background."""
    return max(("#ffffff", "#10131a"), key=lambda text: contrast(text, background))


def readable(colour: str, background: str) -> str:
    """The nearest shade of `colour` that reads as text on `background`."""
    towards = "#000000" if luminance(background) > 0.4 else "#ffffff"
    for step in range(21):
        shade = mix(colour, towards, step / 20)
        if contrast(shade, background) >= READABLE:
            return shade
    return towards


@dataclass(frozen=True)
class Palette:
    """What the portal's stylesheet needs of a brand: colours as #rrggbb."""

    brand: str
    on_brand: str
    link_light: str
    link_dark: str
    header: str
    on_header: str

    @classmethod
    def of(cls, colour: str, header: str = "") -> "Palette":
        """The palette of a brand colour and, unless empty, a header colour."""
        return cls(
            brand=colour,
            on_brand=text_on(colour),
            link_light=readable(colour, LIGHT_PAGE),
            link_dark=readable(colour, DARK_PAGE),
            header=header,
            on_header=text_on(header) if header else "",
        )
