"""MathML as browsers draw it: from the MathML 3 that MathJax writes to MathML Core.

Core has no alphabets (a bold x is a character of its own), no column alignment and no spacing of tables: these become
characters and styles. It spaces an operator by its place in a group alone, where TeX looks at both neighbours: what
differs is written down. What only MathJax reads is dropped.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import cycle
from xml.etree import ElementTree

MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What the alphabets are called in the names of Unicode's characters. Some letters are older than the alphabets.
ALPHABETS = {
    "bold": ("MATHEMATICAL BOLD",),
    "italic": ("MATHEMATICAL ITALIC",),
    "bold-italic": ("MATHEMATICAL BOLD ITALIC",),
    "double-struck": ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"),
    "script": ("MATHEMATICAL SCRIPT", "SCRIPT"),
    "bold-script": ("MATHEMATICAL BOLD SCRIPT",),
    "fraktur": ("MATHEMATICAL FRAKTUR", "BLACK-LETTER"),
    "sans-serif": ("MATHEMATICAL SANS-SERIF",),
    "monospace": ("MATHEMATICAL MONOSPACE",),
}
ALPHABETS |= {f"-tex-{name}": ALPHABETS[alphabet] for name, alphabet in
              {"calligraphic": "script", "bold-calligraphic": "bold-script", "mathit": "italic"}.items()}  # fmt: skip
OLDER = {"ℎ": ("MATHEMATICAL ITALIC", "h")}
NAMED = re.compile(r"(?:LATIN|GREEK) (CAPITAL|SMALL) LETTER (\w+)|(?:GREEK )?(?:LUNATE )?"
                   r"(DIGIT \w+|\w+ SYMBOL|PARTIAL DIFFERENTIAL|NABLA)")  # fmt: skip
DROPPED = re.compile(r"data-|columnalign|columnspacing|rowspacing|linebreak")
TEX_CLASS = "data-mjx-texclass"
SCRIPTS = ("msup", "msub", "msubsup", "munder", "mover", "munderover")
ROWS = ("math", "mrow", "mtd", "mstyle", "msqrt", "mpadded", "mphantom")
SIGNS, CLOSING, APPLIED = tuple("+−±∓"), ")]}⟩⌋⌉|‖!", "\N{FUNCTION APPLICATION}"
BARS = tuple("|‖∣")
PRODUCTS = tuple("⊗⊙⊕")  # in a sum over them they would be large
OVERLINE = "―"  # what TeX's is written with
THIN = "0.167em"
STRUT = {"width": "0", "height": "0.74em", "depth": "0.27em"}  # what the smallest sign of a root covers: else it hangs


def core(mathml: str) -> str:
    """Return one ``<math>`` element as MathML Core, without its namespace.

    Raises ValueError for an alphabet that has no characters of its own.
    """
    root = ElementTree.fromstring(mathml)
    for element in root.iter():
        _name(element)
    for table in root.iter("mtable"):
        _lay_out(table)
    _unwrap(root)
    for over in [over for over in root.iter("mover") if over[1].text == OVERLINE]:
        over.tag, over[:] = "mrow", over[:1]
        over.set("class", "overlined")  # the line is a border: no face has a bar that stretches
    for row in [element for element in root.iter() if element.tag in ROWS]:
        _close(row)
        _space(row)
    for script in [script for element in root.iter() if element.tag in SCRIPTS for script in element[1:]]:
        for operator in script.iter("mo"):
            operator.attrib.update(lspace="0", rspace="0")
    for radical in list(root.iter("msqrt")):
        ElementTree.SubElement(radical, "mspace", STRUT)
    for element in root.iter():
        for name in [name for name in element.attrib if DROPPED.match(name)]:
            del element.attrib[name]
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _name(element: ElementTree.Element) -> None:
    """Drop the namespace and the blanks between elements; write letters as the characters they are."""
    element.tag = element.tag.removeprefix(MATHML)
    element.tail = None
    if element.text and not element.text.strip() and element.tag not in ("mtext", "mi", "mo"):
        element.text = None
    # An operator without a character is the bracket that \right. leaves out.
    element[:] = [child for child in element if child.tag != f"{MATHML}mo" or child.text]
    if element.get("mathvariant", "normal") != "normal":
        element.text = in_alphabet(element.text or "", element.attrib.pop("mathvariant"))
    if element.tag == "mi" and re.fullmatch("[a-zA-Z]", element.text or "") and element.attrib.pop("mathvariant", ""):
        element.tag = "mtext"  # an upright d: as an identifier Firefox spaces it like the name of a function
    if element.text in PRODUCTS:
        element.set("largeop", "false")


def _unwrap(parent: ElementTree.Element) -> None:
    """Take out the groups of one, which draw nothing; an operator that TeX groups alone is an ordinary symbol."""
    for i, child in enumerate(parent):
        _unwrap(child)
        inside = [one.tag for one in child]
        if (child.tag == "mrow" and len(inside) == 1) or (child.tag == "mstyle" and inside == ["mspace"]):
            parent[i] = child[0]
            if child.get(TEX_CLASS) == "ORD":
                child[0].set(TEX_CLASS, "ORD")


def in_alphabet(text: str, alphabet: str) -> str:
    """Return ``text`` in the characters of ``alphabet``, a value of MathML's ``mathvariant``."""
    if alphabet not in ALPHABETS:
        raise ValueError(f"mathvariant {alphabet!r} has no characters of its own; known are {sorted(ALPHABETS)}")
    return "".join(_letter(character, ALPHABETS[alphabet]) for character in text)


