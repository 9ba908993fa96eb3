// |delta| over lag as colours, the same in both themes: dark where a millionth is left, light where all is, red where it
// has grown. Used by the Playground and by the widget over a log.
export const LOWEST = -6;
export const GROWN = "#c2410c";

const channels = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
const between = (from, to, share) => from.map((value, i) => Math.round(value + share * (to[i] - value)));

/** Return `share -> [red, green, blue]` for the sizes relative to lag 0: `sequential` from 10⁻⁶ to 1, and on to red, which
 * is reached at a thousandfold; null for exactly 0. */
export function reachColours(sequential) {
  const stops = sequential.map(channels), red = channels(GROWN);
  return (share) => {
    if (!(share > 0)) return null;
    const power = Math.log10(share);
    if (power > 0) return between(stops.at(-1), red, Math.min(1, power / 3));
    const place = Math.max(0, 1 - power / LOWEST) * (stops.length - 1), i = Math.min(Math.floor(place), stops.length - 2);
    return between(stops[i], stops[i + 1], place - i);
  };
}

/** Paint columns of sizes over lag 0, 1, .. (on top), each relative to its own first, a pixel a lag. What is exactly 0 stays
 * transparent. */
export function paintReach(canvas, columns, colour) {
  const height = columns[0]?.length ?? 1, width = Math.max(1, columns.length);
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  columns.forEach((sizes, x) => {
    for (let lag = 0; lag < height; lag++) {
      const rgb = colour(sizes[lag] / sizes[0]);
      if (rgb) image.data.set([...rgb, 255], 4 * (lag * width + x));
    }
  });
  context.putImageData(image, 0, 0);
}
