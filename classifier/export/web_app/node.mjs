// Runs LiteRT.js and the module under Node, which has no page to load scripts into.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const overNetwork = globalThis.fetch;
const isFile = (address) => String(address).startsWith("file:");

globalThis.self = globalThis;
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = fileURLToPath(new URL(".", import.meta.url));
globalThis.importScripts = (address) => vm.runInThisContext(readFileSync(fileURLToPath(address), "utf8"));
globalThis.fetch = async (address) => (isFile(address) ? new Response(await readFile(new URL(address))) : overNetwork(address));
