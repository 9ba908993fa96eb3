"""Parts of the Playground's engine by themselves: products in place, solutions, norms, eigenvalues."""


def test_what_whole_runs_would_not_notice(engine):
    assert engine.evaluate("import('/tests/playground/units.js').then((m) => m.differences())") == []
