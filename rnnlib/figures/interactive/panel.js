// A pair of axes in a part of the drawing: ticks are pairs of value and text. Returns where a value lies.
function panel(view, { left, top, right, bottom }, { x, y, xticks = [], yticks = [], xname = "", title = "" }) {
  const X = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left);
  const Y = (value) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - top);
  for (const [value, text] of yticks) {
    view.add("line", { x1: left, x2: right, y1: Y(value), y2: Y(value), class: "grid" });
    view.add("text", { x: left - 7, y: Y(value) + 4, class: "end small muted-fill" }, text);
  }
  view.add("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "axis" });
  for (const [value, text] of xticks) view.add("text", { x: X(value), y: bottom + 16, class: "middle small muted-fill" }, text);
  if (xname) view.add("text", { x: (left + right) / 2, y: bottom + 32, class: "middle small muted-fill" }, xname);
  if (title) view.add("text", { x: left, y: top - 9, class: "small strong" }, title);
  const line = (points, className) => view.add("path", { class: className, d: points.map(([a, b], i) => `${i ? "L" : "M"}${X(a).toFixed(1)} ${Y(b).toFixed(1)}`).join("") });
  const dots = (points, r, className) => points.forEach(([a, b]) => view.add("circle", { cx: X(a), cy: Y(b), r, class: className }));
  return { X, Y, line, dots, inside: (value) => value >= y[0] && value <= y[1] };
}
// Two panels side by side, or one above the other where there is no room.
function halves(width, height, { left = 40, above = 26, below = 38, share = 0.5 } = {}) {
  if (width < 560) {
    const middle = height * share;
    return [{ left, top: above, right: width - 8, bottom: middle - below }, { left, top: middle + above, right: width - 8, bottom: height - below }];
  }
  const middle = width * share;
  return [{ left, top: above, right: middle - 14, bottom: height - below }, { left: middle + left, top: above, right: width - 8, bottom: height - below }];
}
