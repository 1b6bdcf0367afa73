// Starts LiteRT.js once, without a GPU: the models are small, and a phone's battery is, too.

let started = null;

/** @param {URL} folder of LiteRT.js as ExportWebApp.py writes it; the first one that is named counts */
export function startRuntime(folder) {
  started ??= start(folder).catch((error) => {
    started = null; // the network may come back
    throw error;
  });
  return started;
}

async function start(folder) {
  const litert = await import(new URL("index.js", folder).href);
  const name = (await litert.supportsFeature("relaxedSimd")) ? "litert_wasm_internal" : "litert_wasm_compat_internal";
  const quiet = () => {};
  globalThis.Module = { wasmBinary: await unpacked(new URL(`${name}.wasm.gz`, folder)), print: quiet, printErr: quiet };
  await litert.loadLiteRt(new URL(`${name}.js`, folder).href);
  return litert;
}

/** The bytes of a .gz file; some servers have their browsers unpack it already. */
async function unpacked(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} cannot be fetched: ${response.status} ${response.statusText}`);
  const held = new Uint8Array(await response.arrayBuffer());
  if (held[0] !== 0x1f || held[1] !== 0x8b) return held.buffer;
  return new Response(new Blob([held]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
