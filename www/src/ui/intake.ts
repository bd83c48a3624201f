import { dropped } from "./dropped";
import { element } from "./element";

/** The three ways in: dropping anywhere on the page, pasting, and picking. */
export class Intake {
  readonly #input = element<HTMLInputElement>("clip-file");
  readonly #veil = element("drop-veil");
  /** Counts the elements under the dragged file: every child tells of its own entering and leaving. */
  #depth = 0;
  /** Who gets what is picked next, if not everybody's. */
  #wanted: ((file: File) => void) | null = null;

  /** The questions that were asked so far. */
  #asked: Promise<void> = Promise.resolve();

  /** Whether what is dragged is the page's own. */
  #own = false;

  /** `onLink` gets the address of a link that is dropped in place of files. */
  constructor(private readonly onFiles: (files: File[]) => void, private readonly onLink: (address: string) => void) {
    this.#input.addEventListener("change", () => this.#picked());
    addEventListener("paste", (event) => this.#take(event.clipboardData));
    addEventListener("dragstart", () => (this.#own = true));
    addEventListener("dragend", () => (this.#own = false));
    addEventListener("dragenter", (event) => this.#entered(event));
    addEventListener("dragleave", () => this.#cover(this.#depth - 1));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => this.#dropped(event));
  }

  /** Opens the browser's file chooser; `wanted` gets the one file that is asked for. */
  pick(wanted: ((file: File) => void) | null = null): void {
    this.#wanted = wanted;
    this.#input.multiple = wanted === null;
    this.#input.click();
  }

  #picked(): void {
    const files = [...(this.#input.files ?? [])];
    this.#input.value = ""; // so that choosing the same file again is a change
    const wanted = this.#wanted;
    this.#wanted = null;
    if (wanted && files[0]) wanted(files[0]);
    else this.#give(files);
  }

  #entered(event: DragEvent): void {
    event.preventDefault();
    if (event.dataTransfer?.types.includes("Files")) this.#cover(this.#depth + 1);
  }

  #dropped(event: DragEvent): void {
    event.preventDefault();
    this.#cover(0);
    this.#take(event.dataTransfer);
  }

  #take(data: DataTransfer | null): void {
    if (!data) return;
    const link = data.getData("text/uri-list").split(/\r?\n/).find((line) => line !== "" && !line.startsWith("#"));
    if (data.files.length === 0 && link && !this.#own) this.onLink(link);
    else void dropped(data).then((files) => this.#give(files));
  }

  /** Several files, or a ZIP, are perhaps a film. What comes while a question stands waits for its answer. */
  #give(files: File[]): void {
    if (files.length > 1 || /\.zip$/i.test(files[0]?.name ?? "")) this.#asked = this.#asked.then(() => this.#ask(files)).catch(() => this.onFiles(files));
    else if (files.length > 0) this.onFiles(files);
  }

  /** Numbered pictures are perhaps a film: the visitor is asked. */
  async #ask(given: File[]): Promise<void> {
    const { FilmQuestion } = await import("./film-question");
    const files = await new FilmQuestion().filmsOf(given);
    if (files.length > 0) this.onFiles(files);
  }

  #cover(depth: number): void {
    this.#depth = Math.max(0, depth);
    this.#veil.classList.toggle("shown", this.#depth > 0);
  }
}
