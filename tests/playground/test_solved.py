"""When a run counts as solved: the first update at which the mean loss of fifty is below a tenth of the baseline."""

import numpy as np
import pytest


@pytest.mark.parametrize("setting", [{"task": "latch", "T": 10}, {"task": "flipflop", "T": 20, "rate": 0.01}])
def test_solved_is_the_first_window_below_a_tenth(engine, setting):
    run = engine.evaluate(
        """async (wanted) => {
          const { Run } = await import("/playground/engine/training.js");
          const { possible } = await import("/playground/engine/settings.js");
          const run = new Run(possible({ n: 16, ...wanted }));
          for (let i = 0; i < 400; i++) run.update();
          return { loss: run.log.loss, baseline: run.baseline, solvedAt: run.solvedAt };
        }""",
        setting,
    )
    means = np.convolve(run["loss"], np.ones(50) / 50, "valid")
    below = np.flatnonzero(means < 0.1 * run["baseline"])
    assert run["solvedAt"] == below[0] + 50
