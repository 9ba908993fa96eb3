"""What a file is, by its name: a notebook, something left by a tool, or something to be told about in a sentence."""

from __future__ import annotations

import re

from rnngrade.judge.handed_in.entries import Entry

LITTER = re.compile(
    r"\._.*|\.DS_Store|__MACOSX|Thumbs\.db|desktop\.ini|\.ipynb_checkpoints|\.git|\.gitignore|\.vscode|\.idea|"
    r"__pycache__|\.Trash.*|\.nfs.*|~\$.*|\.~lock.*|\.localized|\.Spotlight.*|\.virtual_documents|\.pytest_cache",
    re.IGNORECASE,
)
CHECKPOINT = re.compile(r".*-checkpoint(?: ?\(\d+\))?\.ipynb", re.IGNORECASE)
NOTEBOOK = re.compile(r".*\.ipynb(?:\.(?:json|txt))?", re.IGNORECASE | re.DOTALL)
TEXT = re.compile(r".*\.(?:json|txt)", re.IGNORECASE | re.DOTALL)  # what a browser may make of a notebook's name
NOTES = ("timestamp.txt",)  # nbgrader's, beside a notebook
ARCHIVE = ".7z .rar .tar .gz .tgz .bz2 .tbz .xz .txz .zst .zipx .cab .iso .dmg"
KINDS = {
    ".py": "a Python script, not a notebook",
    ".html .htm .mhtml": "a web page made from a notebook, not the notebook",
    ARCHIVE: "an archive of another kind, which is not opened (only .zip is)",
    ".pdf .doc .docx .odt .rtf .pages .tex .md .rst": "a document, not a notebook",
    ".png .jpg .jpeg .gif .heic .webp .svg .bmp .tif .tiff": "a picture, not a notebook",
    ".icloud": "a placeholder: the file itself is still in iCloud, and was not handed in",
    ".gdoc .gsheet .gslides .url .webloc .lnk .desktop .colab": "a link to a file that was not handed in",
    ".crdownload .part .partial .download .tmp .opdownload": "a download or upload that did not end",
    ".r .rmd .jl .m .java .cpp .c .js .ts": "source code, not a notebook",
    ".csv .tsv .xlsx .xls .npy .npz .pkl .pickle .pt .pth .h5 .parquet .json .txt .yml .yaml": "data, not a notebook",
}
BY_SUFFIX = {suffix: words for suffixes, words in KINDS.items() for suffix in suffixes.split()}


def is_litter(entry: Entry) -> bool:
    """Whether a tool left it, and no person handed it in."""
    return LITTER.fullmatch(entry.name) is not None or CHECKPOINT.fullmatch(entry.name) is not None


def is_notebook(entry: Entry) -> bool:
    """Whether its name is a notebook's, whatever its case and whatever a browser has appended."""
    return NOTEBOOK.fullmatch(entry.name) is not None and entry.name[:2] != "._"


def may_be_notebook(entry: Entry) -> bool:
    """Whether it is worth looking for a notebook under a name that is none's."""
    return TEXT.fullmatch(entry.name) is not None and entry.name not in NOTES


def what(entry: Entry) -> str:
    """A few words for a file or folder without a notebook."""
    if entry.kind not in ("folder", "file") or entry.problem:
        return entry.problem
    if entry.kind == "folder":
        return "a folder named like a notebook" if is_notebook(entry) else "a folder"
    suffix = re.search(r"\.[^.]*$", entry.name.lower())
    if entry.is_zip:
        return "a zip"
    return BY_SUFFIX.get(suffix[0], f"a file of another kind ({suffix[0]})") if suffix else "a file of no known kind"


def ask_for(assignment: str) -> str:
    """What to ask the learner for."""
    return f"ask for the notebook {assignment or 'NN_name'}.ipynb itself (in Jupyter: File, Download)"
