// Keeps the web app for use without a network, in the version of files.js; no other host is asked for anything.

importScripts("files.js");

const CACHE = `sound-classifier-${self.registration.scope}-`;
const NAME = CACHE + self.APP.version;
// A function with relaxed SIMD, as LiteRT.js tries: which of its two builds this browser takes.
const RELAXED_SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11];

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(self.registration.scope)) event.respondWith(answer(event.request));
});

async function keep() {
  const { files, builds } = self.APP;
  const build = WebAssembly.validate(new Uint8Array(RELAXED_SIMD)) ? builds.relaxed : builds.compat;
  const cache = await caches.open(NAME);
  await cache.addAll([...files, "./", ...build].map((file) => new Request(file, { cache: "no-cache" })));
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(CACHE) && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request) {
  const cache = await caches.open(NAME);
  const isPage = new URL(request.url).pathname.endsWith("/index.html"); // which some hosts redirect to the folder
  return (await cache.match(isPage ? "./" : request, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}
