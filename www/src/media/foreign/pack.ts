/** Numbered pictures as one file, so that a film in many files is carried about like any other. Nothing is copied: it refers to them. */
export interface Pack {
  contents: Contents;
  /** The pictures one behind the other, or the ZIP that they are in. */
  content: Blob;
}

interface Contents {
  /** Frames a second. */
  rate: number;
  /** Their names in the order of showing. */
  names: string[];
  /** Their sizes in bytes; none in a ZIP. */
  sizes: number[];
  zip: boolean;
}

const MARK = "chromaflow-sequence";
/** The mark and behind it the length of the contents, in ten digits. */
const HEAD = MARK.length + 10;

/** What scanners and video programs write one frame each into. */
const PICTURE = /\.(tiff?|dpx|png|jpe?g|webp|bmp)$/i;
const NUMBER = /(\d+)(?=\D*$)/;
/** So many numbered pictures may be a film; cameras number photos too, so of those it takes some more. */
const [LEAST, LEAST_PHOTOS] = [2, 4];

/** The number in a picture's name. */
export function numberIn(name: string): number {
  return Number(NUMBER.exec(name.replace(PICTURE, ""))?.[1]);
}

/** Whether a picture may be a photo: scanners alone write the others. */
export function isPhoto(name: string): boolean {
  return !/\.(tiff?|dpx)$/i.test(name);
}

/** The numbered pictures among some names, film by film, each in the order of showing. `loose`: they are not in a ZIP, which photos seldom are. */
export function filmsAmong(names: string[], loose: boolean): string[][] {
  const films = new Map<string, string[]>();
  for (const name of names) {
    const isHidden = /(^|\/)(\.|__MACOSX)/.test(name);
    if (isHidden || !PICTURE.test(name) || Number.isNaN(numberIn(name))) continue;
    const around = name.replace(PICTURE, "").replace(NUMBER, "#") + PICTURE.exec(name)![0].toLowerCase();
    films.set(around, [...(films.get(around) ?? []), name]);
  }
  return [...films.values()].filter((film) => film.length >= (loose && isPhoto(film[0]!) ? LEAST_PHOTOS : LEAST))
    .map((film) => film.sort((one, other) => numberIn(one) - numberIn(other)));
}

export function packFiles(name: string, files: File[], rate: number): File {
  const names = files.map(({ name }) => name);
  return pack(name, { rate, names, sizes: files.map(({ size }) => size), zip: false }, files, files[0]!.lastModified);
}

export function packZip(file: File, names: string[], rate: number): File {
  return pack(file.name, { rate, names, sizes: [], zip: true }, [file], file.lastModified);
}

function pack(name: string, contents: Contents, parts: Blob[], lastModified: number): File {
  const text = new TextEncoder().encode(JSON.stringify(contents));
  return new File([MARK, String(text.length).padStart(10, "0"), text, ...parts], name, { lastModified });
}

export async function isPack(file: Blob): Promise<boolean> {
  return (await file.slice(0, MARK.length).text()) === MARK;
}

/** What a pack holds; null where a file is none. */
export async function readPack(file: Blob): Promise<Pack | null> {
  if (!(await isPack(file))) return null;
  const end = HEAD + Number(await file.slice(MARK.length, HEAD).text());
  return { contents: JSON.parse(await file.slice(HEAD, end).text()) as Contents, content: file.slice(end) };
}
