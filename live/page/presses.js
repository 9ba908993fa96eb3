// The reader's presses, each of which is done, with all that it needs, before the next begins.
export class Presses {
  #line = [];

  // `told`: {changed(), ended({cell, fine, stopped, seconds})}, the second when nothing waits any longer.
  constructor(told) { this.told = told; }

  get any() { return this.#line.length > 0; }
  of(cell) { return this.#line.some((press) => press.cell === cell); }

  // `act` answers true, false (something was raised) or null (it came to nothing), which becomes the press's own answer.
  // `cell` is where it was pressed, null if that is no cell.
  add(cell, act) {
    const press = { cell }, before = this.#line.at(-1)?.over;
    this.#line.push(press);
    this.told.changed();
    press.over = this.#after(before, press, act);
    return press.over;
  }

  async #after(before, press, act) {
    await before;
    const began = performance.now();
    let fine = null;
    try {
      if (!press.dropped) fine = await act();
    } finally {
      this.#line.shift();
      this.told.changed();
    }
    const { cell, stopped = false } = press;
    if (fine !== null && !this.any) this.told.ended({ cell, fine, stopped, seconds: (performance.now() - began) / 1000 });
    return fine;
  }

  // Those that wait come to nothing; the one at work, which its act ends, was stopped.
  stop() {
    this.drop();
    if (this.any) this.#line[0].stopped = true;
  }

  drop() { for (const press of this.#line) press.dropped = true; }
}
