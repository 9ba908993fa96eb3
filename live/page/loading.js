// What a reader is told while Python is on its way: how much of how much is here, and how long the rest will take.

export const megabytes = (bytes) => (bytes < 995_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0)} MB`);

// The rate is that of all that came so far; before a second has passed, nothing is said of it.
export function estimate({ got, of, seconds }) {
  if (got >= of) return "Starting Python …";
  const words = `Loading Python: ${megabytes(got)} of ${megabytes(of)}`;
  if (seconds < 1 || got === 0) return `${words} …`;
  const left = Math.ceil(((of - got) / got) * seconds);
  return `${words}, about ${left < 90 ? `${left} s` : `${Math.round(left / 60)} minutes`} left`;
}
