// A learning platform, where there is one: SCORM 1.2 (API) or 2004 (API_1484_11) found in a frame around this page.
const SCORM = {
  api: null, year: 0, count: 0, learner: "",
  find() {
    for (let at = window, k = 0; k < 12; k++) {
      try {
        if (at.API_1484_11) return [at.API_1484_11, 2004];
        if (at.API) return [at.API, 12];
        if (at.parent === at) { if (!at.opener) return [null, 0]; at = at.opener; } else at = at.parent;
      } catch { return [null, 0]; }
    }
    return [null, 0];
  },
  call(verb, ...rest) { return this.api[(this.year === 12 ? "LMS" : "") + verb](...rest); },
  set(old, recent, value) { if (this.year === 12 ? old : recent) this.call("SetValue", this.year === 12 ? old : recent, String(value)); },
  get(old, recent) { return this.call("GetValue", this.year === 12 ? old : recent) || ""; },
  begin() {
    if (SETUP.scorm) [this.api, this.year] = this.find();
    if (!this.api) return;
    this.call("Initialize", "");
    this.learner = " " + this.get("cmi.core.student_id", "cmi.learner_id");
    this.count = +this.get("cmi.interactions._count", "cmi.interactions._count") || 0;
    addEventListener("pagehide", () => { this.time(); this.set("cmi.core.exit", "cmi.exit", "suspend"); this.call("Commit", ""); this.call(this.year === 12 ? "Finish" : "Terminate", ""); });
  },
  // what the platform kept is taken where this browser kept nothing of this learner
  async restore(keeper, fresh) {
    if (!this.api || !fresh) return;
    const all = every();
    for (const part of this.get("cmi.suspend_data", "cmi.suspend_data").split(",").filter(Boolean)) {
      const [a, b] = part.split("-").map(Number);
      for (let k = a; k <= Math.min(b || a, all.length); k++) if (all[k - 1]) await keeper.add({do: "attempt", id: all[k - 1].id, attempt: {when: new Date().toISOString().slice(0, 19) + "Z", answer: "kept by the platform", correct: true, score: 1}});
    }
  },
  time() {
    const all = Math.round(performance.now() / 1000), two = n => String(n).padStart(2, "0");
    this.set("cmi.core.session_time", "cmi.session_time", this.year === 12 ? `${String(Math.floor(all / 3600)).padStart(4, "0")}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}` : `PT${all}S`);
  },
  answered(it, answer, found) {
    if (!this.api || found.unread) return;
    const k = this.count++, at = `cmi.interactions.${k}.`, text = typeof answer === "string" ? answer : JSON.stringify(answer), named = (found.attempt && found.attempt.misconceptions || [])[0] || "";
    const verdict = found.correct === null ? "neutral" : found.correct ? "correct" : this.year === 12 ? "wrong" : "incorrect";
    this.set(at + "id", at + "id", it.id + "-" + (k + 1));
    this.set(at + "type", at + "type", this.year === 12 ? "fill-in" : "long-fill-in");
    this.set(at + "student_response", at + "learner_response", text.slice(0, this.year === 12 ? 255 : 4000));
    this.set(at + "result", at + "result", verdict);
    this.set(at + "time", at + "timestamp", this.year === 12 ? new Date().toTimeString().slice(0, 8) : new Date().toISOString().slice(0, 19) + "Z");
    if (named) { this.set(at + "objectives.0.id", at + "objectives.0.id", named); this.set("", at + "description", `${it.id}: ${named}`.slice(0, 250)); }
    const all = every().filter(e => taken()(e.id)), done = all.filter(e => isDone(e.id)).length;
    this.set("cmi.core.score.min", "cmi.score.min", 0); this.set("cmi.core.score.max", "cmi.score.max", 100);
    this.set("cmi.core.score.raw", "cmi.score.raw", Math.round(100 * done / all.length)); this.set("", "cmi.score.scaled", (done / all.length).toFixed(4));
    if (this.year === 12) this.set("cmi.core.lesson_status", "", done === all.length ? "completed" : "incomplete");
    else { this.set("", "cmi.success_status", done === all.length ? "passed" : "unknown"); this.set("", "cmi.completion_status", done === all.length ? "completed" : "incomplete"); this.set("", "cmi.progress_measure", (done / all.length).toFixed(4)); }
    this.set("cmi.suspend_data", "cmi.suspend_data", this.ranges());
    this.call("Commit", "");
  },
  // which exercises are done, as 1-4,7: short enough for what a platform keeps
  ranges() {
    const found = [];
    every().forEach((e, k) => { if (isDone(e.id)) { const last = found[found.length - 1]; if (last && last[1] === k) last[1] = k + 1; else found.push([k + 1, k + 1]); } });
    return found.map(([a, b]) => a === b ? a : `${a}-${b}`).join(",");
  },
};
