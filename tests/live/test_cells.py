"""Cells of a page, run by this Python: what they show, in which order, up to where; what is said of what goes wrong."""

import base64
import io
import signal
import sys
from itertools import groupby

import pytest
from PIL import Image

from live.python import cells, errors, output, pace, plots
from rnngrade.surroundings import HERE, Surroundings


class Page:
    """A session, and what it has sent."""

    def __init__(self):
        self.sent = []
        self.session = cells.start(lambda kind, data, words: self.sent.append((kind, data, words)))

    def run(self, source, cell="answer"):
        """Run a cell; whether that went well, and what it sent."""
        self.sent.clear()
        return self.session.run(source, cell), list(self.sent)

    def said(self, source):
        """The kinds and texts that a cell sends, pieces of one kind put together."""
        joined = []
        for kind, data, _ in self.run(source)[1]:
            if joined and joined[-1][0] == kind:
                joined[-1][1] += data
            else:
                joined.append([kind, data])
        return [tuple(piece) for piece in joined]


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(plots, "send", plots.send)
    for name, value in vars(Surroundings()).items():
        monkeypatch.setattr(HERE, name, value)
    return Page()


@pytest.fixture
def pyplot(page):
    """A page that draws, as matplotlib's backend says, whichever was in use before."""
    from matplotlib import pyplot

    before = pyplot.get_backend()
    pyplot.switch_backend("module://live.python.backend")
    yield page
    pyplot.close("all")
    pyplot.switch_backend(before)


def test_prints_errors_and_the_last_value_come_in_their_order(page):
    source = "import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')\nx = 3\nx + 1"
    assert page.said(source) == [("out", "one\n"), ("err", "two\n"), ("out", "three\n4\n")]
    assert page.said("_ * 2") == [("out", "8\n")]


@pytest.mark.parametrize("source", ["x = 1", "None", "1 + 1;", "", "# nothing", "def f(): return 1", "for _ in '': 1"])
def test_a_cell_without_a_value_shows_none(page, source):
    assert page.run(source) == (True, [])


def test_cells_share_names_and_are_the_module_main(page):
    page.run("import pickle\nclass Model:\n    pass\nkept = pickle.dumps(Model())")
    assert page.said("type(pickle.loads(kept)) is Model") == [("out", "True\n")]
    page.session.reset()
    assert page.run("Model")[1][-1] == ("missing", "Model", "")


def test_a_value_is_shown_in_its_richest_form(page):
    page.run("class Rich:\n    def _repr_html_(self): return '<b>rich</b>'\n    def __repr__(self): return 'poor'")
    assert page.run("Rich()")[1] == [("html", "<b>rich</b>", "poor")]
    page.run("class Bundle:\n    def _repr_mimebundle_(self, **_): return {'image/svg+xml': '<svg/>'}, {}\n"
             "    def __repr__(self): return 'words'")
    assert page.run("display(1, Bundle())\n")[1] == [("out", "1\n", ""), ("svg", "<svg/>", "words")]
    page.run("class Picture:\n    def _repr_png_(self): return b'pixels'\n    def __repr__(self): return 'words'")
    assert page.run("Picture()")[1] == [("png", base64.b64encode(b"pixels").decode(), "words")]
    assert page.said("{'b': [1] * 60, 'a': 2}")[0][1].startswith("{'b': [1, 1,")
    assert page.said("int") == [("out", "int\n")]


def test_a_traceback_begins_at_the_cell_and_quotes_it(page):
    page.run("def slope(h):\n    return 1 / h")
    fine, [(kind, text, _)] = page.run("\nslope(0)")
    assert (fine, kind) == (False, "err")
    lines = text.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[1:3] == ['  File "<answer, run 2>", line 2, in <module>', "    slope(0)"]
    assert '  File "<answer, run 1>", line 2, in slope' in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "live/python" not in text


def test_a_function_keeps_its_lines_when_its_cell_is_run_with_other_ones(page):
    page.run("def f():\n    raise ValueError('first')")
    page.run("# three\n# lines\n# more\ng = f")
    assert "raise ValueError('first')" in page.said("f()")[0][1]


def test_a_syntax_error_points_at_its_place_and_nothing_of_the_cell_runs(page):
    [(kind, text)] = page.said("print('never')\nx = = 2")
    assert kind == "err"
    assert text.splitlines()[0] == '  File "<answer, run 1>", line 2'
    assert text.splitlines()[-1] == "SyntaxError: invalid syntax"


