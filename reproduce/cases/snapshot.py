"""A snapshot of this book's prose as a plain text to learn from: ``python -m reproduce.cases.snapshot``.

What is kept are the sentences of chapters 0 to 10 and both interludes, in the book's order, one paragraph a line, a
chapter's end marked by a line of its own. Code, displayed formulas, figures and directives' options are left out; a
formula in a line becomes ``$``, a number that a cell computes ``#``, a citation nothing. It is made once and kept: the
book goes on changing, and a model's score must not.
"""

import re
import subprocess
from pathlib import Path

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
TEXT = CHAPTERS / "data" / "book.txt"
ORDER = (
    "00_why_time_is_hard", "01_unrolling", "02_backpropagation_through_time", "what_a_state_can_hold",
    "the_recursion_at_work", "03_explosion", "04_vanishing", "05_clipping", "06_truncation", "07_additive_paths",
    "08_orthogonal_dynamics", "09_attention", "10_parallel_recurrences",
)  # fmt: skip
END = "=" * 8
SYMBOLS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?'\"()-+=/%$#\n")
CALLED_OTHERWISE = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\N{NO-BREAK SPACE}": " "}
)


def prose(source: str) -> str:
    """Return the sentences of a chapter's source, one paragraph a line."""
    text = re.sub(r"\A---.*?^---$", "", source, flags=re.S | re.M)
    text = re.sub(r"^```\{(code-cell|glue|bibliography)\}.*?^```$", "", text, flags=re.S | re.M)
    text = re.sub(r"\$\$.*?\$\$( \(\S+\))?", "", text, flags=re.S)
    text = re.sub(r"^(:::+|```+).*$|^:[\w-]+:.*$|^\(\S+\)=$", "", text, flags=re.M)
    text = re.sub(r"^- \[\w* ?\]", "", text, flags=re.M).replace(" :: ", " ")
    text = re.sub(r"^\s*(#+|-|\d+\.|>|\|)\s", "", text, flags=re.M)
    text = re.sub(r"\$[^$\n]+\$", "$", text)
    text = re.sub(r"\{glue:\w+\}`[^`]*`", "#", text)
    text = re.sub(r"\{cite:t\}`[^`]*`", "the authors", text)
    text = re.sub(r"\s*\{(cite:p|eq)\}`[^`]*`", "", text)
    text = re.sub(r"\{[\w:]+\}`([^`<]*?)\s*(<[^>]*>)?`", r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*`_]", "", text).translate(CALLED_OTHERWISE)
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
    kept = "\n".join(line for line in lines if len(line.split()) > 3)
    return "".join(character for character in kept if character in SYMBOLS)


def snapshot() -> str:
    """Return the text of the book as it stands."""
    return f"\n{END}\n".join(prose((CHAPTERS / f"{name}.md").read_text(encoding="utf8")) for name in ORDER) + "\n"


def main() -> None:
    """Write it, and say of which commit it is."""
    TEXT.write_text(snapshot(), encoding="utf8")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    print(f"{TEXT}: {TEXT.stat().st_size:,} bytes, of {commit.stdout.strip()}")


if __name__ == "__main__":
    main()
