// Keeps the page for use without a network: the service worker fetches everything once, before the model is loaded.

/** @returns {boolean} whether the page is kept; false where the browser does not allow it. */
export async function keepForOffline() {
  if (!navigator.serviceWorker) return false;
  try {
    const registration = await navigator.serviceWorker.register("service-worker.js");
    if (!navigator.serviceWorker.controller) await installed(registration);
    return registration.active !== null;
  } catch {
    return false; // private windows, blocked storage: the page works, and is fetched each time
  }
}

/** Waits until the first service worker answers for this page, or gives up. */
function installed(registration) {
  const worker = registration.installing ?? registration.waiting;
  if (!worker) return; // a reload that goes past it
  return new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    worker.addEventListener("statechange", () => worker.state === "redundant" && resolve());
  });
}