def test_a_missing_name_is_sent_for_the_page_to_offer_the_cells_above(page):
    assert page.run("np.zeros(3)")[1][-1] == ("missing", "np", "")


@pytest.mark.parametrize(("source", "kind", "words"), [
    ("raise ModuleNotFoundError(\"No module named 'torch'\")", "hint", errors.TORCH),
    ("raise ModuleNotFoundError(\"No module named 'IPython'\")", "hint", "`display`"),
    ("raise ModuleNotFoundError(\"No module named 'pandas.io'\")", "hint", "`pandas` is not there"),
    ("raise ModuleNotFoundError(\"The module 'ssl' is unvendored from the Python standard library\")", "hint", "`ssl`"),
    ("raise RuntimeError(\"can't start new thread\")", "hint", "one thread"),
    ("raise KeyboardInterrupt", "stopped", "line 1"),
    ("raise MemoryError", "memory", ""),
    ("import sys\nsys.exit()", "hint", "ended this cell"),
    ("input('name?')", "err", "give the value in the cell"),
    ("breakpoint()", "err", "print what you look for"),
    ("%timeit f(x)", "hint", "perf_counter"),
    ("x = 1\n!ls -l", "hint", "a page has none"),
    ("%pip install jax", "hint", "Nothing can be installed"),
    ("!python -m pip install jax", "hint", "Nothing can be installed"),
    ("np.tanh?", "hint", "help(np.tanh)"),
    ("%run other.py", "hint", "In Jupyter"),
])
def test_what_a_page_cannot_do_is_said_in_words(page, source, kind, words):
    fine, sent = page.run(source)
    assert not fine
    assert sent[-1][0] == kind
    assert words in sent[-1][1]


def test_lines_that_do_nothing_here_are_passed_over_and_lines_keep_their_numbers(page):
    assert page.said("%matplotlib inline\n%config X=1\nprint(5)\n1 / 0")[0] == ("out", "5\n")
    assert "line 4" in page.said("%matplotlib inline\n%config X=1\nprint(5)\n1 / 0")[1][1]
    assert page.said("print('''\n%timeit\n!ls''')") == [("out", "\n%timeit\n!ls\n")]


@pytest.mark.parametrize("loop", [
    "while True:\n    print('endless ' * 10)",
    "while True:\n    print('x', flush=True)",
    "import sys\nwhile True:\n    sys.stderr.write('x' * 100)",
    "print('x' * 10**7)\nwhile True:\n    print('y')",
])
def test_endless_output_is_cut_and_sent_in_few_pieces(page, loop):
    sent = 0

    def count(kind, data, words):
        nonlocal sent
        sent += len(data)
        page.sent.append((kind, data, words))

    bounded = loop.replace("while True", "for _ in range(60_000)")
    page.session = cells.start(count)
    assert page.run(bounded)[0]
    assert output.CHARACTERS <= sent <= output.CHARACTERS + 100
    assert "not shown" in page.sent[-1][1]
    assert len(page.sent) < 500


def test_a_value_without_end_and_a_thousand_pictures_are_cut_as_well(page):
    assert sum(len(data) for _, data, _ in page.run("list(range(10**5))")[1]) < output.CHARACTERS + 100
    kinds = [kind for kind, _, _ in page.run("for _ in range(1000): display({'text/html': '<b>'}, raw=True)")[1]]
    assert kinds == ["html"] * output.SHOWN + ["out"]


def test_the_first_lines_come_as_they_are_printed(page):
    seen = []
    page.session.names["seen"] = lambda: seen.append([data for _, data, _ in page.sent])
    page.run("print('loading')\nseen()\nprint('loaded')\nseen()")
    assert seen == [["loading\n"], ["loading\n", "loaded\n"]]


def test_what_ends_a_cell_is_said_after_the_limit_too(page):
    sent = page.run("def f(n): return f(n + 1) + 1\nprint('x' * 10**6)\nf(0)")[1]
    assert sent[-1][0] == "err"
    assert "RecursionError" in sent[-1][1]
    assert len(sent[-1][1]) < output.LONGEST + 100


