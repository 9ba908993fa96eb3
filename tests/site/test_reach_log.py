"""The Playground's map and sentence over a log of fit, in a browser."""

import matplotlib
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from rnnlib import LSTMCell, PlainCell
from rnnlib.figures import subplots, use_style
from rnnlib.figures.interactive import ReachLog
from rnnlib.figures.interactive.reach_log import asked_at_last_alone, needs_of
from rnnlib.gradients import clip_norm
from rnnlib.models import Model
from rnnlib.optimisers import Adam
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import (
    AddingTask,
    BracketsTask,
    CopyTask,
    DistantContactTask,
    FlipFlopTask,
    LatchTask,
    SelectiveCopyTask,
    TemporalOrderTask,
)
from rnnlib.training import Log, Snapshot, fit


def train(task, cell=PlainCell, updates=120, theta=1.0):
    model = Model(cell(task.inputs, 8), LinearReadout(8, task.outputs), task.loss)
    return fit(
        model, task, np.random.default_rng(0), Adam(1e-3), clip=lambda grads: clip_norm(grads, theta), batch=8,
        updates=updates, every=5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run():
    return train(AddingTask(30))


@pytest.mark.browser
def test_shows_the_log_at_every_snapshot(mount, run):
    page = mount(ReachLog.of(run.log, AddingTask(30)))
    for i in np.random.default_rng(1).integers(0, len(run.log.snapshots), 8).tolist():
        page.locator(".rnnfig input").evaluate("(s, i) => { s.value = i; s.dispatchEvent(new Event('input')); }", i)
        seen = page.evaluate("JSON.parse(document.querySelector('.rnnfig').dataset.values)")
        assert seen["chosen"] == i
        delta = run.log.snapshots[i].delta
        np.testing.assert_allclose(seen["relative"], delta[:0:-1] / delta[-1], rtol=1e-5, atol=1e-12)


@pytest.mark.browser
def test_the_sentence_is_that_of_the_log(mount, run):
    page = mount(ReachLog.of(run.log, AddingTask(30)))
    said = page.locator(".rnnfig-readout").inner_text().replace("\N{WORD JOINER}", "")
    delta = run.log.snapshots[-1].delta[:0:-1]
    gone = int(np.flatnonzero(delta / delta[0] < 1e-3)[0])
    assert f"{gone} steps back |δ| is below a thousandth of what it was; the task needs 15 to 29 steps" in said
    assert said.startswith("At update 115:")
    share = 2 * run.log.loss[66:116].mean() / (1 / 6)
    assert (f"{share:.1f} times that" in said) == (share > 1.1)
    assert not Axe().run(page, ".rnnfig").response["violations"]


@pytest.mark.browser
def test_a_loss_at_every_step_says_nothing_of_reach(mount):
    task = CopyTask(5, symbols=3, length=2)
    page = mount(ReachLog.of(train(task, LSTMCell).log, task), width=360)
    said = page.locator(".rnnfig-readout").inner_text()
    assert "steps back" not in said
    assert "predictor without memory" in said
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
def test_always_clipped_is_said(mount):
    task = LatchTask(10)
    page = mount(ReachLog.of(train(task, theta=1e-4).log, task))
    assert "the rate, the threshold, or a summed loss" in page.locator(".rnnfig-readout").inner_text()


def log_of(*sizes):
    """A log of fifty updates and one look, with these sizes from lag 0 on."""
    return Log(*np.ones((4, 50)), (Snapshot(49, np.nan, np.array([0.0, *sizes[::-1]])),))


@pytest.mark.browser
def test_a_cut_is_said_to_be_one(mount):
    figure = ReachLog.of(log_of(*np.ones(10), *np.zeros(10)), TemporalOrderTask(20), cut=True, carried=True)
    said = mount(figure).locator(".rnnfig-readout").inner_text().replace("\N{WORD JOINER}", "")
    assert "Cut: from 10 steps back on |δ| is exactly 0; the task needs 16 to 17 steps. The state is carried" in said
    assert "The gradient reaches" not in said


@pytest.mark.browser
def test_a_log_of_few_steps_says_nothing_of_those_before(mount):
    """As of a stream read in windows: what the task needs lies beyond them."""
    page = mount(ReachLog.of(log_of(*np.linspace(1, 0.3, 10)), TemporalOrderTask(20)))
    said = page.locator(".rnnfig-readout").inner_text().replace("\N{WORD JOINER}", "")
    assert "9 steps back |δ| still has 30 % of its size. The log looks back no further; the task needs 16 to 17" in said
    assert "has not been enough" not in said


def test_the_still_of_a_cut_run_leaves_empty_what_is_exactly_0():
    with matplotlib.rc_context():
        use_style()
        fig, ax = subplots()
        ReachLog.of(log_of(1, 1e-2, 0, 0), cut=True).still(ax)
    assert ax.get_title(loc="left") == "At update 49, from 2 steps back on it is exactly 0"
    drawn = np.ma.filled(ax.collections[0].get_array(), np.nan).ravel()
    np.testing.assert_allclose(drawn, [0, -2, np.nan, np.nan], rtol=1e-6)
    assert fig is not None


def test_its_still_shows_the_map(run):
    with matplotlib.rc_context():
        use_style()
        fig, ax = subplots()
        figure = ReachLog.of(run.log, AddingTask(30))
        figure.still(ax)
        (mesh,) = ax.collections
        drawn = np.asarray(mesh.get_array()).reshape(30, -1)
        assert drawn.shape == (30, len(run.log.snapshots))
        np.testing.assert_allclose(drawn[0], 0)
        np.testing.assert_allclose(drawn, np.clip(np.log10(figure.relative()), -6, 0).T)
        assert [line.get_ydata()[0] for line in ax.lines] == [15, 29]
    assert fig is not None


def test_long_logs_are_thinned_and_empty_ones_refused():
    snapshots = train(LatchTask(6), updates=60).log.snapshots * 30
    log = Log(*np.ones((4, 60)), snapshots)
    assert 80 < len(ReachLog.of(log).updates) <= 160
    with pytest.raises(ValueError, match="at least one snapshot"):
        ReachLog.of(Log(*np.ones((4, 3))))


def test_what_is_known_of_tasks():
    assert needs_of(DistantContactTask()) == (190, 190)
    assert needs_of(SelectiveCopyTask(5)) is needs_of(FlipFlopTask(9)) is needs_of(None) is None
    assert asked_at_last_alone(AddingTask(5))
    assert asked_at_last_alone(None)
    assert not asked_at_last_alone(CopyTask(5))
    assert not asked_at_last_alone(BracketsTask(4))
    assert not asked_at_last_alone([1, 2])


def test_needs_may_be_said(run):
    assert ReachLog.of(run.log, needs=(7,)).needs == [7, 7]
    assert ReachLog.of(run.log).needs is None
    assert ReachLog.of(run.log).shares == [None] * len(run.log.snapshots)
