import type { ClipReport } from "../protocol";

/** What the coloured file of a clip or photo is called. */
export function coloredName({ name, photo }: Pick<ClipReport, "name" | "photo">, extension: string): string {
  const stem = name.replace(/\.[^.]*$/, "") || (photo ? "photo" : "clip");
  return `${stem}-colour.${extension}`;
}
