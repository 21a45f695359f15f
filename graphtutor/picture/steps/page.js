// A walk over a computation graph, from plain data, in one element. No globals, no evaluation of text, no markup from text.
function graphtutor(root, data, options = {}) {
  const doc = root.ownerDocument, win = doc.defaultView, uid = options.id || "gt" + doc.querySelectorAll(".gt").length;
  // ----- elements -----
  const fill = (e, attributes, kids) => {
    for (const key in attributes) {
      const value = attributes[key];
      if (key === "text") e.textContent = value;
      else if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
      else if (value === true) e.setAttribute(key, "");
      else if (value !== false && value != null) e.setAttribute(key, value);
    }
    e.append(...kids.flat().filter(kid => kid != null));
    return e;
  };
  const h = (tag, attributes = {}, ...kids) => fill(doc.createElement(tag), attributes, kids);
  const s = (tag, attributes = {}, ...kids) => fill(doc.createElementNS("http://www.w3.org/2000/svg", tag), attributes, kids);
  const span = (kind, text) => h("span", {class: "gt-" + kind, text});
  const over = ([top, bottom], kind) => h("span", {class: "gt-frac gt-" + kind}, h("span", {text: top}), h("span", {text: bottom}));
  const button = (label, onclick, text, more = {}) => h("button", {type: "button", "aria-label": label, title: label, onclick, ...more}, text);
  const icon = path => s("svg", {viewBox: "0 0 16 16", "aria-hidden": "true"}, s("path", {d: path}));
  const typeset = text => doc.importNode(new win.DOMParser().parseFromString(text, "application/xml").documentElement, true);

  // ----- numbers: the list of elementary operations, worked out in order -----
  const erf = x => {
    const a = Math.abs(x);
    if (a > 2.5) return Math.sign(x) * (1 - erfc(a));
    let term = x, sum = x;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) sum += term *= 2 * x * x / (2 * k + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  };
  const erfc = x => {
    if (!(x >= 2.5)) return 1 - erf(x);
    let tail = x;
    for (let k = 120; k > 0; k--) tail = x + k / 2 / tail;
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
  };
  const even = x => { const low = Math.floor(x), rest = x - low; return rest < .5 ? low : rest > .5 || low % 2 ? low + 1 : low; };
  const SIGNS = {
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, neg: a => -a,
    "%": (a, b) => { const rest = a % b; return rest && rest < 0 !== b < 0 ? rest + b : rest; },
    "<": (a, b) => +(a < b), "<=": (a, b) => +(a <= b), ">": (a, b) => +(a > b), ">=": (a, b) => +(a >= b), "==": (a, b) => +(a === b), "!=": (a, b) => +(a !== b),
    and: (a, b) => a !== 0 ? b : a, or: (a, b) => a !== 0 ? a : b, not: a => +(a === 0), if: (c, a, b) => c !== 0 ? a : b,
    erf, erfc, round: even, nan: () => NaN, inf: () => Infinity, "-inf": () => -Infinity,
  };
  const code = data.code || [], v = options.numbers || new Float64Array(code.length), given = data.inputs.map(input => input.v.map(Number));
  const plan = code.map(line => typeof line === "number" || line[0] === "in" ? null : SIGNS[line[0]] || Math[line[0]]);
  let written = [];
  function run() {
    written = [];
    const inputs = given.flat();
    for (let i = 0; i < code.length; i++) {
      const line = code[i];
      if (typeof line === "number") v[i] = line;
      else if (line[0] === "in") v[i] = inputs[i];
      else if (line.length > 3) v[i] = plan[i](v[line[1]], v[line[2]], v[line[3]]);
      else if (line.length > 2) v[i] = plan[i](v[line[1]], v[line[2]]);
      else v[i] = plan[i](v[line[1]]);
    }
  }
  const numbersOf = q => q == null || q.t ? null : typeof q === "number" ? [v[q]] : q.p ? q.p.map(i => v[i]) : q.n.map(Number);
  const strip = text => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  function shown(x, digits = data.digits) {
    if (x !== x) return "undefined";
    if (!isFinite(x)) return x > 0 ? "∞" : "−∞";
    if (!x) return "0";
    const [mantissa, power] = x.toExponential(digits - 1).split("e");
    const text = power < -4 || power >= digits ? strip(mantissa) + "e" + +power : strip(x.toFixed(Math.max(0, digits - 1 - power)));
    return text.replace(/-/g, "−");
  }
  const shapeOf = q => q && q.s || [];
  function grid(q) {
    if (q == null) return [["–"]];
    if (typeof q === "number") return written[q] ||= [[shown(v[q])]];
    if (q.t) return [[q.t]];
    const all = numbersOf(q), shape = shapeOf(q), wide = shape.length > 1 ? shape[shape.length - 1] : 1;
    if (!shape.length) return [[shown(all[0])]];
    if (shape.length > 2 || shape.reduce((a, b) => a * b, 1) > 12 || shape[0] > 4 || wide > 4)
      return [["norm " + shown(q.n && q.n.length === 1 ? +all[0] : Math.hypot(...all))]];
    return Array.from({length: shape[0]}, (_, i) => Array.from({length: wide}, (_, k) => shown(all[i * wide + k])));
  }
  const line = rows => rows.length === 1 && rows[0].length === 1 ? rows[0][0] : "[" + rows.map(row => row.length > 1 ? "[" + row.join(", ") + "]" : row[0]).join(", ") + "]";
  const text = q => line(grid(q)), bracket = words => /^[−-]/.test(words) ? "(" + words + ")" : words;

  // ----- what holds at which step -----
  const nodes = new Map(data["nodes"].map(node => [node.i, node])), steps = data["steps"], edges = data["edges"], last = Math.max(0, steps.length - 1);
  const born = new Map(), seeded = new Map(), into = new Map(), turn = new Map();
  let seed = Infinity;
  steps.forEach((step, k) => {
    if (step.k === "f") born.set(step.n, k);
    else if (step.k === "s") { seeded.set(step.n, k); seed = Math.min(seed, k); }
    else { turn.set(step.e, k); if (!into.has(step.r)) into.set(step.r, []); into.get(step.r).push(k); }
  });
  const ahead = data.mode === "forward", flows = step => step && (step.k === "b" || step.k === "t");
  const sender = step => { const edge = edges[step.e]; return step.r === edge.s ? edge.t : edge.s; };
  for (const node of data["nodes"]) if (node.g != null) node.d = ahead ? ["∂" + node.name, data.d[1]] : [data.d[0], "∂" + node.name];
  for (const step of steps) if (flows(step)) {
    const edge = edges[step.e];
    Object.assign(step, {m: step.m || 0, T: step.T ?? step.c, d: nodes.get(step.r).d, up: nodes.get(sender(step)).d, ln: ["∂" + nodes.get(edge.s).name, "∂" + nodes.get(edge.t).name]});
  }
  let painted = -1, here = 0, predicting = false, timer = 0, ready = false, chosen = data.out, path = null, follow = true, auto = true;
  const answered = new Set(), score = {right: 0, asked: 0}, blank = new Set();
  const asks = k => predicting && flows(steps[k]) && !answered.has(k) && (numbersOf(steps[k].c) || [0, 0, 0, 0, 0]).length <= 4;
  const open = k => k <= here && !(k === here && asks(k));
  const name = i => nodes.get(i) ? nodes.get(i).name : "";
  const derivative = pair => pair && pair.length ? pair.join("/") : "";
  function stateOf(node, step) {
    if (!step) return "done";
    if (!flows(step)) { if (node.i === step.n) return step.k === "f" ? "computed" : "active"; }
    else if (node.i === step.r) return "target";
    else if (node.i === sender(step)) return "active";
    if (born.get(node.i) > here) return "waiting";
    return node.g != null && here >= seed && !complete(node) ? "waiting" : "done";
  }
  const arrived = node => (into.get(node.i) || []).filter(open);
  const complete = node => { const all = into.get(node.i); return all ? arrived(node).length === all.length : seeded.has(node.i) ? here >= seeded.get(node.i) : here >= last; };
  function gradient(node) {
    const all = into.get(node.i) || [], come = arrived(node), step = steps[here];
    if (seeded.has(node.i) && here >= seeded.get(node.i) && !come.length) return [grid(steps[seeded.get(node.i)].c), ""];
    if (!all.length) return [here >= last && !asks(here) ? [["0"]] : [["?"]], ""];
    if (!come.length) return [[["?"]], ""];
    const missing = all.length - come.length, rest = missing > 1 ? ` + ${missing} more` : missing ? " + ?" : "";
    const total = steps[come[come.length - 1]].T;
    if (shapeOf(total).length) return [grid(missing ? total : node.g), rest && " + ?"];
    const settled = !missing && !(flows(step) && step.r === node.i && here === come[come.length - 1]);
    if (settled && !(node.g && node.g.t)) return [grid(node.g), ""];
    const terms = come.map((k, i) => i ? bracket(text(steps[k].c)) : text(steps[k].c)).join(" + ");
    if (all.length > 3) return [grid(total), rest];
    return [[[terms + (!missing && come.length > 1 && !(total && total.t) ? " = " + text(total) : "")]], rest];
  }

  // ----- the picture -----
  const [left, top, wide, high] = data.size;
  const scene = s("g"), lines = s("g"), boxes = s("g"), labels = s("g");
  scene.append(lines, boxes, labels);
  const svg = s("svg", {role: "img", "aria-labelledby": uid + "-title", "aria-describedby": uid + "-says", preserveAspectRatio: "xMidYMid meet", width: "100%", height: "100%"}, scene);
  const drawn = new Map(), wires = [], sight = new Map();
  const fits = (element, words, room, size) => {
    const need = words.length * size * .64;
    const fine = need > room && room > 0 ? Math.max(size * .55, size * room / need).toFixed(1) : size;
    if (element.size !== fine) element.setAttribute("font-size", element.size = fine);
  };
  // an edge's curve without its last points, where the arrow stands, and the arrow
  function arrowed(flat, back, head) {
    const points = [];
    for (let i = 0; i < flat.length; i += 2) points.push([flat[i], flat[i + 1]]);
    if (!back) points.reverse();
    const tip = points[0], far = ([x, y]) => Math.hypot(x - tip[0], y - tip[1]), mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
    let rest = points, low = 0, high_ = 1, curve;
    while (rest.length > 4 && far(rest[3]) <= head) rest = rest.slice(3);
    for (let i = 0; i < 16; i++) {
      const t = (low + high_) / 2, right = [rest[3]];
      for (let row = rest.slice(0, 4); row.length > 1;) { row = row.slice(1).map((b, k) => mix(row[k], b, t)); right.push(row[row.length - 1]); }
      curve = right.reverse();
      if (far(curve[0]) < head) low = t; else high_ = t;
    }
    const all = [...curve, ...rest.slice(4)], angle = Math.atan2(tip[1] - all[0][1], tip[0] - all[0][0]), u = head * Math.cos(angle), w = head * Math.sin(angle);
    if (!back) all.reverse();
    const fine = point => point.map(x => +x.toFixed(1)).join(" ");
    return ["M" + fine(all[0]) + "C" + all.slice(1).map(fine).join(" "), [tip, [tip[0] - u - .38 * w, tip[1] - w + .38 * u], [tip[0] - u + .38 * w, tip[1] - w - .38 * u]].map(fine).join(" ")];
  }
  for (const edge of edges) {
    const line_ = s("path", {fill: "none"}), tip = s("polygon"), label = s("g", {class: "gt-label"});
    const group = s("g", {class: "gt-edge"}, line_, tip), marks = (edge.marks || []).map(([x, y]) => { const mark = s("polygon"); group.append(mark); return [mark, x, y]; });
    lines.append(group); labels.append(label);
    wires.push({group, line: line_, tip, label, marks, was: ""});
  }
  for (const node of data["nodes"]) {
    const {x, y, w, h: tall} = node, round = {parameter: 18, data: 0, constant: 3}[node.role] ?? 7, r = Math.min(round, tall / 2 - 1);
    const group = s("g", {class: "gt-node"}, s("title"), s("rect", {x, y, width: w, height: tall, rx: r, class: "gt-box"}));
    if (node.role === "output") group.append(s("rect", {x: x + 3.5, y: y + 3.5, width: w - 7, height: tall - 7, rx: 4.5, class: "gt-inner"}));
    const put = {group, value: s("g"), gradient: s("g"), was: ""}, words = (x_, y_, kind, text_, anchor = "middle") => s("text", {x: x_, y: y_, "text-anchor": anchor, class: "gt-" + kind, text: text_});
    if (node.leaf) {
      const middle = (x + node.bar - 6 + 9) / 2, low = y + tall / 2 + (node.shape ? -.5 : 4.5);
      group.append(words(middle, low, "name", node.name), s("path", {d: `M${node.bar} ${y + 6}V${y + tall - 6}`, class: "gt-rule"}));
      if (node.shape) group.append(words(middle, low + 12.5, "small", node.shape));
    } else if (node.formula) {
      const gap = node.shape ? 6 + (node.shape || "").length * 5.4 : 0, formula = words(x + w - 9 - gap, y + 16, "formula", node.formula, "end");
      fits(formula, node.formula, w - 34 - gap, 9.5);
      group.append(words(x + 9, y + 16, "sign", node.label, "start"), formula);
      if (node.shape) group.append(words(x + w - 9, y + 16, "small", node.shape, "end"));
      if (node.vx || node.gx) group.append(s("path", {d: `M${x + 9} ${node.bar}H${x + w - 9}`, class: "gt-rule"}));
    } else group.append(words(x + w / 2, y + 17.5, "name", node.name));
    if (node.vx) group.append(words(node.vx, node.b - 15, "small", "value"));
    if (node.gx) group.append(words(node.gx, node.b - 15, "small", derivative(node.d)));
    group.append(put.value, put.gradient);
    group.addEventListener("click", () => { if (!dragged) choose(node.i); });
    if (node.inside) { group.append(s("title")); group.addEventListener("dblclick", () => openGroup(node)); }
    boxes.append(group);
    drawn.set(node.i, put);
  }
  function numbers(group, rows, rest, x, base, room, kind) {
    const key = kind + JSON.stringify(rows) + rest + room;
    if (group.was === key) return;
    group.was = key;
    if (group.kind !== kind) group.setAttribute("class", "gt-number gt-" + (group.kind = kind));
    if (rows.length === 1 && rows[0].length === 1) {
      const whole = rows[0][0] + rest;
      if (!group.only) group.replaceChildren(group.only = s("text", {x, y: base, "text-anchor": "middle"}));
      group.only.textContent = whole;
      return fits(group.only, whole, room, 12.6);
    }
    group.only = null;
    group.replaceChildren();
    const widths = rows[0].map((_, k) => Math.max(...rows.map(row => row[k].length)) * 7.6), all = widths.reduce((a, b) => a + b, 0) + 7 * (widths.length - 1) + 10;
    const down = base + 14.5 * (rows.length - 1) + 3, left = x - all / 2;
    for (const [side, dx] of [[left, 3], [left + all, -3]]) group.append(s("path", {d: `M${side + dx} ${base - 10.5}H${side}V${down}H${side + dx}`, fill: "none"}));
    let at = left + 5;
    widths.forEach((width, k) => {
      at += width;
      rows.forEach((row, i) => group.append(s("text", {x: at, y: base + 14.5 * i, "text-anchor": "end", "font-size": 12.6, text: row[k]})));
      at += 7;
    });
    if (rest) group.append(s("text", {x: left + all, y: (base + down) / 2, "font-size": 12.6, text: rest}));
  }
  function paintNode(node, step) {
    if (hidden(node)) return;
    const put = drawn.get(node.i), state = stateOf(node, step), known = !(born.get(node.i) > here);
    const face = `gt-node gt-${node.role || "operation"} gt-is-${state}${chosen === node.i ? " gt-chosen" : ""}`;
    if (put.was !== face) put.group.setAttribute("class", put.was = face);
    const value = node.t ? [[node.t]] : node.v == null ? null : known ? grid(node.v) : [["?"]], [rows, rest] = node.g == null ? [] : gradient(node);
    if (value && node.vx) numbers(put.value, value, "", node.vx, node.b, node.vw, known ? "value" : "muted");
    if (rows && node.gx) numbers(put.gradient, rows, rest, node.gx, node.b, node.gw, line(rows) === "?" ? "muted" : "upstream");
    put.group.firstChild.textContent = `${node.name}${value ? ": value " + line(value) : ""}${rows ? ", " + derivative(node.d) + " = " + line(rows) + rest : ""}`;
  }
  function localRuns(step, full) {
    if (step.l == null) return [["local", step.ct || ""]];
    const number = text(step.l), symbol = step.lt, runs = data.short ? [] : [["local", derivative(step.ln) + " = "]];
    if (step.l.t || shapeOf(step.l).length) return [...runs, ["local", symbol]];
    if (!full) return [...runs, ["local", symbol]];
    return symbol === number ? [...runs, ["local gt-b", number]] : [...runs, ["local", symbol + " = "], ["local gt-b", number]];
  }
  function productRuns(step, hide) {
    if (hide) return [["muted", "= "], ["upstream gt-b", "?"]];
    const result = text(step.c);
    if (step.l == null) return shapeOf(step.c).length > 1 ? [] : [["muted", "= "], ["upstream gt-b", result]];
    if (step.l.t) return [["muted", "= "], ["upstream gt-b", result]];
    if (shapeOf(step.l).length || shapeOf(step.u).length) return [["local", step.lt], ["muted", " × "], ["upstream", derivative(step.up)]];
    return [["local gt-b", text(step.l)], ["muted", " × "], ["upstream gt-b", bracket(text(step.u))], ["muted", " = "], ["upstream gt-b", result]];
  }
  function paintEdge(k) {
    if (hidden(edges[k])) return;
    const edge = edges[k], wire = wires[k], step = steps[here], mine = turn.get(k), lit = flows(step) && step.e === k;
    const feeding = step && step.k === "f" && step.n === edge.s, state = lit ? "active" : feeding ? "feeding" : mine > here || mine == null ? "waiting" : "done";
    const back = lit && !ahead, onPath = path && path.has(k);
    const words = mine == null || here < seed ? [] : [localRuns(steps[mine], open(mine)), ...(lit ? [productRuns(steps[mine], asks(here))] : [])].filter(runs => runs.length);
    const key = state + onPath + JSON.stringify(words) + (here >= seed);
    if (wire.was === key) return;
    wire.was = key;
    wire.group.setAttribute("class", `gt-edge gt-is-${state}${here < seed && state === "waiting" && steps.length ? " gt-early" : ""}${onPath ? " gt-path" : ""}`);
    const [d, tip] = wire[back] ||= arrowed(edge.p, back, back ? 11 : 8.5);
    wire.line.setAttribute("d", d); wire.tip.setAttribute("points", tip);
    for (const [mark, x, y] of wire.marks) { const to = back ? 1 : -1; mark.setAttribute("points", `${x + 5 * to} ${y} ${x - 5 * to} ${y - 4} ${x - 5 * to} ${y + 4}`); }
    if (!words.length && !wire.texts) return;
    const at = words.length > 1 && !edge.a ? edge.y - 6.8 : edge.y, texts = wire.texts ||= [], face = "gt-label gt-is-" + state;
    if (wire.face !== face) wire.label.setAttribute("class", wire.face = face);
    while (texts.length < words.length) { const element = s("text", {x: edge.x, "text-anchor": edge.a || "middle"}); texts.push(element); wire.label.append(element); }
    texts.forEach((element, i) => {
      const runs = words[i] || [];
      for (let k = 0; k < Math.max(runs.length, element.childElementCount); k++) {
        const part = element.children[k] || element.appendChild(s("tspan")), [kind, words_] = runs[k] || ["", ""];
        if (part.kind !== kind) part.setAttribute("class", "gt-" + (part.kind = kind));
        if (part.textContent !== words_) part.textContent = words_;
      }
      const y = at + 3.4 + 13 * (i - (words.length - 1) / 2);
      if (element.at !== y) element.setAttribute("y", element.at = y);
      fits(element, runs.map(run => run[1]).join(""), edge.room * (lit ? 1.15 : 1), 9);
    });
    if (!lit) return wire.pill && (wire.pill = void wire.pill.remove());
    if (!words.length) return;
    wire.label.prepend(wire.pill ||= s("rect", {rx: 6}));
    const size = Math.max(...words.map((runs, i) => runs.reduce((sum, [kind, words_]) => sum + words_.length * (kind.endsWith("gt-b") ? .68 : .6), 0) * texts[i].size)) + 12, tall = 13 * words.length + 4;
    for (const [key, value] of Object.entries({x: edge.a ? edge.x - 5 : edge.x - size / 2, y: at - tall / 2, width: size, height: tall})) wire.pill.setAttribute(key, value.toFixed(1));
    labels.append(wire.label);
  }

  // ----- in words -----
  const rules = node => data.ops[node && node.op] || {};
  const atKink = step => { const node = nodes.get(edges[step.e].s); return step.l != null && node && node.kink && node.kink.some(i => v[i] === 0) ? node : null; };
  function remark(step) {
    const kink = atKink(step), local = numbersOf(step.l);
    if (kink) return `At this kink the slope may be anything from ${shown(kink.ends[0])} to ${shown(kink.ends[1])}; ${text(step.l)} is taken.`;
    if (local && !local.every(isFinite)) return "This local derivative is not finite here.";
    if (local && local.every(x => x === 0)) return "A local derivative of 0 blocks the gradient here.";
    const says = rules(nodes.get(edges[step.e].s)).says;
    return says ? says[0].toUpperCase() + says.slice(1) + "." : "";
  }
  function sentence(k, hide) {
    const step = steps[k];
    if (!step) return "";
    const node = nodes.get(step.n);
    if (step.k === "f") return node.v == null ? node.formula + "." : `${node.formula} = ${text(node.v)}.`;
    if (step.k === "s") return ahead ? `Direction: ${derivative(node.d)} = ${text(step.c)}.` : `Seed: ${derivative(node.d)} = ${text(step.c)}, for ${node.name} changes exactly as much as itself.`;
    const edge = edges[step.e], source = nodes.get(edge.s), number = q => q == null || q.t ? "" : text(q), equals = q => number(q) && " = " + number(q);
    const head = ahead ? `${name(edge.t)} → ${source.formula}` : `${source.formula} → ${name(edge.t)}`;
    const local = step.l != null ? `local ${derivative(step.ln)} = ${step.lt}${hide || step.lt === number(step.l) ? "" : equals(step.l)}, ` : "";
    const come = (into.get(step.r) || []).filter(j => j <= k), terms = come.map((j, i) => i ? bracket(text(steps[j].c)) : text(steps[j].c)).join(" + ");
    const product = step.l == null ? (step.ct || "") + equals(step.c) : number(step.c) && !shapeOf(step.c).length ? `${text(step.l)} × ${bracket(text(step.u))}${equals(step.c)}` : text(step.c);
    const sum = come.length > 1 || step.m ? `; ${derivative(step.d)} = ${terms}${step.m ? " + ?".repeat(step.m) : equals(step.T)} (${come.length} of ${come.length + step.m} paths)` : `; ${derivative(step.d)}${equals(step.T)}`;
    return `${head}: ${local}${ahead ? "tangent" : "upstream"} ${derivative(step.up)}${equals(step.u)}, contribution ${hide ? "?" : product + sum}. ${hide ? "" : remark(step)}`.trim();
  }
  function caption(k) {
    const step = steps[k], hide = asks(k), out = [];
    if (!step) return [h("p", {class: "gt-math"}, data.title ? `The computation graph of ${data.title}.` : "")];
    if (!flows(step)) return [h("p", {class: "gt-math"}, sentence(k).replace(/\.$/, ""))];
    const edge = edges[step.e], math = h("p", {class: "gt-math"}), come = (into.get(step.r) || []).filter(j => j <= k);
    const add = (...parts) => math.append(...parts.map(part => typeof part === "string" ? doc.createTextNode(part) : part));
    add(over(step.d, "upstream"), come.length > 1 || step.m ? " += " : " = ");
    if (step.l == null) add(span("local", step.ct || ""), step.c && step.c.t ? "" : " = ", step.c && step.c.t ? "" : span("upstream gt-b", hide ? "?" : text(step.c)));
    else {
      add(over(step.ln, "local"), " × ", over(step.up, "upstream"), " = ", span("local", /[ +−]/.test(step.lt) ? "(" + step.lt + ")" : step.lt), " × ", over(step.up, "upstream"));
      if (hide) add(" = ", span("upstream gt-b", "?"));
      else if (shapeOf(step.c).length || shapeOf(step.l).length || shapeOf(step.u).length) add(" = ", span("upstream gt-b", text(step.c)));
      else if (!step.l.t) add(" = ", ...productRuns(step).map(([kind, words]) => span(kind, words)));
    }
    out.push(math);
    if ((come.length > 1 || step.m) && !hide) out.push(h("p", {class: "gt-sum"}, derivative(step.d) + " = " + come.map((j, i) => i ? bracket(text(steps[j].c)) : text(steps[j].c)).join(" + ")
      + (step.m ? " + ?".repeat(step.m) : step.T && step.T.t ? "" : " = " + text(step.T)) + `   (${come.length} of ${come.length + step.m} paths)`));
    if (!hide) out.push(h("p", {class: "gt-says"}, `${edge.s === step.n ? nodes.get(edge.s).formula : ""}. ${remark(step)}`.replace(/^\. /, "")));
    return out;
  }
  const short = k => {
    const step = steps[k];
    return step.k === "f" ? nodes.get(step.n).formula : step.k === "s" ? (ahead ? "Direction " : "Seed ") + derivative(nodes.get(step.n).d) : `${name(sender(step))} → ${name(step.r)}`;
  };
  const phase = step => !step ? "Computation graph" : step.k === "f" ? "Forward" : step.k === "s" ? "Seed" : step.k === "t" ? "Tangent" : "Backward";

  // ----- the frame around it -----
  const title = h("h2", {id: uid + "-title", class: "gt-title"}), told = h("div", {class: "gt-caption", "aria-hidden": "true"}), says = h("p", {id: uid + "-says", class: "gt-heard", "aria-live": "polite"});
  const canvas = h("div", {class: "gt-canvas", tabindex: 0, role: "group", "aria-label": "graph: + and − zoom, 0 fits, shift with arrows moves"}, svg);
  const roles = new Set(data["nodes"].map(node => node.role)), legend = h("p", {class: "gt-legend"}, ["parameter", "data"].every(role => roles.has(role)) ? "Round boxes are parameters, square ones data; the result has a double frame." : null);
  const holder = h("div", {class: "gt-holder"}, canvas);
  const slider = h("input", {type: "range", min: 0, max: last, value: 0, "aria-label": "step", class: "gt-slider"}), count = h("output", {class: "gt-count"});
  const go = {first: () => show(0), back: () => show(here - 1), next: () => asks(here) ? remind() : show(here + 1), last: () => show(last)};
  const press = key => () => { stop(); go[key](); };
  const controls = {
    first: button("first step", press("first"), icon("M3 3v10M13 3 6 8l7 5z")), back: button("step back", press("back"), icon("M11 3 4 8l7 5z")),
    play: button("play", () => play(), icon("M4 3v10l9-5z"), {class: "gt-play"}), next: button("next step", press("next"), icon("m5 3 7 5-7 5z")), last: button("last step", press("last"), icon("M13 3v10M3 3l7 5-7 5z")),
  };
  for (const key in controls) controls[key].dataset.act = key;
  const speed = h("select", {"aria-label": "speed of play", class: "gt-speed"}, [.5, 1, 2, 4].map(x => h("option", {value: x, text: x + "×", selected: x === 1})));
  speed.addEventListener("change", () => { if (timer) { stop(); play(); } });
  const guess = h("button", {type: "button", class: "gt-predict", "aria-pressed": "false", onclick: () => predict(!predicting), text: "Predict"});
  const nav = h("nav", {class: "gt-nav", "aria-label": options.label || "steps", hidden: steps.length < 2}, Object.values(controls), slider, count, speed, steps.some(flows) && v.length ? guess : null);
  const follows = button("follow the active node", () => { follow = !follow; follows.setAttribute("aria-pressed", follow); if (follow) chase(); }, icon("M8 1v4M8 11v4M1 8h4M11 8h4M8 7v2"), {"aria-pressed": "true", class: "gt-follow"});
  const zoomer = h("div", {class: "gt-zoom", role: "group", "aria-label": "zoom"}, button("zoom in", () => zoom(.8), "+", {class: "gt-in"}), button("zoom out", () => zoom(1.25), "−", {class: "gt-out"}), button("fit the window", () => fit(), icon("M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"), {class: "gt-fit"}), follows);
  const given_ = h("p", {class: "gt-ask-what"}), typed = h("input", {type: "text", autocomplete: "off", inputmode: "text", "aria-label": "your prediction", class: "gt-guess"});
  const verdict = h("p", {class: "gt-verdict", role: "status"}), points = h("span", {class: "gt-score"});
  const ask = h("form", {class: "gt-ask", hidden: true, onsubmit: event => { event.preventDefault(); check(); }}, given_, h("div", {class: "gt-row"}, typed, h("button", {text: "Check", class: "gt-check"}),
    h("button", {type: "button", text: "Hint", class: "gt-hint", onclick: () => tell(hintFor(steps[here]))}), h("button", {type: "button", text: "Show", class: "gt-show", onclick: () => settle(false)}), points), verdict);
  const tabs = h("div", {class: "gt-tabs", role: "tablist", "aria-label": "beside the graph"}), side = h("div", {class: "gt-side"}, tabs), panels = {};
  const trouble = h("p", {class: "gt-trouble", role: "status"});
  const paper = h("div", {class: "gt-paper"});
  root.classList.add("gt");
  root.append(h("div", {class: "gt-problem", tabindex: 0, role: "group", "aria-label": "the problem"}, data.problem.map(typeset)), h("div", {class: "gt-main"}, h("div", {class: "gt-stage"}, h("div", {class: "gt-top"}, title, zoomer), told, says, ask, holder, nav, trouble, legend), side), paper);

  function tab(key, label, build) {
    const panel = h("div", {id: `${uid}-${key}`, role: "tabpanel", class: "gt-panel gt-" + key, hidden: true, tabindex: 0, "aria-labelledby": `${uid}-tab-${key}`});
    const control = h("button", {type: "button", role: "tab", id: `${uid}-tab-${key}`, "aria-controls": panel.id, "aria-selected": "false", tabindex: -1, text: label, onclick: () => turnTo(key)});
    tabs.append(control); side.append(panel);
    panels[key] = {panel, control, build, seen: false};
  }
  function turnTo(key) {
    for (const other in panels) {
      const {panel, control} = panels[other], mine = other === key;
      panel.hidden = !mine; control.setAttribute("aria-selected", mine); control.tabIndex = mine ? 0 : -1;
    }
    side.dataset.tab = key;
    refresh();
  }
  tabs.addEventListener("keydown", event => {
    const shownTabs = Object.values(panels).filter(p => !p.control.hidden), at = shownTabs.findIndex(p => p.control === doc.activeElement), move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!move) return;
    event.preventDefault(); event.stopPropagation();
    const to = shownTabs[(at + move + shownTabs.length) % shownTabs.length].control;
    to.focus(); to.click();
  });
  const refresh = () => { const open_ = panels[side.dataset.tab]; if (open_) { if (!open_.seen) { open_.seen = true; open_.show = open_.build(open_.panel) || (() => {}); } open_.show(); } };
  const table = (head, rows) => h("table", {}, h("thead", {}, h("tr", {}, head.map(words => h("th", {scope: "col"}, words)))), h("tbody", {}, rows));
  const select = (label, pairs, onchange) => { const element = h("select", {"aria-label": label}, pairs.map(([value, words]) => h("option", {value, text: words}))); element.addEventListener("change", () => onchange(element.value)); return element; };

  // ----- the panels -----
  tab("steps", "Steps", panel => {
    const items = steps.map((step, k) => h("li", {}, h("button", {type: "button", onclick: () => { stop(); show(k); }}, h("span", {class: "gt-phase", text: phase(step)[0]}), h("span", {text: short(k)}))));
    panel.append(h("ol", {start: 1}, items));
    let was = null;
    return () => {
      if (was) was.firstChild.removeAttribute("aria-current");
      was = items[here];
      if (!was) return;
      was.firstChild.setAttribute("aria-current", "step");
      win.requestAnimationFrame(() => { const low = was.offsetTop; if (low < panel.scrollTop || low + was.offsetHeight > panel.scrollTop + panel.clientHeight) panel.scrollTop = low - panel.clientHeight / 2; });
    };
  });
  if (code.length && data.inputs.length) tab("inputs", "Inputs", panel => {
    const fields = [];
    data.inputs.forEach((input, k) => {
      const reach = Math.max(2, ...input.v.map(x => Math.ceil(Math.abs(x) * 2))), set = h("fieldset", {}, h("legend", {text: input.name}));
      input.v.forEach((start, j) => {
        const label = input.s.length ? `${input.name}[${place(j, input.s)}]` : input.name;
        const number = h("input", {type: "number", "step": "any", "aria-label": label, value: start}), range = h("input", {type: "range", min: -reach, max: reach, "step": reach / 200, "aria-label": label + ", slider", value: start});
        const take = value => { if (value !== "" && isFinite(value)) { set_(k, j, +value); number.value = range.value = +value; number.value = +value; } };
        number.addEventListener("input", () => take(number.value)); range.addEventListener("input", () => take(range.value));
        fields.push([k, j, number, range]);
        set.append(h("div", {class: "gt-row"}, input.s.length ? h("small", {text: place(j, input.s)}) : null, number, range));
      });
      panel.append(set);
    });
    panel.append(h("button", {type: "button", class: "gt-reset", text: "Back to the start", onclick: () => data.inputs.forEach((input, k) => input.v.forEach((x, j) => set_(k, j, +x)))}));
    return () => fields.forEach(([k, j, number, range]) => { if (doc.activeElement !== number) number.value = +given[k][j].toPrecision(12); range.value = given[k][j]; });
  });
  const place = (j, shape) => { const at = []; for (let k = shape.length - 1; k >= 0; k--) { at.unshift(j % shape[k]); j = Math.floor(j / shape[k]); } return at.join(", "); };
  const outgoing = i => edges.map((edge, k) => k).filter(k => turn.has(k) && edges[k].t === i);
  function pathsTo(goal, most = 24) {
    const found = [], todo = [[goal, []]];
    while (todo.length && found.length < most) {
      const [at, way] = todo.pop();
      if (at === data.out) found.push(way);
      else for (const k of outgoing(at).reverse()) todo.push([edges[k].s, [k, ...way]]);
    }
    const counts = new Map([[data.out, 1]]), order = data["nodes"].map(node => node.i).sort((a, b) => b - a);
    for (const i of order) if (i !== data.out) counts.set(i, outgoing(i).reduce((sum, k) => sum + (counts.get(edges[k].s) || 0), 0));
    return [found, counts.get(goal) || 0];
  }
  if (!ahead && steps.some(flows)) tab("paths", "Paths", panel => {
    const pick = select("gradient of", data["nodes"].filter(node => node.g != null).map(node => [node.i, node.name]), value => choose(+value)), box = h("div");
    panel.append(h("p", {}, h("label", {}, "Every path to ", pick)), box);
    return () => {
      pick.value = chosen;
      const node = nodes.get(chosen), [ways, many] = pathsTo(chosen), scalar = way => way.every(k => steps[turn.get(k)].l != null && !shapeOf(steps[turn.get(k)].l).length && !steps[turn.get(k)].l.t);
      const parts = outgoing(chosen).map(k => steps[turn.get(k)]);
      const whole = parts.map(step => step.l == null ? step.ct : derivative(step.ln) + "·" + derivative(step.up)).join(" + ");
      const filled = parts.every(step => step.l != null && !step.l.t && !shapeOf(step.c).length) ? parts.map(step => `${bracket(text(step.l))}·${bracket(text(step.u))}`).join(" + ") : "";
      box.replaceChildren(h("p", {class: "gt-whole"}, `${derivative(node.d)} = ${[whole || (chosen === data.out ? "1" : "0"), filled].filter(Boolean).join(" = ")}${node.g.t ? "" : " = " + text(node.g)}`));
      box.append(h("ol", {}, ways.map(way => {
        const stops = [data.out, ...[...way].map(k => edges[k].t)].map(name).join(" → "), factors = way.map(k => steps[turn.get(k)]);
        const product = scalar(way) && way.length ? factors.map(step => bracket(text(step.l))).join(" × ") + " = " + shown(factors.reduce((p, step) => p * numbersOf(step.l)[0], numbersOf(seedOf())[0])) : factors.map(step => step.l == null ? step.ct : step.lt).join(" · ");
        const light = on => () => { path = on ? new Set(way) : null; edges.forEach((_, k) => paintEdge(k)); };
        return h("li", {}, h("button", {type: "button", onmouseenter: light(true), onfocus: light(true), onmouseleave: light(false), onblur: light(false)}, h("span", {text: stops}), h("b", {text: product})));
      })));
      if (many > ways.length) box.append(h("p", {text: `… ${many} paths in all; the first ${ways.length} are listed. The sum per node above counts them all.`}));
      else if (ways.length > 1 && ways.every(scalar)) box.append(h("p", {class: "gt-whole", text: `Sum over ${many} paths: ${text(node.g)}`}));
    };
  });
  const seedOf = () => steps[seed] ? steps[seed].c : 0;
  if (steps.some(step => step.line)) tab("derivation", "Derivation", panel => {
    const picks = [["", "all"], ...data["nodes"].filter(node => node.g != null && !node.formula).map(node => [node.i, node.name])];
    let wrt = "";
    const items = new Map(), list = h("ol");
    panel.append(h("p", {}, h("label", {}, "Lines that lead to ", select("lines for", picks, value => { wrt = value; draw(); }))), list);
    function draw() {
      const wanted = wrt === "" ? null : new Set(pathsTo(+wrt, 200)[0].flat());
      items.clear();
      list.replaceChildren(...steps.flatMap((step, k) => {
        if (!flows(step) || !step.line || (wanted && !wanted.has(step.e))) return [];
        const partly = step.m ? " + …" : "";
        const item = h("button", {type: "button", onclick: () => { stop(); show(k); }}, h("span", {class: "gt-math"}, over(step.d, "upstream"), " = ", span("local", step.line), partly), h("small", {text: rules(nodes.get(edges[step.e].s)).rule || ""}));
        items.set(k, item);
        return [h("li", {}, item)];
      }));
    }
    draw();
    return () => items.forEach((item, k) => { if (k === here) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current"); item.classList.toggle("gt-later", k > here); });
  });
  if (data.ahead && data.ahead.length && !ahead) tab("beside", "Forward", panel => {
    let at = 0;
    const body = h("div");
    panel.append(h("p", {}, h("label", {}, "Forward mode along ", select("direction", data.ahead.map((one, k) => [k, one.wrt]), value => { at = +value; refresh(); }))), body);
    return () => {
      const one = data.ahead[at], of = new Map(one.of);
      body.replaceChildren(table(["node", "forward: ∂·/∂" + one.wrt, `reverse: ∂${data.title}/∂·`], data["nodes"].filter(node => node.role !== "constant").map(node =>
        h("tr", {}, h("th", {scope: "row", text: node.name}), h("td", {class: "gt-local", text: of.has(node.i) ? text(of.get(node.i)) : "0"}), h("td", {class: "gt-upstream", text: node.g == null ? "–" : text(node.g)})))));
      body.append(h("p", {text: `One pass forward gives one column: every ∂·/∂${one.wrt}. One pass backward gives the whole last column, so ${data.ahead.length} inputs take ${data.ahead.length} passes forward and one backward. They meet in ∂${data.title}/∂${one.wrt} = ${of.has(data.out) ? text(of.get(data.out)) : "0"}.`}));
    };
  });
  const cells = node => {
    const out = [];
    if (node.formula && node.v != null) out.push(["value", text(node.v)]);
    for (const k of turn.keys()) if (edges[k].s === node.i && steps[turn.get(k)].l != null) out.push([derivative(steps[turn.get(k)].ln), text(steps[turn.get(k)].l)]);
    if (node.g != null) out.push([derivative(node.d), text(node.g)]);
    return out.map(([label, right], k) => [node.i + "/" + k, label, right]);
  };
  if (steps.some(flows) && v.length) tab("sheet", "Worksheet", panel => {
    const all = () => data["nodes"].flatMap(cells).map(cell => cell[0]), body = h("div");
    const mark = keys => { blank.clear(); keys.forEach(key => blank.add(key)); refresh(); };
    panel.append(h("p", {text: "Cells that are pressed stay blank on paper; the key follows on a page of its own."}), h("div", {class: "gt-row"},
      h("button", {type: "button", class: "gt-blank-all", text: "Blank all", onclick: () => mark(all())}), h("button", {type: "button", text: "Every second", onclick: () => mark(all().filter((_, k) => k % 2))}),
      h("button", {type: "button", text: "None", onclick: () => mark([])}), h("button", {type: "button", class: "gt-print", text: "Print worksheet and key", onclick: () => { root.dataset.print = "sheet"; win.print(); }})), body);
    return () => body.replaceChildren(sheet(true));
  });
  const sheet = (alive, key) => table(["node", "cells"], data["nodes"].filter(node => node.role !== "constant").map(node => h("tr", {}, h("th", {scope: "row", text: node.formula || `${node.name} = ${node.v == null ? "" : text(node.v)}`}), h("td", {}, cells(node).map(([id, label, right]) => {
    const hide = blank.has(id), words = `${label} = ${hide && !key ? "______" : right}`;
    return alive ? h("button", {type: "button", "aria-pressed": String(hide), text: words, onclick: () => { if (!blank.delete(id)) blank.add(id); refresh(); }}) : h("span", {class: hide ? "gt-blank" : "", text: words});
  })))));

  // ----- closed groups, opened in place -----
  const groups = data["nodes"].filter(node => node.inside), inset = h("div", {class: "gt-inset", hidden: true});
  const opener = groups.length ? select("open a group", [["", "Open …"], ...groups.map(node => [node.i, node.formula || node.name])], value => { opener.value = ""; if (value) openGroup(nodes.get(+value)); }) : null;
  let nested = null, opened = null;
  function closeGroup() { if (nested) nested.destroy(); nested = opened = null; inset.hidden = true; canvas.hidden = false; inset.replaceChildren(); if (opener) opener.focus(); }
  function openGroup(node) {
    closeGroup();
    const inner = h("div"), head = h("p");
    opened = () => { head.textContent = `Inside ${node.name}: ${derivative(node.d)} = ${text(node.g)} arrives, and what reaches its inputs is what the closed group sends.`; };
    opened(); inset.hidden = false; canvas.hidden = true;
    inset.append(h("div", {class: "gt-top"}, head, button("close the group", closeGroup, "×", {class: "gt-close"})), inner);
    nested = graphtutor(inner, node.inside, {numbers: v, id: uid + "-in", label: "steps inside " + node.name, "step": 1e6});
    inset.querySelector(".gt-close").focus();
  }
  if (opener) zoomer.prepend(opener);
  holder.append(inset);

  // ----- predict, then see -----
  function predict(on) {
    predicting = on; answered.clear(); score.right = score.asked = 0;
    guess.setAttribute("aria-pressed", on); root.classList.toggle("gt-predicting", on);
    for (const key in panels) panels[key].control.hidden = on && !["steps", "inputs"].includes(key);
    if (on && !["steps", "inputs"].includes(side.dataset.tab)) turnTo("steps");
    stop();
    if (on) show(Math.min(last, Math.max(0, seed))); else paint();
  }
  const tell = words => { verdict.textContent = words; };
  const remind = () => { tell("Your prediction first; or press Show."); typed.focus(); };
  const hintFor = step => `${rules(nodes.get(edges[step.e].s)).rule || "Chain rule"}: ${rules(nodes.get(edges[step.e].s)).formula || ""}. Local times upstream; ${derivative(step.up)} = ${text(step.u)}.`;
  function read(words) {
    const parts = words.replace(/[−–]/g, "-").replace(/[[\]()]/g, " ").split(/[\s,;]+/).filter(Boolean);
    return parts.map(part => { const [a, b] = part.split("/"); return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(a) ? b === undefined ? +a : /^\d+\.?\d*$/.test(b) ? a / b : NaN : NaN; });
  }
  const near = (a, b) => a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= .01 * Math.abs(b[i]) + 1e-9 || (Math.abs(x - b[i]) <= .005 && Math.abs(b[i]) > .02));
  function check() {
    const step = steps[here];
    if (!asks(here)) return press("next")();
    const mine = read(typed.value), right = numbersOf(step.c);
    if (!mine.length || mine.some(x => x !== x)) return tell(right.length > 1 ? `Write ${right.length} numbers, such as 1, −0.5.` : "Write a number, such as −0.5 or 1/3.");
    if (near(mine, right)) return settle(true);
    if (mine.length !== right.length) return tell(`This gradient has ${right.length} entr${right.length > 1 ? "ies" : "y"}.`);
    const local = numbersOf(step.l), up = numbersOf(step.u), flat = local && local.length === 1 && up.length === 1, one = (index, x) => [[index, [x]]];
    const tries = [...(step.slips || []).map(([hint, q]) => [hint, numbersOf(q)]), ...(flat ? [...one(0, local[0]), ...one(1, up[0]), ...one(2, local[0] + up[0])] : []), [3, right.map(x => -x)], ...(step.m || (into.get(step.r) || []).length > 1 ? [[4, numbersOf(step.T)]] : [])];
    const met = tries.find(([, wrong]) => wrong && near(mine, wrong));
    if (!step.tried) { step.tried = true; score.asked++; tally(); }
    tell("Not yet. " + (met ? data.hints[met[0]] : "Local derivative times upstream gradient: which of the two is different?"));
  }
  function settle(right) {
    const step = steps[here];
    if (!step.tried) { score.asked++; if (right) score.right++; }
    step.tried = true; answered.add(here);
    tally(); paint();
    tell(right ? "Right." : `It is ${text(step.c)}.`);
  }
  const tally = () => { points.textContent = score.asked ? `${score.right} of ${score.asked} at first try` : ""; };

  // ----- zoom, pan, follow -----
  let before = null, view = {x: left, y: top, w: wide, h: high}, dragged = false;
  let room = [0, 0];
  const extent = (xs, ys) => [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  for (const node of data["nodes"]) sight.set(node, {groups: [drawn.get(node.i).group], box: extent([node.x, node.x + node.w], [node.y, node.y + node.h]), again: () => paintNode(node, steps[here])});
  edges.forEach((edge, k) => sight.set(edge, {groups: [wires[k].group, wires[k].label], again: () => paintEdge(k),
    box: extent([edge.x - 60, edge.x + 60, ...edge.p.filter((_, i) => i % 2 === 0)], [edge.y - 20, edge.y + 20, ...edge.p.filter((_, i) => i % 2)])}));
  // what is out of sight is neither painted nor laid out: a large graph that is zoomed into moves as quickly as a small one
  function hideOthers(scale) {
    const half = [room[0] / scale / 2, room[1] / scale / 2], mid = [view.x + view.w / 2, view.y + view.h / 2];
    for (const one of sight.values()) {
      const [x0, y0, x1, y1] = one.box, out = Boolean(scale) && (x1 < mid[0] - half[0] || x0 > mid[0] + half[0] || y1 < mid[1] - half[1] || y0 > mid[1] + half[1]);
      if (out !== Boolean(one.out)) { one.out = out; for (const group of one.groups) if (out) group.setAttribute("display", "none"); else group.removeAttribute("display"); }
      if (!out && one.stale) { one.stale = false; one.again(); }
    }
  }
  const hidden = thing => { const one = sight.get(thing); return Boolean(one && one.out && (one.stale = true)); };
  // by a transform of the scene, for a new viewBox would have every text set anew; on paper by a viewBox, for its size is not known
  function look() {
    if (before) { hideOthers(0); scene.removeAttribute("transform"); return svg.setAttribute("viewBox", [left, top, wide, high].join(" ")); }
    const scale = Math.min(room[0] / view.w, room[1] / view.h) || 1;
    svg.removeAttribute("viewBox");
    hideOthers(scale);
    scene.setAttribute("transform", `matrix(${[scale, 0, 0, scale, room[0] / 2 - (view.x + view.w / 2) * scale, room[1] / 2 - (view.y + view.h / 2) * scale].map(x => x.toFixed(4)).join(" ")})`);
  }
  function fit(by = true) { view = {x: left, y: top, w: wide, h: high}; auto = !by; look(); }
  function zoom(by, cx = view.x + view.w / 2, cy = view.y + view.h / 2) {
    const w = Math.min(wide * 1.5, Math.max(80, view.w * by)), ratio = w / view.w;
    view = {x: cx - (cx - view.x) * ratio, y: cy - (cy - view.y) * ratio, w, h: view.h * ratio};
    auto = false; look();
  }
  const centre = i => { const node = nodes.get(i); return node && [node.x + node.w / 2, node.y + node.h / 2]; };
  function chase() {
    if (!follow || view.w >= wide * .99 && view.h >= high * .99) return;
    const step = steps[here], spots = (step ? flows(step) ? [edges[step.e].s, edges[step.e].t] : [step.n, ...(using.get(step.n) || []).map(k => edges[k].t)] : [data.out]).map(centre).filter(Boolean);
    const [x0, x1] = [0, 1].map(k => [Math.min, Math.max][k](...spots.map(p => p[0]))), [y0, y1] = [0, 1].map(k => [Math.min, Math.max][k](...spots.map(p => p[1])));
    const scale = Math.min(room[0] / view.w, room[1] / view.h), half = [room[0] / scale / 2 - 70, room[1] / scale / 2 - 40], mid = [view.x + view.w / 2, view.y + view.h / 2];
    if (x0 > mid[0] - half[0] && x1 < mid[0] + half[0] && y0 > mid[1] - half[1] && y1 < mid[1] + half[1]) return;
    view.x = (x0 + x1) / 2 - view.w / 2; view.y = (y0 + y1) / 2 - view.h / 2; look();
  }
  function settleView() {
    room = [canvas.clientWidth, canvas.clientHeight];
    const scale = Math.min(room[0] / wide, room[1] / high);
    if (!auto || !scale) return look();
    if (scale * 9.5 >= 8) return fit(false);
    const size = room[0] < 600 ? .95 : 1.15;
    view = {x: left, y: top, w: room[0] / size, h: room[1] / size};
    look(); chase();
  }
  const fingers = new Map();
  const spot = event => { const box = svg.getBoundingClientRect(), scale = Math.max(view.w / box.width, view.h / box.height); return [view.x + view.w / 2 + (event.clientX - box.left - box.width / 2) * scale, view.y + view.h / 2 + (event.clientY - box.top - box.height / 2) * scale, scale]; };
  canvas.addEventListener("wheel", event => { if (!event.ctrlKey && !event.metaKey) return; event.preventDefault(); const [x, y] = spot(event); zoom(event.deltaY > 0 ? 1.12 : .89, x, y); }, {passive: false});
  canvas.addEventListener("pointerdown", event => { fingers.set(event.pointerId, event); dragged = false; });
  canvas.addEventListener("pointermove", event => {
    const was = fingers.get(event.pointerId);
    if (!was) return;
    const others = [...fingers.values()].filter(finger => finger.pointerId !== event.pointerId), [x, y, scale] = spot(event);
    if (others.length) { const far = finger => Math.hypot(finger.clientX - others[0].clientX, finger.clientY - others[0].clientY); zoom(far(was) / (far(event) || 1), x, y); dragged = true; }
    else if (dragged || Math.hypot(event.clientX - was.clientX, event.clientY - was.clientY) > 4) {
      if (!dragged) canvas.setPointerCapture(event.pointerId);
      dragged = true; auto = false;
      view.x -= (event.clientX - was.clientX) * scale; view.y -= (event.clientY - was.clientY) * scale; look();
    } else return;
    fingers.set(event.pointerId, event);
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, event => { fingers.delete(event.pointerId); });
  canvas.addEventListener("keydown", event => {
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}, move = event.shiftKey && moves[event.key];
    if (move) { view.x += move[0] * view.w / 8; view.y += move[1] * view.h / 8; auto = false; look(); }
    else if (event.key === "+" || event.key === "=") zoom(.8);
    else if (event.key === "-") zoom(1.25);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault(); event.stopPropagation();
  });

  // ----- moving -----
  const using = new Map(), stray = data["nodes"].filter(node => node.g != null && !into.has(node.i) && !seeded.has(node.i)).map(node => node.i);
  edges.forEach((edge, k) => { if (!using.has(edge.s)) using.set(edge.s, []); using.get(edge.s).push(k); });
  // paints what differs from step `from`; everything without one
  function paint(from) {
    const step = steps[here];
    if (from == null || Math.abs(from - here) > 30 || from < seed !== here < seed) {
      for (const node of data["nodes"]) paintNode(node, step);
      for (let k = 0; k < edges.length; k++) paintEdge(k);
    } else {
      const some = new Set(stray), lines_ = new Set();
      for (let k = Math.min(from, here); k <= Math.max(from, here); k++) {
        const met = steps[k];
        if (flows(met)) { some.add(met.r); some.add(sender(met)); lines_.add(met.e); }
        else { some.add(met.n); for (const e of using.get(met.n) || []) lines_.add(e); }
      }
      if (painted !== chosen) some.add(painted).add(chosen);
      for (const i of some) if (nodes.has(i)) paintNode(nodes.get(i), step);
      for (const e of lines_) paintEdge(e);
    }
    painted = chosen;
    title.textContent = step ? `${phase(step)} · step ${here + 1} of ${steps.length}` : "Computation graph";
    told.replaceChildren(...caption(here));
    says.textContent = steps.length ? sentence(here, asks(here)) : `The computation graph of ${data.title}: ${data["nodes"].filter(node => node.formula).length} operations.`;
    slider.value = here; slider.setAttribute("aria-valuetext", title.textContent); count.textContent = `${here + 1} / ${steps.length || 1}`;
    controls.first.disabled = controls.back.disabled = here === 0; controls.last.disabled = controls.next.disabled = here === last;
    const asking = asks(here);
    ask.hidden = !(predicting && flows(step));
    if (!ask.hidden) given_.textContent = `What does ${nodes.get(edges[step.e].s).formula} send to ${name(step.r)}? ${derivative(step.up)} = ${text(step.u)} is known.`;
    typed.disabled = !asking;
    const out = nodes.get(data.out), bad = code.length && numbersOf(out.v).some(x => !isFinite(x)) ? data["nodes"].find(node => numbersOf(node.v) && numbersOf(node.v).some(x => !isFinite(x))) : null;
    trouble.textContent = bad ? `${bad.formula || bad.name} is ${text(bad.v)} at this point; choose another.` : "";
    refresh();
  }
  function show(k) {
    const to = Math.max(0, Math.min(last, k)), moved = to !== here, from = ready ? here : null;
    here = to;
    if (moved) { tell(""); typed.value = ""; if (flows(steps[here])) chosen = steps[here].r; }
    paint(from); chase(); ready = true;
    if (moved && predicting && asks(here) && !timer) typed.focus({preventScroll: true});
    if (options.onstep) options.onstep(here);
  }
  function choose(i) { if (!nodes.get(i) || nodes.get(i).g == null) return; chosen = i; paint(); }
  function set_(k, j, value) { given[k][j] = value; again(); if (options.oninput) options.oninput(data.inputs[k].key, given[k]); }
  function set(key, values) { const k = data.inputs.findIndex(input => input.key === key); if (k < 0) return; given[k] = [].concat(values).flat(9).map(Number); again(); }
  function again() { run(); paint(); if (nested) { opened(); nested.again(); } }
  function face(playing) { controls.play.setAttribute("aria-label", playing ? "pause" : "play"); controls.play.replaceChildren(icon(playing ? "M4 3v10M11 3v10" : "M4 3v10l9-5z")); }
  function stop() { win.clearInterval(timer); timer = 0; face(false); }
  function play() {
    if (timer) return stop();
    if (here === last) show(0);
    face(true);
    timer = win.setInterval(() => here < last && !asks(here) ? show(here + 1) : stop(), 1600 / speed.value);
  }
  slider.addEventListener("input", () => { stop(); show(+slider.value); });
  const keys = {ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last"};
  function key(event) {
    const tag = event.target.tagName;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA" || event.target.isContentEditable) return;
    if (keys[event.key]) { event.preventDefault(); press(keys[event.key])(); }
    else if (event.key === " " && tag !== "BUTTON") { event.preventDefault(); play(); }
  }
  const ears = options.keys || root;
  ears.addEventListener("keydown", key);

  // ----- paper -----
  function toPaper() {
    if (before) return;
    before = [here, view, predicting];
    const asSheet = root.dataset.print === "sheet";
    predicting = false; here = asSheet ? -1 : last; view = {x: left, y: top, w: wide, h: high}; look(); paint();
    if (asSheet) paper.replaceChildren(h("h2", {text: "Worksheet"}), sheet(false), h("section", {class: "gt-key"}, h("h2", {text: "Key"}), sheet(false, true)));
    else paper.replaceChildren(h("h2", {text: "Every step"}), h("ol", {}, steps.map((_, k) => h("li", {text: sentence(k)}))));
  }
  function fromPaper() { if (!before) return; [here, view, predicting] = before; before = null; delete root.dataset.print; paper.replaceChildren(); look(); paint(); }
  win.addEventListener("beforeprint", toPaper); win.addEventListener("afterprint", fromPaper);
  const watch = new win.ResizeObserver(() => settleView());
  watch.observe(canvas);
  run(); turnTo(steps.length > 1 ? "steps" : Object.keys(panels)[0]); show(options["step"] || 0); settleView();
  return {
    show, set, predict, fit, zoom, choose, again, open: i => openGroup(nodes.get(i)), get ["nested"]() { return nested; }, get ["step"]() { return here; }, get ["view"]() { return {...view}; },
    number: i => numbersOf(nodes.get(i).v), slope: i => numbersOf(nodes.get(i).g), sentence, paper: [toPaper, fromPaper],
    destroy() { stop(); watch.disconnect(); ears.removeEventListener("keydown", key); win.removeEventListener("beforeprint", toPaper); win.removeEventListener("afterprint", fromPaper); root.replaceChildren(); },
  };
}