def test_a_warning_comes_in_every_run_of_its_cell(page):
    source = ("import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('default')\n"
              "    warnings.showwarning = lambda warning, *place: print(warning)\n    warnings.warn('careful')")
    assert [page.said(source) for _ in range(2)] == [[("out", "careful\n")]] * 2


def test_plots_come_where_they_are_shown_with_words_and_a_background(pyplot):
    source = ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Growth')\nplt.xlabel('step')\n"
              "plt.ylabel('norm')\nplt.show()\nprint('between')\nplt.figure(facecolor='none')\nplt.plot([2, 1])")
    fine, sent = pyplot.run(source + ";")
    assert fine
    assert [kind for kind, _ in groupby(kind for kind, _, _ in sent)] == ["png", "out", "png"]
    assert sent[0][2] == "Plot: Growth, norm against step"
    for _, data, _ in (sent[0], sent[-1]):
        corner = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA").getpixel((0, 0))
        assert corner == (255, 255, 255, 255)


def test_a_figure_that_is_displayed_is_not_drawn_again(pyplot):
    assert [kind for kind, _, _ in pyplot.run("import matplotlib.pyplot as plt\nfig = plt.figure()\nfig")[1]] == ["png"]
    assert pyplot.run("1 + 1")[1] == [("out", "2\n", "")]


def test_a_plot_that_cannot_be_drawn_says_so_and_is_gone(pyplot):
    fine, sent = pyplot.run("import matplotlib.pyplot as plt\nplt.title('$\\\\nonsense{$');")
    assert not fine
    assert sent[-1][0] == "err"
    assert pyplot.run("print(1)") == (True, [("out", "1\n", "")])


CHECK = 'from rnngrade import check\ncheck("unrolled-matrix", group="typical")'


def test_a_check_shows_its_panel_and_says_which_line(page):
    page.run("def unrolled_matrix(W, U, T):\n\n\n    return W.reshape(7, 999)")
    fine, sent = page.run(CHECK, "check")
    assert not fine
    assert [kind for kind, _, _ in sent] == ["html", "note"]
    assert "Line 4 of its cell: <code" in sent[0][1]
    assert "return W.reshape(7, 999)" in sent[0][2]


@pytest.mark.parametrize(("body", "advice"), [
    ("raise ModuleNotFoundError(\"No module named 'torch'\")", errors.TORCH), ("return nowhere", errors.CELLS_ABOVE),
])
def test_a_panel_tells_what_serves_here(page, body, advice):
    page.run(f"def unrolled_matrix(W, U, T):\n    {body}")
    _, sent = page.run(CHECK)
    assert f"\n  {advice}\n" in sent[0][2]


def test_the_pace_is_measured_once_and_never_below_one(monkeypatch):
    pace.slower.cache_clear()
    taken = iter([pace.MEANT * 5, pace.MEANT * 3, pace.MEANT * 4])
    monkeypatch.setattr(pace, "timed", lambda: next(taken))
    assert pace.slower() == pytest.approx(3)
    assert pace.slower() == pytest.approx(3)
    pace.slower.cache_clear()
    monkeypatch.setattr(pace, "timed", lambda: pace.MEANT / 2)
    assert pace.slower() == 1
    pace.slower.cache_clear()


@pytest.mark.parametrize(("source", "kinds"), [("raise KeyboardInterrupt", ["stopped"]), ("1 / 0", ["err"])])
def test_an_interrupt_ends_no_python_that_begins_a_cell_or_says_what_ended_it(page, monkeypatch, source, kinds):
    """The page sends it again and again until it has heard; on a busy machine that is once too often."""

    def interrupted(act):
        def act_(*given):
            signal.raise_signal(signal.SIGINT)
            return act(*given)

        return act_

    heard = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(output.Output, "flush", interrupted(output.Output.flush))
    for module, name in ((errors, "explain"), (cells, "Output")):
        monkeypatch.setattr(module, name, interrupted(getattr(module, name)))
    fine, said = page.run(source)
    assert (fine, [kind for kind, _, _ in said]) == (False, kinds)
    assert signal.getsignal(signal.SIGINT) is heard


def test_an_interrupt_ends_the_cell_that_runs(page):
    stopped = page.said("import signal\nsignal.raise_signal(signal.SIGINT)\nprint('still here')")
    assert stopped == [("stopped", "line 2")]
    assert page.said("1 + 1") == [("out", "2\n")]
