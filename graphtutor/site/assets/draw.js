// What is put on the page: elements, never markup. MathML from Python is copied element by element, SVG stands in images, where nothing runs.
const h = (tag, props = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...there(children));
  return made;
};
const there = children => children.flat(3).filter(child => child !== null && child !== undefined && child !== false && child !== "");
const put = (node, ...children) => node.replaceChildren(...there(children));

const MATHML = "http://www.w3.org/1998/Math/MathML", SVG = "http://www.w3.org/2000/svg";
const SIGNS = new Set("math mrow mi mn mo mtext mfrac msup msub msubsup msqrt mroot mtable mtr mtd mspace munder mover munderover mstyle mpadded".split(" "));
const MARKS = new Set(["new", "next", "local", "upstream", "v"]);

function copied(node) {
  if (node.nodeType === 3) return document.createTextNode(node.data);
  if (node.nodeType !== 1 || node.namespaceURI !== MATHML || !SIGNS.has(node.localName)) return document.createTextNode("");
  const made = document.createElementNS(MATHML, node.localName);
  if (MARKS.has(node.getAttribute("class"))) made.setAttribute("class", node.getAttribute("class"));
  for (const key of ["stretchy", "columnalign", "form"]) if (node.hasAttribute(key)) made.setAttribute(key, node.getAttribute(key).replace(/[^a-z ]/g, ""));
  made.append(...[...node.childNodes].map(copied));
  return made;
}

function formula(markup) {
  const read = new DOMParser().parseFromString(markup, "application/xml").documentElement;
  if (read.localName !== "math") return h("span");
  return copied(read);
}

const address = svg => "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);

function spoken(svg) {
  const read = new DOMParser().parseFromString(svg, "image/svg+xml");
  return ["title", "desc"].map(name => read.querySelector(name)?.textContent || "").filter(Boolean).join(". ");
}

// a picture in both modes of light; it scrolls in a box of its own where it is wide
function picture(both, words = "") {
  if (!both || !both.light) return null;
  const image = h("img", {src: address(both.light), alt: words || spoken(both.light)});
  const frame = h("picture", {}, h("source", {media: "(prefers-color-scheme: dark)", srcset: address(both.dark || both.light)}), image);
  return h("div", {class: "pan", tabindex: "0", role: "group", "aria-label": "picture, scrolls sideways"}, frame);
}

// ----- curves and maps, drawn from numbers -----
const s = (tag, props, ...children) => {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(props)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const short = v => Math.abs(v) >= 1000 || (v && Math.abs(v) < 0.01) ? v.toExponential(1) : String(+v.toPrecision(3));

class Plot {
  constructor(x, y, title, names) {
    [this.x, this.y, this.w, this.hgt] = [x, y, 360, 260];
    this.svg = s("svg", {viewBox: `0 0 ${this.w} ${this.hgt}`, role: "img", "aria-label": title, class: "plot"});
    const frame = s("rect", {x: 46, y: 20, width: this.w - 60, height: this.hgt - 60, class: "frame"});
    this.svg.append(frame);
    for (const [k, v] of [[0, x[0]], [1, x[1]]]) this.word(k ? this.w - 14 : 46, this.hgt - 26, short(v), k ? "end" : "start");
    for (const [k, v] of [[0, y[0]], [1, y[1]]]) this.word(42, k ? 30 : this.hgt - 42, short(v), "end");
    this.word((this.w + 32) / 2, this.hgt - 10, names[0], "middle");
    this.word(46, 14, names[1], "start");
  }
  word(x, y, text, anchor) { const t = s("text", {x, y, "text-anchor": anchor}); t.textContent = text; this.svg.append(t); }
  at(x, y) { return [46 + (x - this.x[0]) / (this.x[1] - this.x[0] || 1) * (this.w - 60), this.hgt - 40 - (y - this.y[0]) / (this.y[1] - this.y[0] || 1) * (this.hgt - 60)]; }
  line(points, kind) {
    const d = points.map((p, k) => (k ? "L" : "M") + this.at(...p).map(v => v.toFixed(1)).join(" ")).join("");
    this.svg.append(s("path", {d, class: "line " + kind, "clip-path": "none"}));
  }
  dot(x, y, kind, shape = "circle") {
    const [a, b] = this.at(x, y);
    this.svg.append(shape === "circle" ? s("circle", {cx: a, cy: b, r: 5, class: kind}) : s("rect", {x: a - 5, y: b - 5, width: 10, height: 10, class: kind, transform: `rotate(45 ${a} ${b})`}));
  }
}

const range = (values, room = 0.1) => {
  const known = values.filter(v => v !== null), low = Math.min(...known), high = Math.max(...known), more = (high - low || 1) * room;
  return [low - more, high + more];
};

function lossPlot(run) {
  const known = run.losses.map((v, k) => [k + 1, v]).filter(p => p[1] !== null);
  const plot = new Plot([1, run.losses.length], [0, Math.max(...known.map(p => p[1])) * 1.05], `Mean loss before each epoch: from ${short(known[0][1])} to ${short(known[known.length - 1][1])}`, ["epoch", "mean loss"]);
  plot.line(known, "main");
  return plot.svg;
}

function boundaryPlot(run, epoch) {
  const {w0, w1, b} = run.parameters;
  if (!w0 || !w1 || !b) return null;
  const x = range(run.points.map(p => p.x), 0.3), y = range(run.points.map(p => p.y), 0.4), at = p => -(b[epoch] + w0[epoch] * p) / w1[epoch];
  const right = run.points.filter(p => Math.sign(w0[epoch] * p.x + w1[epoch] * p.y + b[epoch]) === Math.sign(p.label)).length;
  const plot = new Plot(x, y, `Boundary after epoch ${epoch}: ${right} of ${run.points.length} points on their own side`, ["x0", "x1"]);
  const ends = x.map(v => [v, at(v)]), cut = [];
  for (let k = 0; k <= 60; k++) { const v = x[0] + (x[1] - x[0]) * k / 60, u = at(v); if (u >= y[0] && u <= y[1]) cut.push([v, u]); }
  plot.line(cut.length > 1 ? cut : ends.filter(e => e[1] >= y[0] && e[1] <= y[1]), "main");
  for (const p of run.points) plot.dot(p.x, p.y, p.label > 0 ? "plus" : "minus", p.label > 0 ? "circle" : "square");
  return plot.svg;
}

function surfacePlot(run, epoch) {
  const f = run.surface;
  if (!f.names) return null;
  const all = f.loss.flat().filter(v => v !== null), low = Math.log1p(Math.min(...all)), high = Math.log1p(Math.max(...all));
  const plot = new Plot([f.x[0], f.x[f.x.length - 1]], [f.y[0], f.y[f.y.length - 1]], `Mean loss over ${f.names.join(" and ")}, darker is higher, with the path of descent`, f.names);
  const [w, hgt] = [(plot.w - 60) / f.x.length, (plot.hgt - 60) / f.y.length];
  f.loss.forEach((row, j) => row.forEach((v, i) => {
    const level = v === null ? 9 : Math.min(9, Math.floor((Math.log1p(v) - low) / (high - low || 1) * 9.99));
    plot.svg.append(s("rect", {x: (46 + i * w).toFixed(2), y: (plot.hgt - 40 - (j + 1) * hgt).toFixed(2), width: (w + 0.3).toFixed(2), height: (hgt + 0.3).toFixed(2), class: "level l" + level}));
  }));
  const [a, b] = f.names.map(n => run.parameters[n]);
  plot.line(a.map((v, k) => [v, b[k]]), "path");
  plot.dot(a[epoch], b[epoch], "here");
  return plot.svg;
}
