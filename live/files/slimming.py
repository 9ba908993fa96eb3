"""What of Pyodide's files no page can use, and so is not sent: a sixth of what a reader waits for.

The files are compared with their pins whole; then these are left out of them. To matplotlib's, the list of its fonts is
added, which it makes for seconds where it finds none (``font_cache.mjs``).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from live.files.wheels import packed, unpacked

FOR_COMPILERS = ("*.pyi", "*.pxd", "*.pyx", "*.h", "*.c", "*.a", "*.pc", "*.f", "*.f90", "*.in", "*.template",
                 "*.dist-info/RECORD")
USED_ENCODINGS = ("__init__", "aliases", "ascii", "charmap", "cp1252", "cp437", "hex_codec", "base64_codec", "idna",
                  "latin_1", "iso8859_1", "iso8859_15", "mac_roman", "punycode", "raw_unicode_escape",
                  "unicode_escape", "undefined", "utf_*")
# By the first word of a file's name. The library's parts for servers, windows and processes, none of which a page has.
LEFT_OUT = {
    "python_stdlib": (
        "imaplib.py", "mailbox.py", "nntplib.py", "smtplib.py", "poplib.py", "ftplib.py", "telnetlib.py",
        "socketserver.py", "xmlrpc/*", "wsgiref/*", "http/server.py", "http/cookiejar.py", "cgi.py", "cgitb.py",
        "multiprocessing/*", "idlelib/*", "tkinter/*", "turtle*", "ensurepip/*", "venv/*", "lib2to3/*", "curses/*",
        "dbm/*", "sqlite3/*", "pydoc_data/*", "unittest/mock.py", "zipapp.py", "logging/config.py",
        "logging/handlers.py", "webbrowser.py", "mailcap.py", "optparse.py", "test/*", "xml/dom/*", "xml/sax/*",
        "asyncio/windows*", "asyncio/proactor_events.py", "pickletools.py", "aifc.py", "sunau.py", "wave.py",
        "chunk.py", "crypt.py", "pipes.py", "imghdr.py", "sndhdr.py", "uu.py", "xdrlib.py", "_osx_support.py",
        "_aix_support.py", "msilib/*", "distutils/*", "antigravity.py", "this.py", "tabnanny.py", "trace.py",
    ),
    "numpy": (*FOR_COMPILERS, "numpy/f2py/*", "numpy/_pyinstaller/*", "numpy/distutils/*",
              "numpy/doc/*"),
    "matplotlib": (
        *FOR_COMPILERS, "*/mpl-data/sample_data/*", "*/mpl-data/images/*", "*/mpl-data/fonts/afm/*",
        "*/mpl-data/fonts/pdfcorefonts/*", "*/backends/web_backend/*", "*/backends/qt_editor/*",
        "*/backends/backend_pdf*", "*/backends/backend_ps*", "*/backends/backend_pgf*",
        "*/backends/*gtk*", "*/backends/*qt*", "*/backends/*wx*", "*/backends/*tk*",
        "*/backends/*cairo*", "*/backends/*nbagg*", "*/backends/*webagg*", "*/backends/*macosx*",
        "matplotlib/_ttconv*", "*/sphinxext/*", "*/tests/*",
    ),
    "pillow": (*FOR_COMPILERS, "PIL/_webp*", "PIL/_imagingtk*", "PIL/_imagingft*", "PIL/_imagingcms*",
               "PIL/_imagingmath*", "PIL/_imagingmorph*"),
    "python_dateutil": (*FOR_COMPILERS, "dateutil/zoneinfo/*.tar.gz"),
}  # fmt: skip


ADDED = {"matplotlib": {"matplotlib/fontlist.json": Path(__file__).with_name("fontlist.json")}}


def slimmed(file_name: str, data: bytes) -> bytes:
    """The zip or wheel ``data`` without what is left out of it; other files as they are."""
    name = file_name.split("-")[0].removesuffix(".zip")
    if name not in LEFT_OUT:
        return data
    kept = {path: content for path, content in unpacked(data).items() if _used(path, LEFT_OUT[name])}
    added = {path: file.read_bytes() for path, file in ADDED.get(name, {}).items()}
    return packed({**kept, **added})


def _used(path: str, patterns: tuple[str, ...]) -> bool:
    folder, _, name = path.partition("/")
    if folder == "encodings":
        return any(fnmatchcase(name, f"{encoding}.py*") for encoding in USED_ENCODINGS)
    return not any(fnmatchcase(path, pattern) for pattern in patterns)
