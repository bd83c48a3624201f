/** Has the browser keep the built page for visits without a network. Where it does not, the page works all the same. */
export function keepPage(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("./sw.js").catch((error: unknown) => console.info("The page is not kept:", error));
}
