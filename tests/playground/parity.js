// Run settings of the Playground on random numbers that Python drew, and return all that came of it.
import { replay } from "../../playground/engine/draws.js";
import { possible } from "../../playground/engine/settings.js";
import { eigenvalues, jacobian, kept } from "../../playground/engine/spectra.js";
import { Run } from "../../playground/engine/training.js";

export { possible };

const plain = (value) => (ArrayBuffer.isView(value) ? [...value] : typeof value === "object" && value ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value);
const tree = ({ cell, readout }) => plain({ cell, readout });

function look(run) {
  const { tape } = run.pass.windows.at(-1), J = jacobian(tape, tape.T, 0), s = Math.sqrt(J.length);
  return { J: [...J], eigenvalues: eigenvalues(J, s), kept: tape.cell.addKept ? [...kept(run.pass.windows.map((one) => one.tape))] : null };
}

export function train({ setting, draws, updates }) {
  const source = replay(draws), run = new Run(setting, source);
  const result = { start: tree(run.params), baseline: run.baseline, needs: run.task.needs, steps: [] };
  for (let i = 0; i < updates; i++) {
    // The gradient before it is clipped: a run like this one, its update left out.
    const { update } = run.optimiser;
    const step = {};
    run.differentiate = function () {
      const loss = Run.prototype.differentiate.call(this);
      Object.assign(step, { loss, grads: tree(run.grads), x: [...run.batch.x], targets: [...run.batch.targets], first: run.batch.first, reach: [...run.pass.reach(run.batch)] });
      return loss;
    };
    run.optimiser.update = function (...these) { step.clipped = tree(run.grads); update.apply(this, these); };
    run.update();
    run.optimiser.update = update;
    const last = Object.fromEntries(Object.entries(run.log).map(([name, values]) => [name, values.at(-1)]));
    result.steps.push({ ...step, ...last, params: tree(run.params) });
  }
  return { ...result, ...look(run), left: source.left, diverged: run.diverged };
}
