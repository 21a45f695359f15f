// Python in a worker: Pyodide, NumPy, the lesson's own code, and Graphviz for the layout. One request in, one answer out, both JSON.
const stage = word => self.postMessage({stage: word});
let call = null;

const bytesOf = async text => new Uint8Array(await new Response(new Blob([Uint8Array.from(atob(text.trim()), c => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
const kinds = {wasm: "application/wasm", json: "application/json", js: "text/javascript", mjs: "text/javascript"};
const INSIDE = "https://inside.invalid/";

// in the single file every part stands in the page: what is fetched is found there, and nothing leaves it
function inside(files) {
  const parts = {};
  const get = name => parts[name] ||= bytesOf(files[name]);
  const before = self.fetch;
  self.fetch = async (from, more) => {
    const name = String(from.url || from).replace(INSIDE, "");
    return name in files ? new Response(await get(name), {headers: {"Content-Type": kinds[name.split(".").pop()] || "application/octet-stream"}}) : before(from, more);
  };
  return {load: async name => import(URL.createObjectURL(new Blob([await get(name)], {type: "text/javascript"}))), data: get, home: INSIDE};
}
function beside(setup) {
  const at = name => new URL(name, setup.base).href;
  return {load: name => import(name === setup.graphviz ? new URL(name, setup.base).href : setup.pyodide + name), data: async name => { const r = await fetch(at(name)); if (!r.ok) throw new Error(`${name}: ${r.status}`); return new Uint8Array(await r.arrayBuffer()); }, home: new URL(setup.pyodide, setup.base).href};
}

async function start({setup, files}) {
  setup.pyodide = files ? "" : new URL(setup.pyodide, setup.base).href;
  const from = files ? inside(files) : beside(setup);
  stage("page");
  const [bundle, graphviz] = [from.data(setup.archive), from.load(setup.graphviz)];
  bundle.catch(() => {}); graphviz.catch(() => {});
  const {loadPyodide} = await from.load("pyodide.mjs");
  if (files) await from.load("pyodide.asm.js");
  stage("python");
  const python = await loadPyodide({indexURL: from.home, env: {HOME: "/home", GRAPHTUTOR_EXERCISES: "/lesson/graphtutor/_exercises"}, stdout: () => {}, stderr: () => {}});
  stage("numbers");
  await python.loadPackage("numpy", {messageCallback: () => {}, errorCallback: () => {}});
  stage("lesson");
  python.unpackArchive(await bundle, "zip", {extractDir: "/lesson"});
  stage("graphviz");
  const drawn = await (await graphviz).Graphviz.load();
  stage("grader");
  self.graphtutor_layout = dot => drawn.layout(dot, "json0", "dot");
  call = python.runPython(`
import sys
sys.path.insert(0, "/lesson")
from graphtutor.site.structs import installed
installed()
from js import graphtutor_layout
from graphtutor.site.call import answered, room
from graphtutor.tutor.course import course
here = room(course().along(${JSON.stringify(setup.road || "")}), lambda dot: graphtutor_layout(dot))
lambda text: answered(here, text)
`);
  stage("ready");
}

self.onmessage = e => {
  if (e.data.setup) start(e.data).catch(error => self.postMessage({failed: String(error && error.message || error)}));
  else {
    let text, dead = false;
    try { text = call(e.data.text); } catch (error) {
      dead = error.name !== "PythonError";  // Python itself broke, of too deep a call perhaps: another one must begin
      text = JSON.stringify({ok: false, error: "this is a bug of graphtutor, not of your input: " + String(error.message || error).trim().split("\n").pop()});
    }
    self.postMessage({number: e.data.number, text, dead});
  }
};
