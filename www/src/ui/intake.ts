import { element } from "./element";

/** The three ways in: dropping anywhere on the page, pasting, and picking. */
export class Intake {
  readonly #input = element<HTMLInputElement>("clip-file");
  readonly #veil = element("drop-veil");
  /** Counts the elements under the dragged file: every child tells of its own entering and leaving. */
  #depth = 0;
  /** Who gets what is picked next, if not everybody's. */
  #wanted: ((file: File) => void) | null = null;

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
    else if (files.length > 0) this.onFiles(files);
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
    const files = [...(data?.files ?? [])];
    if (files.length > 0) return this.onFiles(files);
    const link = data?.getData("text/uri-list").split(/\r?\n/).find((line) => line !== "" && !line.startsWith("#"));
    if (link && !this.#own) this.onLink(link);
  }

  #cover(depth: number): void {
    this.#depth = Math.max(0, depth);
    this.#veil.classList.toggle("shown", this.#depth > 0);
  }
}
