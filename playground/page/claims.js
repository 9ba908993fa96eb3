// What an experiment claims, seed by seed: of how many of them its answer is the right one.

const first = ({ solvedAt }) => solvedAt ?? Infinity;

/** For each kind of claim: does it hold of a seed, given its bound and what the same seed did in the other run? */
const HOLDS = {
  solved: (seed) => seed.solvedAt !== null,
  diverged: (seed) => seed.divergedAt !== null,
  grows: (seed) => seed.start.tenfold !== null,
  left: (seed, { above }) => seed.start.left >= above,
  below: (seed, { within }) => seed.start.below !== null && seed.start.below <= within,
  clipped: (seed, { share }) => seed.clipped >= share,
  sooner: (seed, bound, other) => first(seed) < first(other),
};

/** For each seed, whether the experiment came out as its answer says. A claim that `most` seeds may satisfy at most denies
 * it of the others; one that is `beside` the answer is left out. */
export function agreeing({ claims }, { runs }) {
  const asked = claims.filter(({ beside }) => !beside);
  return runs[0].seeds.map((_, i) => asked.every(({ run, ...claim }) => {
    const [[kind, bound]] = Object.entries(claim);
    return HOLDS[kind](runs[run].seeds[i], bound, runs[bound.than ?? run].seeds[i]) === ("least" in bound);
  }));
}
