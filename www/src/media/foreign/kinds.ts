import type { Fault } from "../../fault";

/** Whether a file that the browser does not read may be one for the added decoder. */
export function isForeign({ code }: Fault): boolean {
  return code === "file-unknown" || code === "codec-unsupported";
}
