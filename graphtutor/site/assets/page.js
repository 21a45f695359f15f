// The page: a list of exercises, one of them open, an answer read while it is typed, and what came of it.
const $ = id => document.getElementById(id);
const WORDS = {true: ["✓", "Right"], false: ["✗", "Not yet"], null: ["?", "Undecided"]};
const state = {course: null, view: null, open: null, hints: 0, asked: new Map(), tries: 0};
let engine, keeper;

// ----- telling -----
const STAGES = {page: "Python is being fetched", python: "Python is starting", numbers: "NumPy is being loaded", lesson: "The lesson is being unpacked", grader: "The grader is being imported", graphviz: "The graphs are being prepared", ready: "Ready", failed: "Python could not start"};
function stage(word, why = "") {
  $("status").textContent = word === "ready" ? "Ready" : STAGES[word] + (word === "failed" ? ": " + why : " …");
  $("status").dataset.stage = word;
  document.documentElement.dataset.engine = word;
  if (word === "ready" && keeper) refresh();
}
const say = text => { $("said").textContent = ""; requestAnimationFrame(() => { $("said").textContent = text; }); clearTimeout(say.clock); say.clock = setTimeout(() => { $("said").textContent = ""; }, 9000); };
const trouble = error => say(error instanceof Slow ? "This took too long; try it once more." : String(error.message || error));
const settled = wait => { let clock; return act => { clearTimeout(clock); clock = setTimeout(act, wait); }; };

async function ask(request, rank) {
  const answer = await engine.ask(request, rank);
  if (!answer.ok) throw Object.assign(new Error(answer.error), answer);
  return answer;
}

// ----- the list -----
const MARK = {done: "✓", here: "▸", tried: "…", shown: "○", skipped: "–", due: "↻", "": "·"};
const stateOf = id => (state.view && state.view.states[id]) || "";
const isDone = id => ((state.view && state.view.progress.exercises[id]) || {}).state === "done";
function taken() {
  const named = state.view && state.view.progress.road, road = Object.hasOwn(state.course.roads, named || "") && state.course.roads[named];
  return id => !road || road.includes(id);
}
function list() {
  const on = taken(), here = state.open && state.open.id;
  const chapters = state.course.chapters.map(c => [c, c.exercises.filter(e => on(e.id))]).filter(([, all]) => all.length);
  put($("chapters"), ...chapters.map(([chapter, all], k) => {
    const finished = all.filter(e => isDone(e.id)).length;
    const opened = all.some(e => e.id === here);
    return h("details", {open: opened}, h("summary", {}, h("span", {class: "name"}, `${k + 1}. ${chapter.title}`), h("span", {class: "count"}, `${finished} of ${all.length}`),
      h("progress", {max: all.length, value: finished, "aria-label": `${finished} of ${all.length} done`})),
      chapter.about ? h("p", {class: "about"}, chapter.about) : null,
      h("ol", {}, all.map(e => h("li", {}, h("a", {href: "#" + e.id, "aria-current": e.id === here ? "page" : null, class: "state-" + (isDone(e.id) ? "done" : stateOf(e.id))},
        h("span", {class: "mark", "aria-hidden": "true"}, isDone(e.id) ? MARK.done : MARK[stateOf(e.id)] || "·"), `${e.number}. ${e.title}`,
        h("span", {class: "heard"}, isDone(e.id) ? " (done)" : stateOf(e.id) ? ` (${stateOf(e.id)})` : ""))))));
  }));
  $("standing").textContent = state.view ? state.view.standing : `${state.course.count} exercises`;
}
async function refresh() {
  try { state.view = await keeper.fold(); list(); if (location.hash === "#progress") keep(); } catch (error) { trouble(error); }
}
async function note(event) {
  try { state.view = await keeper.note(event); list(); } catch (error) { trouble(error); }
}

