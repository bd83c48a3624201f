import { Fault, textOf } from "./fault";

/** Fetches the clip that the page's address names. Only the page's own host is asked: nothing else is ever loaded. */
export async function fetchLinked(src: string, page: string): Promise<File> {
  const address = URL.canParse(src, page) ? new URL(src, page) : null;
  if (address?.origin !== new URL(page).origin) throw new Fault("link-foreign", src);
  const response = await fetch(address).catch((error: unknown) => {
    throw new Fault("link-missing", `${address}: ${textOf(error)}`, error);
  });
  if (!response.ok) throw new Fault("link-missing", `${address}: ${response.status}`);
  const name = decodeURIComponent(address.pathname.split("/").at(-1) ?? "");
  const content = await response.blob().catch((error: unknown) => {
    throw new Fault("link-missing", `${address}: ${textOf(error)}`, error);
  });
  return new File([content], name || "clip");
}