def _letter(character: str, prefixes: tuple[str, ...]) -> str:
    kind = re.fullmatch(NAMED, unicodedata.name(character, ""))
    if kind is None:
        return character
    name = kind[3] or f"{kind[1]} {kind[2]}"
    for prefix in prefixes:
        try:
            return unicodedata.lookup(f"{prefix} {name}")
        except KeyError:
            continue
    older = {pair: letter for letter, pair in OLDER.items()}
    return older.get((prefixes[0], character), character)


def _lay_out(table: ElementTree.Element) -> None:
    """Say of each cell what the table says of its columns: the classes are the stylesheet's."""
    aligned = (table.get("columnalign") or "center").split()
    gaps = (table.get("columnspacing") or "1em").split()
    for row in table:
        for column, (cell, align) in enumerate(zip(row, cycle(aligned))):
            gap = gaps[min(column, len(gaps)) - 1] if column else "1em"
            classes = [align] * (align != "center") + ["close"] * (gap in ("0", "0em")) + ["far"] * (gap == "2em")
            if classes:
                cell.set("class", " ".join(classes))


def _close(row: ElementTree.Element) -> None:
    """Give a closing bracket that has scripts and was made large its whole bracket for a base: alone it stays small."""
    for element in list(row):
        if element.tag not in SCRIPTS or element[0].tag != "mo" or element[0].get("minsize") is None:
            continue
        end = list(row).index(element)
        large = [i for i, one in enumerate(row) if i < end and one.tag == "mo" and one.get("minsize")]
        if large:
            group = ElementTree.Element("mrow")
            group.extend([*row[large[-1] : end], element[0]])
            element[0] = group
            for inside in list(group)[:-1]:
                row.remove(inside)


def _space(row: ElementTree.Element) -> None:
    """Space a row as TeX does: bars, signs and the names of functions by their neighbours."""
    spaced: list[ElementTree.Element] = []
    before: ElementTree.Element | None = None
    elements = [element for element in row if element.text != APPLIED]
    for element, after in zip(elements, [*elements[1:], None]):
        if element.tag == "mo" and element.text in BARS and (before is None or _expects_more(before)):
            element.set(TEX_CLASS, "OPEN")
        if element.tag == "mo" and element.get(TEX_CLASS) in ("ORD", "OPEN", "CLOSE"):
            element.attrib.update(lspace="0", rspace="0")
        if element.tag == "mo" and element.text in SIGNS and (before is None or _expects_more(before)):
            element.set("form", "prefix")
        if _is_function(element):
            if before is not None and not _expects_more(before):
                spaced.append(ElementTree.Element("mspace", width=THIN))
            spaced.append(element)
            if after is not None and after.tag not in ("mo", "mspace"):
                spaced.append(ElementTree.Element("mspace", width=THIN))
        else:
            spaced.append(element)
        before = element
    row[:] = spaced


def _expects_more(element: ElementTree.Element) -> bool:
    """Whether what follows is the beginning of a term: after a relation, an operator, an opening bracket, a comma."""
    if element.tag == "mspace":
        return True
    operator = _core(element)
    ends_one = element.get(TEX_CLASS) in ("ORD", "CLOSE") or (operator.text or "") in CLOSING
    opens_one = element.get(TEX_CLASS) == "OPEN"
    return operator.tag == "mo" and (opens_one or not ends_one) and not _is_function(element)


def _is_function(element: ElementTree.Element) -> bool:
    name = _core(element)
    if name.tag == "mo" and re.fullmatch(r"[a-z]{2,}", name.text or ""):
        name.attrib.update(lspace="0", rspace="0")
        return True
    return name.tag == "mi" and re.fullmatch(r"[a-z]{2,}", name.text or "", re.ASCII) is not None


def _core(element: ElementTree.Element) -> ElementTree.Element:
    """Return what scripts are attached to, in the end."""
    while element.tag in SCRIPTS:
        element = element[0]
    return element
