import { MatroskaInputFormat, type Input, type InputFormat, type MetadataTags, type Output } from "mediabunny";
import { matroskaHead } from "./matroska-head";

/** What a clip's file says of it in words. Kept in a run's journal, so the date is a text. */
export type Tags = { copyright?: string; date?: string } & { [name in (typeof WORDS)[number]]?: string };

const WORDS = ["title", "description", "artist", "album", "genre", "comment"] as const;

/** MP4's and Matroska's names of what mediabunny has no name for. */
const COPYRIGHT = ["cprt", "©cpy", "COPYRIGHT"];

export async function readTags(content: Blob, input: Input, format: InputFormat): Promise<Tags> {
  const found: MetadataTags = await input.getMetadataTags().catch(() => ({})); // a clip is a clip without them
  const tags: Tags = {};
  for (const name of WORDS) if (found[name]) tags[name] = found[name];
  const title = !tags.title && format instanceof MatroskaInputFormat ? (await matroskaHead(content)).title : null;
  if (title) tags.title = title;
  if (found.date && !Number.isNaN(found.date.getTime())) tags.date = found.date.toISOString();
  const copyright = COPYRIGHT.map((name) => found.raw?.[name]).find((value) => typeof value === "string");
  if (copyright) tags.copyright = copyright as string;
  return tags;
}

/** Has a file say the same. */
export function writeTags(output: Output, { date, copyright, ...words }: Tags, extension: string): void {
  output.setMetadataTags({
    ...words,
    ...(date ? { date: new Date(date) } : {}),
    ...(copyright ? { raw: { [extension === ".webm" ? "COPYRIGHT" : "cprt"]: copyright } } : {}),
  });
}
