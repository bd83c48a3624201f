/**
 * Keeps the page for visits without a network. Where that is not to be had (a page that is not served securely,
 * a private window, the development server), it works as before, so a refusal is no fault of the visit.
 */
export async function keepPage(onKept: () => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./service-worker.js");
    await navigator.serviceWorker.ready;
    onKept();
  } catch (error) {
    console.info("The page is not kept for visits without a network:", error);
  }
}
