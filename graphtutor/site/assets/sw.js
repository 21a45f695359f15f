// Keeps what the page needs, so that it opens without a network after the first visit. A new build keeps its own and drops the old.
const NAME = "graphtutor BUILD", PARTS = [PARTS_LIST];
self.addEventListener("install", e => e.waitUntil(caches.open(NAME).then(kept => kept.addAll(PARTS)).then(() => self.skipWaiting())));
self.addEventListener("activate", e => e.waitUntil(caches.keys().then(all => Promise.all(all.filter(n => n.startsWith("graphtutor ") && n !== NAME).map(n => caches.delete(n)))).then(() => self.clients.claim())));
self.addEventListener("fetch", e => {
  if (e.request.method !== "GET") return;
  e.respondWith(caches.open(NAME).then(async kept => {
    const found = await kept.match(e.request, {ignoreSearch: true});
    if (found) return found;
    const reply = await fetch(e.request);
    if (reply.ok && (reply.type === "basic" || reply.type === "cors")) kept.put(e.request, reply.clone()).catch(() => {});
    return reply;
  }));
});
