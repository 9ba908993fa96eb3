// Random numbers, drawn in the order in which rnnlib draws them. A source has five methods, each of which returns an array of
// `count` numbers; `replay` gives those that somebody else drew, which is how the engine is compared with rnnlib.

/** A source from a seed: the generator sfc32 (Doty-Humphrey's Small Fast Counter, 32 bits), uniform numbers of 53 bits. Each
 * `stream` of a seed has numbers of its own. */
export class Draws {
  constructor(seed, stream = 0) {
    this.state = Uint32Array.of(0x9e3779b9, 0x243f6a88 ^ stream, seed >>> 0, 1);
    for (let i = 0; i < 20; i++) this.bits();
  }
  bits() {
    const s = this.state, sum = (s[0] + s[1] + s[3]) >>> 0;
    s[3] += 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return sum;
  }
  uniform() { return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992; }

  /** Uniform numbers in [low, high). */
  range(low, high, count) { return this.random(count).map((u) => low + (high - low) * u); }
  /** Uniform numbers in [0, 1). */
  random(count) { return Float64Array.from({ length: count }, () => this.uniform()); }
  /** Whole numbers from `low` to `high` - 1. */
  integers(low, high, count) { return Float64Array.from({ length: count }, () => low + Math.floor((high - low) * this.uniform())); }
  /** -1 or 1. */
  signs(count) { return Float64Array.from({ length: count }, () => (this.bits() & 1 ? 1 : -1)); }
  /** Standard normal numbers, by Box and Muller. */
  normal(count) {
    return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log1p(-this.uniform())) * Math.cos(2 * Math.PI * this.uniform()));
  }
}

/** A source that gives out what was recorded, `{ values, low, high }` a call, if it is asked for as many numbers and, where
 * they were drawn from a range, for the same one. */
export function replay(recorded) {
  const rest = [...recorded];
  const range = (low, high, count) => {
    const next = rest.shift();
    if (next?.values.length !== count) throw new Error(`replay: ${count} numbers were asked for, ${next?.values.length} are next`);
    if (next.low !== low || next.high !== high) throw new Error(`replay: numbers from ${low} to ${high} were asked for, those from ${next.low} to ${next.high} are next`);
    return Float64Array.from(next.values);
  };
  const next = (count) => range(null, null, count);
  return {
    random: next, range, integers: range, signs: next, normal: next,
    get left() { return rest.length; },
  };
}