// ----- where we are -----
const every = () => state.course.chapters.flatMap(c => c.exercises);
const PLACES = {play: play, descend: descend, progress: keep};
async function route() {
  leave();
  const word = location.hash.slice(1), place = Object.hasOwn(PLACES, word) && PLACES[word];
  for (const link of document.querySelectorAll("nav a[data-place]")) link.toggleAttribute("aria-current", link.dataset.place === (place ? word : "lesson"));
  if (place) { state.open = null; document.title = word + " · graphtutor"; list(); return place(); }
  const id = every().some(e => e.id === word) ? word : (state.view && state.view.current) || SETUP.first.id || every()[0].id;
  await open(id);
}
const seedOf = id => state.view ? state.view.seeds[id] || state.view.seeds[""] || null : null;
async function open(id, focus = false) {
  const seed = seedOf(id), key = id + " " + (seed || "");
  let it = SETUP.first.id === id && !seed ? SETUP.first : await keeper.remembered(key);
  if (!it) {
    put($("main"), h("p", {class: "quiet"}, "This exercise comes when Python is ready …"));
    try { it = await ask({op: "open", id, seed}, 0); } catch (error) { return put($("main"), h("p", {class: "bad"}, String(error.message || "It took too long."))); }
    keeper.remember(key, it);
  }
  state.open = it; state.seed = seed; state.tries = 0;
  const record = (state.view && state.view.progress.exercises[id]) || {};
  state.hints = Math.max(0, Math.min(it.hints.length, record.hints || 0));
  document.title = `${it.title} · graphtutor`;
  list(); exercise(it, record);
  if (focus || document.activeElement === document.body) document.querySelector("#answer input, #answer textarea")?.focus({preventScroll: !focus});
}

// ----- an exercise -----
function promptOf(text) {
  return text.split("\n").map(line => line.trim() ? h(/^\s*[\w']+ = /.test(line) && !/\. |: |[.?]\)?$|[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(line) ? "pre" : "p", {}, line) : null);
}
function exercise(it, record) {
  const place = every().find(e => e.id === it.id), order = every();
  const head = h("h1", {tabindex: "-1", id: "heading"}, it.title);
  const typed = it.program.length && !it.prompt.includes("\n") ? h("div", {class: "program", role: "group", "aria-label": "the problem"}, it.program.map(m => h("div", {}, formula(m)))) : null;
  const graph = picture(it.graph, "");
  const figure = graph ? h("details", {class: "graph", open: it.kind === "sheet" || it.kind === "local" || innerWidth > 700}, h("summary", {}, "The graph"), graph) : null;
  const form = answerForm(it, record);
  put($("main"), 
    h("p", {class: "place"}, `Exercise ${place ? place.number : "?"} of ${order.length}`, isDone(it.id) ? " · done" : ""), head,
    h("div", {class: "prompt"}, promptOf(it.prompt), it.listing.length ? h("ol", {class: "listing"}, it.listing.map(l => h("li", {}, l.replace(/^\d+\. /, "")))) : null), typed, figure, form,
    h("section", {id: "verdict", "aria-live": "polite", "aria-label": "verdict"}), h("ol", {id: "hints", "aria-live": "polite", "aria-label": "hints"}), h("section", {id: "more"}));
  it.hints.slice(0, state.hints).forEach(hint => $("hints").append(h("li", {}, hint)));
  buttons(it);
}
function buttons(it) {
  const next = order => { const all = every().filter(e => taken()(e.id)), k = all.findIndex(e => e.id === it.id); return all[k + order]; };
  const hint = h("button", {type: "button", onclick: () => giveHint(it)}, "Hint");
  const steps = it.walks ? h("button", {type: "button", onclick: () => walk($("more"), {id: it.id, seed: state.seed})}, "Step through") : null;
  const shown = h("button", {type: "button", onclick: () => solve(it)}, "Solution");
  const skip = h("button", {type: "button", onclick: async () => { await note({do: "leave", id: it.id, state: "skipped"}); go(next(1)); }}, "Skip");
  const forward = next(1) ? h("a", {class: "button", id: "onward", href: "#" + next(1).id}, "Next") : null;
  $("answer").append(h("div", {class: "buttons"}, h("button", {type: "submit", class: "main", id: "check"}, "Check"), hint, steps, shown, skip, forward));
}
const go = e => { if (e) { location.hash = e.id; $("main").scrollIntoView(); } };

function giveHint(it) {
  if (state.hints >= it.hints.length) return say("You have had every hint; Solution shows how it is done.");
  $("hints").append(h("li", {}, it.hints[state.hints++]));
  if (state.hints === it.hints.length) $("hints").append(h("li", {class: "quiet plain"}, "That is the strongest hint; Solution shows the answer."));
  note({do: "hint", id: it.id});
}
async function solve(it) {
  try {
    const told = await ask({op: "solution", id: it.id, seed: state.seed}, 0);
    put($("more"), h("h2", {}, "Solution"), h("pre", {class: "solution"}, told.lines.join("\n")), told.note ? h("p", {}, told.note) : null);
    note({do: "leave", id: it.id, state: "shown"});
  } catch (error) { trouble(error); }
}

// ----- answering -----
// what is typed and not yet right: written at once, so that a tab that is killed loses nothing
const drafts = {
  key: it => `graphtutor draft ${keeper.place} ${it.id} ${state.seed || ""}`,
  keep(it, answer) { try { localStorage.setItem(this.key(it), JSON.stringify(answer)); } catch { /* a private window keeps nothing */ } },
  of(it) { try { return JSON.parse(localStorage.getItem(this.key(it))); } catch { return null; } },
  drop(it) { try { localStorage.removeItem(this.key(it)); } catch { /* as above */ } },
};
function answerForm(it, record) {
  const fields = it.form === "lines" ? linesField(it, record) : it.form === "table" ? tableField(it, record) : it.form === "one" || it.form === "any" ? choiceField(it) : textFields(it, record);
  const form = h("form", {id: "answer", "aria-label": "answer", autocomplete: "off"}, fields.node);
  form.fields = fields;
  form.addEventListener("submit", e => { e.preventDefault(); check(it, fields.value()); });
  form.addEventListener("keydown", e => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); form.requestSubmit(); } });
  form.addEventListener("input", () => drafts.keep(it, fields.value()));
  const typed = drafts.of(it);
  if (typed !== null) fields.fill(typed);
  return form;
}
const plainInput = (id, label, value = "") => h("input", {id, type: "text", "aria-label": label, value, spellcheck: "false", autocapitalize: "off", autocorrect: "off", enterkeyhint: "done"});

