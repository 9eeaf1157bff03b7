"""A record as PDF: text only, in whatever script it was written, without links, scripts or form fields.

Fonts are Debian's (fonts-noto-core, fonts-droid-fallback), embedded as subsets; HarfBuzz shapes Thai,
Tamil and others.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from alerts.console import inert
from alerts.console.record import Section

#: Where distributions keep fonts.
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/opt/homebrew/share/fonts"))
TEXT, BOLD = "NotoSans-Regular.ttf", "NotoSans-Bold.ttf"
#: For signs that NotoSans lacks: the font, loaded only where one of its signs occurs.
FALLBACKS = {
    "NotoSansThai-Regular.ttf": "\u0e00-\u0e7f",
    "NotoSansTamil-Regular.ttf": "\u0b80-\u0bff",
    "NotoSansLao-Regular.ttf": "\u0e80-\u0eff",
    "NotoSansKhmer-Regular.ttf": "\u1780-\u17ff\u19e0-\u19ff",
    "NotoSansMyanmar-Regular.ttf": "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f",
    "NotoSansBengali-Regular.ttf": "\u0980-\u09ff",
    "NotoSansDevanagari-Regular.ttf": "\u0900-\u097f",
    "NotoSansTelugu-Regular.ttf": "\u0c00-\u0c7f",
    "NotoSansMalayalam-Regular.ttf": "\u0d00-\u0d7f",
    "NotoSansArabic-Regular.ttf": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "NotoSansMath-Regular.ttf": "\u2190-\u22ff\u27c0-\u27ef",
    "NotoSansSymbols2-Regular.ttf": "\u2300-\u27bf\U0001f300-\U0001faff",
    "DroidSansFallbackFull.ttf": "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef",
}
_SIZE, _LEADING = 8.5, 4.2  # points, millimetres
_MOST_CELL = 6000  # signs of one cell


class FontsMissing(Exception):
    """This machine lacks the fonts; the message names the packages."""

    problem_status = 503
    problem_type = "fonts-missing"


class _Page(FPDF):
    """A page with the record's name above and its number below."""

    head = foot = ""

    def header(self) -> None:
        self.set_font("text", "B", _SIZE)
        self.cell(0, 6, self.head, border="B", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("text", "", 7)
        self.multi_cell(0, 3.5, f"{self.foot}   {self.page_no()}/{{nb}}", align="C")


def write(head: str, foot: str, notice: Iterable[str], tables: Iterable[Section]) -> bytes:
    """The PDF: `notice` in lines first, then the tables. Raises FontsMissing."""
    tables, notice = list(tables), [inert.visible(line) for line in notice]
    page = _Page(orientation="L", format="A4")
    page.set_title(inert.visible(head))
    page.set_margins(12, 10)
    page.set_auto_page_break(True, 18)
    cells = (cell for table in tables for row in table.rows for cell in row)
    gaps = _load_fonts(page, "".join([head, foot, *notice, *cells]))
    page.head, page.foot = (inert.visible(text).translate(gaps) for text in (head, foot))
    page.add_page()
    for line in notice:
        page.set_font("text", "B", _SIZE)
        page.multi_cell(0, _LEADING + 1, line.translate(gaps), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for table in tables:
        _table(page, table, gaps)
    return bytes(page.output())


def _table(page: FPDF, table: Section, gaps: dict[int, str]) -> None:
    page.ln(3)
    page.set_font("text", "B", 11)
    page.cell(0, 7, table.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font("text", "", _SIZE)
    if not table.rows:
        page.cell(0, 5, "–", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        return
    widths = {2: (1, 4), 4: (3, 2, 4, 7), 5: (3, 2, 3, 4, 8)}[len(table.columns)]
    with page.table(
        col_widths=widths, line_height=_LEADING, text_align="LEFT", padding=0.7, first_row_as_headings=True
    ) as grid:
        for row in (table.columns, *table.rows):
            line = grid.row()
            for cell in row:
                line.cell(_shown(cell, gaps))


def _shown(text: str, gaps: dict[int, str]) -> str:
    text = inert.visible(str(text)).translate(gaps)
    return text if len(text) <= _MOST_CELL else f"{text[:_MOST_CELL]} […]"


def _load_fonts(page: FPDF, text: str) -> dict[int, str]:
    """Load what `text` needs; return how to write the signs that no font has, such as ⟨U+1F600⟩."""
    page.add_font("text", "", _font(TEXT))
    page.add_font("text", "B", _font(BOLD))
    wanted = [name for name, signs in FALLBACKS.items() if re.search(f"[{signs}]", text)]
    for name in wanted:
        page.add_font(name, "", _font(name))
    page.set_fallback_fonts(wanted, exact_match=False)
    page.set_text_shaping(True)
    known = set().union(*(page.fonts[key].cmap for key in page.fonts)) | {ord("\n"), ord("\t")}
    return {ord(sign): f"⟨U+{ord(sign):04X}⟩" for sign in set(inert.visible(text)) if ord(sign) not in known}


@cache
def _font(name: str) -> Path:
    for folder in FOLDERS:
        if found := next(folder.rglob(name), None):
            return found
    raise FontsMissing(
        f"{name} is missing on this machine: apt-get install fonts-noto-core fonts-droid-fallback"
    )
