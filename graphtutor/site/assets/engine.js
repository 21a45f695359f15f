// Who answers: Python in a worker of this page, or a server on this machine. Both take the same JSON and give the same JSON.
const SETUP = JSON.parse(document.getElementById("setup").textContent);
const SLOW = SETUP.seconds * 1000;  // after which an answer is left to a person

class Slow extends Error {}

// One request as JSON to one answer as JSON, by `text`; or both as objects.
class Engine {
  async ask(request, rank) {
    const answer = JSON.parse(await this.text(JSON.stringify(request), rank));
    if (answer.slow) throw new Slow();
    return answer;
  }
}

class Server extends Engine {
  constructor(told) { super(); this.told = told; this.ready = true; told("ready"); }
  async post(path, text) {
    const reply = await fetch(path, {method: "POST", body: text, headers: {"Content-Type": "application/json"}});
    if (!reply.ok) throw new Error("the server says " + reply.status + ": " + await reply.text());
    return reply.text();
  }
  text(request) { return this.post("call", request); }
}

// One request at a time goes to the worker; what is asked meanwhile waits. What is read while one types may take less long than an answer. A worker that does not answer is ended, and another one begins.
class Tab extends Engine {
  constructor(told) { super(); this.told = told; this.waiting = []; this.running = null; this.ready = false; this.failed = ""; this.start(); }
  start() {
    this.ready = false;
    this.told(SETUP.stages[0]);
    this.worker = this.made();
    this.worker.onmessage = e => this.heard(e.data);
    this.worker.onerror = e => this.broke(e.message || "the worker could not start");
  }
  made() {
    const inside = document.getElementById("inside-worker");
    if (!inside) {
      const worker = new Worker("worker.js", {type: "module"});
      worker.postMessage({setup: {...SETUP, base: new URL("./", location.href).href}});
      return worker;
    }
    const url = URL.createObjectURL(new Blob([inside.textContent], {type: "text/javascript"}));
    const worker = new Worker(url);
    const files = Object.fromEntries([...document.querySelectorAll("script[data-file]")].map(s => [s.dataset.file, s.textContent]));
    worker.postMessage({setup: SETUP, files});
    return worker;
  }
  heard(data) {
    if (data.stage) { if (data.stage === "ready") this.ready = true; this.told(data.stage); }
    else if (data.failed) this.broke(data.failed);
    else if (this.running && data.number === this.running.number) {
      const done = this.running;
      clearTimeout(done.clock);
      this.running = null;
      done.resolve(data.text);
      if (data.dead) { this.worker.terminate(); this.start(); }
    }
    this.next();
  }
  broke(why) {
    this.failed = why;
    this.told("failed", why);
    for (const one of [this.running, ...this.waiting].filter(Boolean)) one.reject(new Error(why));
    this.running = null; this.waiting = [];
  }
  next() {
    if (!this.ready || this.running || !this.waiting.length) return;
    this.waiting.sort((a, b) => a.rank - b.rank || a.number - b.number);
    const one = this.running = this.waiting.shift();
    one.clock = setTimeout(() => this.late(one), one.rank === 2 ? SLOW / 4 : SLOW);
    this.worker.postMessage({number: one.number, text: one.text});
  }
  late(one) {
    this.worker.terminate();
    this.running = null;
    one.reject(new Slow());
    this.start();
  }
  // rank: an answer goes before a reading, and a reading before what is only fetched ahead
  text(request, rank = 1) {
    if (this.failed) return Promise.reject(new Error(this.failed));
    this.count = (this.count || 0) + 1;
    return new Promise((resolve, reject) => {
      this.waiting.push({number: this.count, text: request, rank, resolve, reject});
      this.next();
    });
  }
}
