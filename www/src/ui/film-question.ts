import { filmsAmong, isPhoto, packFiles, packZip } from "../media/foreign/pack";
import { words } from "../words/page";
import { element } from "./element";

/** Asks whether numbered pictures are one film, and at how many frames a second. */
export class FilmQuestion {
  readonly #dialog = element<HTMLDialogElement>("film");
  readonly #rate = element<HTMLInputElement>("film-rate");

  /** Puts one file in the place of the pictures of each film, and of a ZIP with one; the others stay as they are. */
  async filmsOf(files: File[]): Promise<File[]> {
    const given: File[] = [];
    for (const file of files) given.push(...((await isZip(file)) ? await this.#unzipped(file) : [file]));
    const named = new Map(given.map((file) => [file.name, file]));
    // Pictures of one name from several folders cannot be told apart by it: then they are photos.
    const films = named.size === given.length ? filmsAmong([...named.keys()], true) : [];
    for (const names of films) {
      const answer = await this.#ask(names, isPhoto(names[0]!));
      if (answer === "photos") continue;
      const pictures = names.map((name) => named.get(name)!);
      const film = answer === "cancel" ? [] : [packFiles(words.film(names[0]!), pictures, answer)];
      given.splice(given.indexOf(pictures[0]!), 1, ...film);
      for (const picture of pictures.slice(1)) given.splice(given.indexOf(picture), 1);
    }
    return given;
  }

  async #unzipped(file: File): Promise<File[]> {
    const { unzip } = await import("../media/foreign/zip");
    const names = await unzip(file).then((files) => [...files.keys()], () => []);
    const films = [];
    for (const film of filmsAmong(names, false)) {
      const answer = await this.#ask(film, false);
      if (typeof answer === "number") films.push(packZip(file, film, answer));
      else return [];
    }
    return films.length > 0 ? films : [file];
  }

  /** Gives the frames a second, or that they are photos, or that nothing is wanted. */
  #ask(names: string[], perhapsPhotos: boolean): Promise<number | "photos" | "cancel"> {
    element("film-words").textContent = words.numbered(names.length, names[0]!, names.at(-1)!);
    element("film-photos").hidden = !perhapsPhotos;
    this.#dialog.returnValue = "cancel";
    this.#dialog.showModal();
    return new Promise((answer) => {
      this.#dialog.addEventListener("close", () => {
        const { returnValue } = this.#dialog;
        answer(returnValue === "film" ? this.#rate.valueAsNumber : returnValue === "photos" ? "photos" : "cancel");
      }, { once: true });
    });
  }
}

async function isZip(file: File): Promise<boolean> {
  return (await file.slice(0, 4).text().catch(() => "")) === "PK\x03\x04";
}
