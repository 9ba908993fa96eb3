// A training run that goes on update by update: draw, differentiate, clip, move, write down.
import { Draws } from "./draws.js";
import { CLIPPINGS } from "./gradients.js";
import { initialise } from "./initialisers.js";
import { makeCell, makeTask, startOf } from "./making.js";
import { Model, Pass } from "./model.js";
import { OPTIMISERS } from "./optimisers.js";
import { WINDOW } from "./settings.js";
import { SOLVED } from "./tasks.js";

const BATCHES = 1; // the stream of a seed from which they are drawn

export class Run {
  /** Batches have a stream of their own, so that runs of one seed see the same ones however many numbers their weights
   * take; unless all random numbers are `given`. */
  constructor(setting, given = null) {
    const draws = given ?? new Draws(setting.seed, BATCHES);
    const task = makeTask(setting), model = new Model(makeCell(setting, task.inputs), task.outputs, task.loss);
    Object.assign(this, { setting, draws, task, model, diverged: null, solvedAt: null, batch: null });
    this.params = initialise(model, given ?? new Draws(setting.seed), startOf(setting));
    this.grads = model.zeros();
    this.pass = new Pass(model, task.steps, setting.B, setting.cut === "yes" ? setting.k : task.steps, setting.carry === "yes");
    this.optimiser = new OPTIMISERS[setting.optimiser](setting.rate);
    this.log = { loss: [], before: [], after: [], fraction: [] };
    // The engine's squared error is half of what baselines are given in, and a sum over outputs.
    this.unit = task.loss === "squared_error" ? 2 / task.outputs : 1;
    this.baseline = task.baseline;
    this.recent = 0;
  }

  get updates() { return this.log.loss.length; }

  /** The state in which the next batch starts, if it continues the last. */
  get carried() {
    return this.updates && !this.batch.starts && this.batch.starts !== undefined && this.setting.carry === "yes" ? this.pass.windows.at(-1).tape.state : undefined;
  }

  /** Draw a batch and differentiate its loss, which is returned in the baseline's unit; nothing moves yet. */
  differentiate() {
    this.batch = this.task.draw(this.draws, this.setting.B);
    this.grads.flat.fill(0);
    return this.unit * this.pass.run(this.params, this.batch, this.grads, this.carried);
  }

  /** Make one update, and return whether there can be another. A loss or a gradient that is no longer finite ends the
   * run where it stood. */
  update() {
    if (this.diverged) return false;
    const loss = this.differentiate(), done = CLIPPINGS.none(this.grads);
    if (!Number.isFinite(loss) || !Number.isFinite(done.before)) {
      this.diverged = { update: this.updates, what: Number.isFinite(loss) ? "gradient" : "loss", loss, norm: done.before };
      return false;
    }
    const { before, after, fraction } = CLIPPINGS[this.setting.clip](this.grads, this.setting.theta);
    this.optimiser.update(this.params.flat, this.grads.flat);
    Object.entries({ loss, before, after, fraction }).forEach(([name, value]) => this.log[name].push(value));
    this.settle(loss);
    return true;
  }

  settle(loss) {
    const { log, updates } = this;
    this.recent += loss - (updates > WINDOW ? log.loss[updates - 1 - WINDOW] : 0);
    if (this.solvedAt === null && updates >= WINDOW && this.recent / WINDOW < SOLVED * this.baseline) this.solvedAt = updates;
  }
}
