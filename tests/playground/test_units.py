"""Parts of the Playground's engine by themselves: products in place, solutions, norms, eigenvalues."""

import re

from tests.playground.conftest import ROOT


def test_what_whole_runs_would_not_notice(engine):
    assert engine.evaluate("import('/tests/playground/units.js').then((m) => m.differences())") == []


def test_its_thread_asks_for_the_whole_engine_at_once():
    """A module that only another module names costs a phone one more way to the host and back."""
    thread = (ROOT / "playground/page/worker.js").read_text(encoding="utf8")
    modules = {f"../{path.relative_to(ROOT / 'playground')}" for path in (ROOT / "playground/engine").rglob("*.js")}
    assert set(re.findall(r'"(\.\./engine/.+?)"', thread)) == modules - {"../engine/experiments.js"}
