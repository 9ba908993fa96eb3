// What an experiment claims, seed by seed: of how many of them its answer is the right one.

const first = ({ solvedAt }) => solvedAt ?? Infinity;

/** For each kind of claim: does it hold of a seed, given its bound and what the same seed did in the other run? */
const HOLDS = {
  solved: (seed) => seed.solvedAt !== null,
  diverged: (seed) => seed.divergedAt !== null,
  grows: (seed) => seed.start.tenfold !== null,
  left: (seed, { above }) => seed.start.left >= above,
  below: (seed, { within }) => seed.start.below !== null && seed.start.below <= within,
  gone: (seed, { within }) => seed.end.left <= within,
  clipped: (seed, { share }) => seed.clipped >= share,
  sooner: (seed, bound, other) => first(seed) < first(other),
};

const amount = (share) => (share >= 0.01 ? `${Number((100 * share).toPrecision(2))} %` : `1/${Math.round(1 / share).toLocaleString("en")}`);

/** What a claim says of a seed, where it is not simply that a run solves the task or diverges. */
const WORDS = {
  grows: () => "at the first update |δ| grew tenfold or more on its way back",
  left: ({ above }) => `at the first update ${amount(above)} or more of |δ| was left at the nearest step that the task needs`,
  below: ({ within }) => `at the first update less than a thousandth of |δ| was left within ${within} steps`,
  gone: ({ within }) => `after the last update ${amount(within)} or less of |δ| was left at the nearest step that the task needs`,
  clipped: ({ share }) => `${amount(share)} or more of the updates were clipped`,
  sooner: ({ than }, run) => `run ${"AB"[run]} solved the task sooner than run ${"AB"[than]}`,
};

/** `[in how many seeds, what]` for each part of the answer that has words. */
export function counted({ claims }, { runs }) {
  const said = claims.map(({ run, beside, ...claim }) => [run, beside, ...Object.entries(claim)[0]]).filter(([, beside, kind]) => !beside && kind in WORDS);
  return said.map(([run, , kind, bound]) => [runs[run].seeds.filter((seed, i) => HOLDS[kind](seed, bound, runs[bound.than ?? run].seeds[i])).length, WORDS[kind](bound, run), run]);
}

/** For each seed, whether the experiment came out as its answer says. A claim that `most` seeds may satisfy at most denies
 * it of the others; one that is `beside` the answer is left out. */
export function agreeing({ claims }, { runs }) {
  const asked = claims.filter(({ beside }) => !beside);
  return runs[0].seeds.map((_, i) => asked.every(({ run, ...claim }) => {
    const [[kind, bound]] = Object.entries(claim);
    return HOLDS[kind](runs[run].seeds[i], bound, runs[bound.than ?? run].seeds[i]) === ("least" in bound);
  }));
}