// what was read of a text, beside or below it: typeset, words, or the place that is not read with its reason
function reading(it, key) {
  const node = h("div", {class: "reading"}), soon = settled(160);
  let last = 0;
  return {node, hear(text, lines) {
    if (!text.trim()) { (lines || [node]).forEach(n => put(n)); return; }
    soon(async () => {
      const mine = ++last;
      try {
        const answer = await ask({op: "hear", id: it.id, key, text, seed: state.seed}, 2);
        if (mine === last) shown(answer.heard, text, lines || [node], !lines);
      } catch (error) { if (error instanceof Slow) put((lines || [node])[0], h("span", {class: "quiet"}, "this takes too long to read")); }
    });
  }};
}
function shown(heard, text, nodes, alone) {
  const source = text.split("\n"), by = nodes.map(() => []);
  for (const one of heard) (by[alone ? 0 : Math.min(one.line, nodes.length) - 1]).push(one);
  nodes.forEach((node, k) => put(node, ...by[k].filter(one => !(one.says === "a remark" && by[k].some(o => o.markup))).map(one => piece(one, source[one.line - 1] || ""))));
}
function piece(one, line) {
  if (one.unread) {
    const from = Math.max(0, Math.min(one.column - 1, line.length)), upto = Math.max(from + 1, from + one.length);
    return h("span", {class: "unread"}, h("code", {}, line.slice(Math.max(0, from - 24), from), h("mark", {}, line.slice(from, upto) || "␣"), line.slice(upto, upto + 24)), h("span", {class: "why"}, " not read: " + one.unread));
  }
  const math = one.markup ? [h("span", {class: "quiet"}, "read as "), formula(one.markup)] : [];
  return h("span", {class: "piece"}, math, one.says ? h("span", {class: "quiet"}, (one.markup ? "  " : "read as ") + one.says) : null);
}

