// Progress, in the shell's own schema. What happens is appended at once, one entry each, and folded in when Python is there:
// nothing is lost when the tab is closed meanwhile, and two tabs cannot overwrite one another.
const placed = () => SETUP.title + " " + location.pathname.replace(/[^/]*$/, "") + SCORM.learner;  // on a learning platform each learner has a place of their own

const done = request => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error); });

class Keeper {
  constructor(engine) {
    this.engine = engine; this.place = placed(); this.folding = null; this.changed = () => {};
    this.other = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("graphtutor " + this.place);
    if (this.other) this.other.onmessage = () => this.changed();
  }
  async open() {
    const request = indexedDB.open("graphtutor", 1);
    request.onupgradeneeded = () => { for (const name of ["progress", "opened"]) request.result.createObjectStore(name); request.result.createObjectStore("events", {autoIncrement: true}); };
    this.base = await done(request).catch(() => null);  // a private window may keep nothing: then this tab's memory does
    this.memory = {kept: null, events: []};
    return this;
  }
  async last() {
    if (!this.base) return this.memory.kept;
    return await done(this.base.transaction("progress").objectStore("progress").get(this.place)) || null;
  }
  async note(event) { await this.add(event); return this.fold(); }
  async add(event) {
    if (!this.base) this.memory.events.push(event);
    else {
      const change = this.base.transaction("events", "readwrite");
      change.objectStore("events").add({place: this.place, event});
      await new Promise((resolve, reject) => { change.oncomplete = resolve; change.onerror = change.onabort = () => reject(change.error); });
    }
  }
  // one fold after the other in this tab; another tab's is noticed by its version
  fold() { return this.folding = (this.folding || Promise.resolve()).catch(() => {}).then(() => this.folded()); }
  async folded() {
    for (;;) {
      const [kept, keys, events] = await this.read();
      const answer = await this.grown(kept ? kept.view.progress : {}, events);
      if (!answer.ok) throw new Error(answer.error);
      const view = {...answer}; delete view.ok;
      if (await this.write(kept, keys, view)) { if (keys.length && this.other) this.other.postMessage("changed"); return view; }
    }
  }
  // all that happened at once; where that cannot be, one by one, so that none that is bad holds up the others
  async grown(progress, events) {
    const all = await this.engine.ask({op: "progress", progress, events}, 0);
    if (all.ok || !events.length) return all;
    let view = await this.engine.ask({op: "progress", progress, events: []}, 0);
    for (const event of events) { const next = view.ok && await this.engine.ask({op: "progress", progress: view.progress, events: [event]}, 0); if (next.ok) view = next; }
    return view;
  }
  async read() {
    if (!this.base) return [this.memory.kept, this.memory.events.map((_, k) => k), [...this.memory.events]];
    const look = this.base.transaction(["progress", "events"]), store = look.objectStore("events");
    const [kept, keys, all] = await Promise.all([done(look.objectStore("progress").get(this.place)), done(store.getAllKeys()), done(store.getAll())]);
    const mine = keys.filter((_, k) => all[k].place === this.place);
    return [kept || null, mine, all.filter(one => one.place === this.place).map(one => one.event)];
  }
  async write(before, keys, view) {
    const version = (before ? before.version : 0) + 1;
    if (!this.base) { this.memory.kept = {version, view}; this.memory.events.splice(0, keys.length); return true; }
    const change = this.base.transaction(["progress", "events"], "readwrite"), store = change.objectStore("progress");
    const now = await done(store.get(this.place));
    if ((now ? now.version : 0) !== version - 1) return false;
    store.put({version, view}, this.place);
    for (const key of keys) change.objectStore("events").delete(key);
    await new Promise((resolve, reject) => { change.oncomplete = resolve; change.onerror = change.onabort = () => reject(change.error); });
    return true;
  }
  async replace(progress) {
    const answer = await this.engine.ask({op: "progress", progress, events: []}, 0);
    if (!answer.ok) throw new Error(answer.error);
    const view = {...answer}; delete view.ok;
    for (;;) { const [kept, keys] = await this.read(); if (await this.write(kept, keys, view)) break; }
    if (this.other) this.other.postMessage("changed");
    return view;
  }
  // what was opened before stands there again before Python does
  async remembered(key) {
    if (!this.base) return null;
    return await done(this.base.transaction("opened").objectStore("opened").get(SETUP.build + " " + key)) || null;
  }
  async remember(key, value) {
    if (this.base) this.base.transaction("opened", "readwrite").objectStore("opened").put(value, SETUP.build + " " + key);
  }
}

// Progress that a server on this machine keeps: the file of the shell.
class Served {
  constructor(engine) { this.engine = engine; this.place = SETUP.title; this.changed = () => {}; }
  async open() { return this; }
  async last() { return null; }
  async fold() { return this.note(null); }
  async note(event) {
    const answer = JSON.parse(await this.engine.post("progress", JSON.stringify({events: event ? [event] : []})));
    if (!answer.ok) throw new Error(answer.error);
    return answer;
  }
  async replace(progress) {
    const answer = JSON.parse(await this.engine.post("progress", JSON.stringify({replace: progress, events: []})));
    if (!answer.ok) throw new Error(answer.error);
    return answer;
  }
  async remembered() { return null; }
  async remember() {}
}