function textFields(it, record) {
  const code = it.form === "code", draft = record.draft || {};
  const rows = it.asks.map((q, k) => {
    const id = "field" + k, read = reading(it, q.key), label = q.prompt + (q.wanted > 1 ? ` (${q.wanted} numbers)` : "");
    const field = code ? h("textarea", {id, rows: "7", spellcheck: "false", autocapitalize: "off", class: "code"}) : plainInput(id, label, q.key && draft[q.key] || "");
    if (code) { field.value = it.untouched || ""; field.addEventListener("keydown", indent); } else field.removeAttribute("aria-label");
    field.addEventListener("input", () => read.hear(field.value));
    return {q, field, read, node: h("div", {class: "row" + (code ? " wide" : "")}, h("label", {for: id}, label + (/[=]/.test(q.prompt) || code ? ":" : " =")), field, h("span", {class: "sign"}), read.node)};
  });
  return {
    node: h("div", {class: "fields"}, rows.map(r => r.node)),
    value: () => rows.length === 1 && !rows[0].q.key ? rows[0].field.value : Object.fromEntries(rows.map(r => [r.q.key, r.field.value])),
    fill: value => rows.forEach(r => { r.field.value = typeof value === "string" ? value : value[r.q.key] || ""; r.read.hear(r.field.value); }),
    mark: answer => rows.forEach(r => { const cell = answer.cells[r.q.key], line = answer.lines.find(l => l.quantity === r.q.key);
      const word = cell ? cell.status : line ? line.word : ""; sign(r.node.querySelector(".sign"), word, line && line.sign); }),
  };
}
function indent(e) {
  if (e.key !== "Enter" || e.ctrlKey || e.metaKey) return;
  const box = e.target, before = box.value.slice(0, box.selectionStart).split("\n").pop();
  e.preventDefault();
  box.setRangeText("\n" + before.match(/^\s*/)[0] + (before.trimEnd().endsWith(":") ? "    " : ""), box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
}
function sign(node, word, mark) {
  const signs = {right: "✓", wrong: "✗", follows: "→", blank: "·"};
  put(node, word ? h("span", {class: "is-" + (mark === "✗" ? "wrong" : word)}, h("span", {"aria-hidden": "true"}, mark || signs[word] || "?"), h("span", {class: "heard"}, word)) : "");
}

// one input a line: Enter goes on to the next, Backspace in an empty one goes back, arrows move, what is pasted is cut into lines
function linesField(it, record) {
  const box = h("ol", {class: "lines"}), read = reading(it, "");
  const rows = () => [...box.children];
  const hear = () => read.hear(rows().map(r => r.field.value).join("\n"), rows().map(r => r.reading));
  const row = (text = "") => {
    const field = plainInput("", "", text), made = h("li", {}, h("span", {class: "number", "aria-hidden": "true"}), field, h("span", {class: "sign"}), h("div", {class: "reading"}));
    Object.assign(made, {field, sign: made.querySelector(".sign"), reading: made.querySelector(".reading")});
    field.addEventListener("input", () => { sign(made.sign, ""); hear(); });
    field.addEventListener("keydown", e => key(e, made));
    field.addEventListener("paste", e => { const parts = e.clipboardData.getData("text").split(/\r?\n/).filter(p => p.trim()); if (parts.length > 1) { e.preventDefault(); paste(made, parts); } });
    return made;
  };
  const count = () => rows().forEach((r, k) => { r.querySelector(".number").textContent = k + 1; r.field.setAttribute("aria-label", `line ${k + 1}`); });
  const add = (after, text) => { const made = row(text); after ? after.after(made) : box.append(made); count(); return made; };
  const paste = (at, parts) => { at.field.value = parts[0]; let last = at; for (const part of parts.slice(1)) last = add(last, part); last.field.focus(); hear(); };
  const key = (e, made) => {
    const all = rows(), k = all.indexOf(made), {field} = made;
    if (e.key === "Enter" && !e.ctrlKey && !e.metaKey) { e.preventDefault(); const rest = field.value.slice(field.selectionStart); field.value = field.value.slice(0, field.selectionStart); const next = add(made, rest); next.field.focus(); next.field.setSelectionRange(0, 0); hear(); }
    else if (e.key === "Backspace" && !field.selectionStart && !field.selectionEnd && k > 0) { e.preventDefault(); const before = all[k - 1].field, at = before.value.length; before.value += field.value; made.remove(); count(); before.focus(); before.setSelectionRange(at, at); hear(); }
    else if (e.key === "ArrowUp" && k > 0) all[k - 1].field.focus();
    else if (e.key === "ArrowDown" && k < all.length - 1) all[k + 1].field.focus();
  };
  const draft = record.draft || {}, kept = Object.keys(draft).filter(k => /^\d+$/.test(k)).sort((a, b) => a - b).map(k => draft[k]);
  for (const text of kept.length ? kept : ["", ""]) add(null, text);
  return {
    node: h("div", {class: "derivation"}, box, h("p", {class: "quiet"}, "Enter begins a new line; Ctrl+Enter checks.")),
    value: () => rows().map(r => r.field.value).filter(t => t.trim()).join("\n"),
    fill: value => { put(box); for (const text of String(value).split("\n")) add(null, text); hear(); },
    mark: answer => {
      const filled = rows().filter(r => r.field.value.trim());
      filled.forEach(r => sign(r.sign, ""));
      answer.lines.forEach((line, k) => { const r = filled[Math.min(k, filled.length - 1)]; if (r) sign(r.sign, line.word, line.sign); });
    },
  };
}

// a sheet: the nodes in the graph's order, their value, local gradients and what arrives
function tableField(it, record) {
  const draft = record.draft || {}, nodes = [...new Set(it.asks.map(q => q.row))], columns = ["value", "local", "upstream"].filter(c => it.asks.some(q => q.column === c));
  const fields = new Map();
  const cellOf = q => {
    const field = plainInput("cell-" + fields.size, q.prompt, draft[q.key] || ""), mark = h("span", {class: "sign"});
    fields.set(q.key, {field, mark});
    return h("span", {class: "cell"}, q.by ? h("span", {class: "by", "aria-hidden": "true"}, `by ${q.by}`) : null, field, mark);
  };
  const titles = {value: "value", local: "local gradient", upstream: "what arrives"};
  const table = h("table", {class: "sheet"}, h("thead", {}, h("tr", {}, h("th", {scope: "col"}, "node"), columns.map(c => h("th", {scope: "col"}, titles[c])))),
    h("tbody", {}, nodes.map(n => h("tr", {}, h("th", {scope: "row"}, n), columns.map(c => h("td", {}, it.asks.filter(q => q.row === n && q.column === c).map(cellOf)))))));
  return {
    node: h("div", {class: "pan"}, table),
    value: () => Object.fromEntries([...fields].map(([key, f]) => [key, f.field.value])),
    fill: value => { for (const [key, f] of fields) f.field.value = (value || {})[key] || ""; },
    mark: answer => { const words = Object.fromEntries(it.asks.map(q => [q.prompt, q.key])); for (const f of fields.values()) sign(f.mark, "");
      for (const [name, c] of Object.entries(answer.cells)) { const f = fields.get(name) || fields.get(words[name]); if (f) sign(f.mark, c.status); } },
  };
}
function choiceField(it) {
  const kind = it.form === "one" ? "radio" : "checkbox";
  const inputs = it.choices.map(c => h("input", {type: kind, name: "choice", value: c.typed}));
  return {
    node: h("fieldset", {}, h("legend", {}, it.form === "one" ? "Which one?" : "Which? All that hold."), it.choices.map((c, k) => h("label", {class: "choice"}, inputs[k], h("span", {}, c.typed === "none" ? c.words : `${c.typed}) ${c.words}`)))),
    value: () => inputs.filter(i => i.checked).map(i => i.value).join(" "),
    fill: value => inputs.forEach(i => { i.checked = String(value).split(" ").includes(i.value); }),
    mark: () => {},
  };
}

// ----- the verdict -----
async function check(it, answer) {
  const empty = typeof answer === "string" ? !answer.trim() : Object.values(answer).every(v => !v.trim());
  if (empty) { say("Type an answer first."); return; }
  const place = $("verdict"), seed = state.seed;
  drafts.keep(it, answer);
  put(place, h("p", {class: "quiet"}, engine.ready ? "Checking …" : "Your answer is kept; it is checked as soon as Python is ready."));
  $("check").disabled = true;
  try {
    const found = await ask({op: "check", id: it.id, answer, seed}, 0);
    if ($("check")) $("check").disabled = false; // before the verdict is seen: Enter at once after it counts, though progress is still being kept
    const kept = found.attempt && note({do: "attempt", id: it.id, attempt: found.attempt, again: found.again});
    if (state.open === it) verdict(it, answer, found);
    if (found.correct) drafts.drop(it);
    await kept;
    SCORM.answered(it, answer, found);
  } catch (error) {
    if ($("check")) $("check").disabled = false;
    if (error instanceof Slow) late(it, answer, seed);
    else if (state.open === it) put(place, h("p", {class: "verdict is-undecided"}, String(error.message || error)), h("p", {class: "quiet"}, "It does not count; try again."));
  }
}
function late(it, answer, seed) {
  const attempt = {when: new Date().toISOString().slice(0, 19) + "Z", answer, correct: null, score: 0, misconceptions: [], seed};
  if (state.open === it) put($("verdict"), h("p", {class: "verdict is-undecided"}, h("b", {}, "? "), "This took too long; a person decides. Nothing else is lost."));
  note({do: "attempt", id: it.id, attempt}).then(() => SCORM.answered(it, answer, {correct: null, attempt}));
}
function verdict(it, answer, found) {
  const [mark, word] = found.unread ? ["?", "I cannot read that"] : WORDS[found.correct];
  const said = found.message.replace(/^Not right\.\s*/, "").replace(/^Right\.\s*/, found.correct ? "" : "Right. ");
  const lines = found.lines.length > 1 ? h("ol", {class: "judged"}, found.lines.map(line => h("li", {class: "is-" + (line.sign === "✗" ? "wrong" : line.status)},
    h("span", {class: "mark"}, line.sign || "·"), h("code", {}, line.text), " ", h("span", {class: "quiet"}, line.word + (line.note ? ", " + line.note : "") + (line.unread ? ": " + line.unread : ""))))) : null;
  const why = found.unread && found.grade.invalid && found.grade.invalid.caret ? h("pre", {class: "caret"}, found.grade.invalid.caret) : null;
  const place = $("verdict");
  put(place, h("p", {class: "verdict is-" + (found.unread ? "unread" : found.correct)}, h("b", {}, `${mark} ${word}. `), said), why, found.unread ? h("p", {class: "quiet"}, "It does not count; try again.") : null,
    lines, found.reasons.map(r => h("p", {class: "reason"}, r)), found.note ? h("p", {}, found.note) : null);
  $("answer").fields.mark(found);
  if (found.correct) { $("onward")?.classList.add("main"); $("onward")?.focus(); return; }
  state.tries++;
  if (found.pictured) ask({op: "broken", id: it.id, answer, seed: state.seed}, 3).then(both => { if (state.open === it) place.append(h("figure", {class: "broken"}, picture(both), h("figcaption", {class: "quiet"}, "Where it broke"))); }).catch(() => {});
}

// ----- steps: the interactive page, with its guesses, inputs, paths and worksheet -----
let stepper = null;
function leave() { if (stepper) stepper.destroy(); stepper = null; }
async function walk(place, walk) {
  put(place, h("p", {class: "quiet"}, "The steps are being drawn …"));
  try {
    const {film} = await ask({op: "film", walk}, 0), root = h("div", {}), heading = h("h2", {tabindex: "-1", class: "heard"}, "Step by step");
    film.problem = film.problem.map(markup => new XMLSerializer().serializeToString(formula(markup)));
    leave();
    put(place, h("section", {class: "walk", "aria-label": "step by step"}, heading, root));
    stepper = graphtutor(root, film);
    heading.focus();
  } catch (error) { put(place, h("p", {class: "bad"}, error instanceof Slow ? "This takes too long for a page." : error.message)); }
}

// ----- play -----
function numbersOf(text) {
  const found = {};
  for (const part of text.split(/[;\n]|,(?![^\[]*\])/).map(p => p.trim()).filter(Boolean)) {
    const [name, value] = part.split("=").map(p => p.trim());
    try { found[name] = JSON.parse(value); } catch { throw new Error(`'${part}' is no number; expected such as w=2, x=[1, 2]`); }
  }
  return found;
}
const sizesOf = at => Object.fromEntries(Object.entries(at).filter(([, v]) => Array.isArray(v)).map(([n, v]) => [n, Array.isArray(v[0]) ? [v.length, v[0].length] : [v.length]]));
function play() {
  const text = h("textarea", {id: "expression", rows: "2", spellcheck: "false", autocapitalize: "off"}, "f = w*x + b; L = (f - y)**2"), at = plainInput("at", "", "w=2, x=3, b=1, y=5"), by = plainInput("wrt", "", "w"), out = h("section", {"aria-live": "polite", "aria-label": "result"});
  at.removeAttribute("aria-label"); by.removeAttribute("aria-label");
  const form = h("form", {class: "play", autocomplete: "off"}, h("div", {class: "row wide"}, h("label", {for: "expression"}, "Expression"), text), h("div", {class: "row"}, h("label", {for: "at"}, "at"), at), h("div", {class: "row"}, h("label", {for: "wrt"}, "derived by"), by), h("div", {class: "buttons"}, h("button", {type: "submit", class: "main"}, "Go")));
  form.addEventListener("submit", async e => {
    e.preventDefault();
    put(out, h("p", {class: "quiet"}, "Working …"));
    try {
      const point = numbersOf(at.value), shapes = sizesOf(point), told = await ask({op: "play", expression: text.value, at: point, wrt: by.value.trim(), shapes}, 0);
      const list = Object.entries(told.gradients).map(([n, v]) => h("li", {}, `derivative by ${n}: ${JSON.stringify(v)}`));
      const steps = h("section", {});
      put(out, h("div", {class: "program"}, told.typeset.map(m => h("div", {}, formula(m)))), h("p", {}, `At ${Object.entries(told.at).map(([n, v]) => `${n} = ${JSON.stringify(v)}`).join(", ")} the value is ${JSON.stringify(told.value)}.`), h("ul", {}, list),
        told.check ? h("p", {class: "good"}, told.check) : null, h("h2", {}, "The graph"), picture(told.graph), h("div", {class: "buttons"}, h("button", {type: "button", onclick: () => walk(steps, {expression: text.value, at: point, shapes})}, "Step through")), steps,
        told.derivation.length ? [h("h2", {}, `Derived by ${told.wrt}`), h("div", {class: "pan", tabindex: "0", role: "group", "aria-label": "derivation"}, h("table", {class: "derived"}, h("tbody", {}, told.derivation.map((l, k) => h("tr", {}, h("td", {}, k ? "=" : ""), h("td", {}, l.markup ? formula(l.markup) : ""), h("td", {class: "quiet"}, l.rule, l.formula ? ` (${l.formula})` : ""))))))] : "");
    } catch (error) { put(out, h("p", {class: "verdict is-unread"}, error instanceof Slow ? "This takes too long for a page." : error.message), error.caret ? h("pre", {class: "caret"}, error.caret) : ""); }
  });
  put($("main"), h("h1", {tabindex: "-1"}, "Play"), h("p", {}, "Any expression: its graph, its steps, its derivation, its check."), form, out);
}

// ----- descend -----
function descend() {
  const field = (id, label, node) => h("div", {class: "row"}, h("label", {for: id}, label), node);
  const input = (id, value) => { const made = plainInput(id, "", value); made.removeAttribute("aria-label"); return made; };
  const loss = input("loss", "f = w0*x0 + w1*x1 + b; L = (f - y)**2"), rate = input("rate", "0.01"), epochs = input("epochs", "20"), method = h("select", {id: "method"}, SETUP.methods.map(m => h("option", {}, m))), out = h("section", {"aria-live": "polite", "aria-label": "run"});
  const form = h("form", {class: "play", autocomplete: "off"}, field("loss", "loss", loss), field("rate", "rate", rate), field("epochs", "epochs", epochs), field("method", "method", method), h("div", {class: "buttons"}, h("button", {type: "submit", class: "main"}, "Descend")));
  form.addEventListener("submit", async e => {
    e.preventDefault();
    put(out, h("p", {class: "quiet"}, "Descending …"));
    try {
      const run = await ask({op: "descend", loss: loss.value, rate: +rate.value, epochs: +epochs.value, method: method.value}, 0);
      const last = run.losses.length, slider = h("input", {type: "range", min: "0", max: String(last), value: String(last), id: "epoch"}), plots = h("div", {class: "plots"}), words = h("output", {for: "epoch"});
      const show = () => { const k = +slider.value; words.textContent = `after epoch ${k}: ` + Object.entries(run.parameters).map(([n, v]) => `${n} = ${v[k] === null ? "not finite" : short(v[k])}`).join(", "); put(plots, ...[lossPlot(run), boundaryPlot(run, k), surfacePlot(run, k)].filter(Boolean)); };
      slider.oninput = show;
      put(out, h("p", {}, run.said + "."), run.diverges ? h("p", {class: "bad"}, run.diverges) : null, h("div", {class: "row epoch"}, h("label", {for: "epoch"}, "epoch"), slider, words), plots);
      show();
    } catch (error) { put(out, h("p", {class: "verdict is-unread"}, error instanceof Slow ? "This takes too long for a page." : error.message)); }
  });
  put($("main"), h("h1", {tabindex: "-1"}, "Descend"), h("p", {}, "Gradient descent on the lecture's four points: the loss, the boundary, the surface under the path."), form, out);
}

// ----- progress -----
const handed = (name, text, type) => { const link = h("a", {href: URL.createObjectURL(new Blob([text], {type})), download: name}); link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 1000); };
function results() {
  const who = (state.view.progress.seed || "").trim();
  return Object.entries(state.view.progress.exercises).flatMap(([id, record]) => (record.attempts || []).slice(-1).map(a => JSON.stringify({id: (who ? who + "/" : "") + id, ...(who ? {student: who} : {}), exercise: id, ...(a.seed ? {seed: a.seed} : {}), answer: a.answer, when: a.when}))).join("\n") + "\n";
}
const small = file => { if (file.size > 5e6) throw new Error("a file of more than 5 MB is no progress file"); return file; };
async function forget() {
  if (!confirm("Forget every answer on this page? Export keeps a copy.")) return;
  try { for (const key of Object.keys(localStorage)) if (key.startsWith("graphtutor draft " + keeper.place)) localStorage.removeItem(key); } catch { /* a private window */ }
  try { state.view = await keeper.replace({}); list(); keep(); say("All is new."); } catch (error) { trouble(error); }
}
function keep() {
  const file = h("input", {type: "file", id: "import", accept: ".json,application/json"}), name = plainInput("seed", "", (state.view && state.view.progress.seed) || ""), road = h("select", {id: "road"}, h("option", {value: ""}, "all exercises"), Object.entries(state.course.roads).map(([r, all]) => h("option", {value: r, selected: state.view && state.view.progress.road === r}, `${r} (${all.length})`)));
  name.removeAttribute("aria-label");
  const need = act => async () => {
    if (!state.view && !engine.ready) return say("Progress is read when Python is ready.");
    try { state.view = await keeper.fold(); await act(); } catch (error) { trouble(error); }
  };
  file.addEventListener("change", async () => { try { state.view = await keeper.replace(JSON.parse(await small(file.files[0]).text())); list(); if (location.hash === "#progress") keep(); say("Imported."); } catch (error) { say("Not imported: " + error.message); } });
  name.addEventListener("change", async () => { try { state.view = await keeper.replace({...state.view.progress, seed: name.value.trim() || null}); list(); say("Kept."); } catch (error) { trouble(error); } });
  road.addEventListener("change", () => note({do: "road", road: road.value}));
  put($("main"), h("h1", {tabindex: "-1"}, "Progress"), h("p", {}, state.view ? state.view.standing : "Progress is read when Python is ready."),
    state.view && state.view.due.length ? [h("h2", {}, "To review"), h("ul", {}, [...new Set(state.view.due)].map(id => h("li", {}, h("a", {href: "#" + id}, id))))] : null,
    h("div", {class: "row"}, h("label", {for: "road"}, "road"), road), h("div", {class: "row"}, h("label", {for: "seed"}, "your name, for numbers of your own"), name),
    h("div", {class: "buttons"}, h("button", {type: "button", onclick: need(() => handed("progress.json", JSON.stringify(state.view.progress, null, 1) + "\n", "application/json"))}, "Export progress"), h("button", {type: "button", onclick: need(() => handed("answers.jsonl", results(), "application/jsonl"))}, "Results for graphtutor grade"), h("button", {type: "button", onclick: need(forget)}, "Begin anew")),
    h("div", {class: "row"}, h("label", {for: "import"}, "import progress"), file), h("p", {class: "quiet"}, "The file is the shell's own: graphtutor --progress progress.json goes on from it, and back."));
}

// ----- beginning -----
async function begin() {
  state.course = SETUP.course;
  SCORM.begin();
  engine = SETUP.engine === "server" ? new Server(stage) : new Tab(stage);
  window.graphtutor = {call: text => engine.text(text)};  // for a page around this one: JSON to JSON, as the page itself asks
  keeper = await (SETUP.engine === "server" ? new Served(engine) : new Keeper(engine)).open();
  const kept = await keeper.last();
  if (kept) state.view = kept.view;
  keeper.changed = async () => { const now = await keeper.last(); if (now) { state.view = now.view; list(); } };
  await SCORM.restore(keeper, !kept);
  if (innerWidth < 900) $("list").open = false;
  list();
  addEventListener("hashchange", () => route().then(() => document.querySelector("#main h1")?.focus({preventScroll: true})));
  await route();
  if (engine.ready) refresh();
  if (SETUP.engine === "tab" && !$("inside-worker") && "serviceWorker" in navigator && location.protocol.startsWith("http")) navigator.serviceWorker.register("sw.js").catch(() => {});
}
begin().catch(trouble);
