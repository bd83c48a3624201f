import "./correcting.css";
import { movedBy, type Mark } from "../../marks/mark";
import { discsOf, type Point } from "../../marks/stroke";
import { chromaOf } from "../../picture/chroma";
import type { Give, Moment, PhotoPixels, Span } from "../../protocol";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { Choice } from "./choice";
import { Marking } from "./marking";
import { loadMarks, saveMarks } from "./marks-file";
import { OwnColors } from "./own-colors";
import { Reference } from "./reference";
import { Tools } from "./tools";
import { View } from "./view";
import { Work, type Desk } from "./work";

/** The dialog in which colors are corrected: a picture of any moment, the marks in it, and the colors for them. */
export class Corrector {
  readonly #dialog = made("dialog", { className: "correcting" });
  readonly #status = made("p", { className: "correcting-status", role: "status" });
  readonly #marking: Marking;
  readonly #view: View;
  readonly #choice: Choice;
  readonly #tools: Tools;
  readonly #reference: Reference;
  readonly #own: OwnColors;
  readonly #work: Work;
  /** The mark whose color the engine is at. */
  #busy: number | null = null;
  #wentWrong = false;

  constructor(private readonly desk: Desk, private readonly span: Span) {
    this.#marking = new Marking(desk.draft, () => this.#marksChanged());
    this.#view = new View(desk, span, this.#marking, {
      onPoint: (point) => this.#pointed(point),
      onStroke: (path) => this.#stroked(path),
      onCross: ({ x, y }) => this.#say(words.cross(x, y)),
      onOpen: (id) => this.#openMark(id),
      onMove: (id, by, gesture) => this.#move(id, by, gesture),
      onRemove: (id) => this.#remove(id),
      onLook: (time) => this.#look(time),
      radius: () => this.#tools.radius,
    });
    this.#choice = new Choice(this.#view, this.#marking, {
      say: (text) => this.#say(text),
      onLook: (time) => this.#ask(time),
      onAsk: (time, { x, y }) => this.#work.ask(time, x, y),
      onColored: (id) => this.#waitFor(id),
      onRemove: (id) => this.#remove(id),
      onChange: () => this.#showMarks(),
    });
    this.#tools = new Tools({
      onUndo: () => this.#undo(),
      onRedo: () => this.#redo(),
      onClear: () => this.#clear(),
      onSave: () => this.#marking.all.length > 0 && saveMarks(this.#marking.all, desk.draft.clip),
      onFile: (file) => void this.#take(file),
      onTool: () => this.#useTool(),
      onDone: () => this.#dialog.close(),
    });
    this.#reference = new Reference((color) => this.#choice.taken(chromaOf(color)), (photo) => this.#match(photo), () => this.#view.focus());
    this.#own = new OwnColors(desk.draft, () => this.#colorShot());
    this.#work = new Work(desk, {
      onGrey: (grey) => this.#view.showGrey(grey) && this.#moved(),
      onMoment: (moment) => this.#show(moment),
      onNothing: () => this.#rest(words.momentUnreadable),
      onLikely: (colors) => this.#choice.palette.offer(colors),
      onSuggested: (marks) => this.#suggested(marks),
      onFollowed: (marks, followed) => this.#followed(marks, followed),
      onFault: () => {
        this.#wentWrong = true;
        this.#dialog.close();
      },
    });
    this.#build();
  }

  /** Opens at a moment. */
  open(time: number): void {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.#view.strip.cover(this.span, time);
    this.#showMarks();
    this.#look(time);
    this.#view.focus();
  }

  #build(): void {
    const title = made("h2", { className: "part", id: "correcting-title", textContent: words.title });
    const hint = made("p", { className: "hint", textContent: `${this.desk.draft.clip.photo ? words.hint.photo : words.hint.pointing} ${words.hint.keeping}` });
    const keys = made("p", { className: "hint keys-hint", textContent: words.hint.keys });
    const window = made("div", { className: "correcting-window" }, this.#view.picture.box, this.#choice.palette.box);
    this.#dialog.setAttribute("aria-labelledby", title.id);
    this.#dialog.append(title, hint, made("div", { className: "correcting-stage" }, window, this.#reference.box), this.#view.strip.box, this.#own.box, this.#status, this.#tools.box, keys);
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    // By other ways than that key; a question for a file is cancelled, too.
    this.#dialog.addEventListener("cancel", (event) => event.target === this.#dialog && this.#escape(event));
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      this.desk.onClose(this.#wentWrong);
    });
    this.#takeFiles();
  }

  /** What is dropped or pasted here is for the marks, and no other clip for the page. */
  #takeFiles(): void {
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) this.#dialog.addEventListener(kind, (event) => event.preventDefault());
    for (const kind of ["dragenter", "dragleave", "drop", "paste"]) this.#dialog.addEventListener(kind, (event) => event.stopPropagation());
    const take = (data: DataTransfer | null) => data?.files[0] && void this.#take(data.files[0]);
    this.#dialog.addEventListener("drop", ({ dataTransfer }) => take(dataTransfer));
    this.#dialog.addEventListener("paste", ({ clipboardData }) => take(clipboardData));
  }

  // What is seen

  #look(time: number): void {
    if (!this.#choice.dropper) this.#choice.close();
    this.#ask(time);
  }

  /** A moment is to be seen, or to be seen anew. */
  #ask(time: number): void {
    this.#view.picture.box.ariaBusy = "true";
    this.#work.look(time);
  }

  /** Another moment than before is seen. */
  #moved(): void {
    this.#showMarks();
    this.#work.follow(this.#view.time);
  }

  #show(moment: Moment): void {
    this.#view.show(moment);
    if (!this.#work.looking) this.#rest(this.#busy === null ? null : words.shown);
    this.#showMarks();
  }

  /** The picture is as it was asked for. */
  #rest(said: string | null): void {
    this.#view.picture.box.ariaBusy = "false";
    this.#busy = null;
    if (said !== null) this.#say(said);
  }

  #followed(marks: Mark[], { share, lives }: Give<"follow">): void {
    if (this.#view.follow(marks, lives, share)) this.#ask(this.#view.time);
  }

  #showMarks(): void {
    this.#view.showMarks(this.#choice.pending, this.#busy);
    this.#own.show(this.#view.time);
    // The mark that the keyboard stood on may be gone.
    if (!this.#dialog.contains(document.activeElement)) this.#view.focus();
    this.#tools.show(this.#marking.canUndo, this.#marking.canRedo, this.#marking.all.length);
  }

  #marksChanged(): void {
    this.#showMarks();
    this.#ask(this.#view.time);
    this.#view.strip.following(0);
    this.#work.follow(this.#view.time);
  }

  /** The shot that kept its own colors is colored. */
  #colorShot(): void {
    this.#showMarks();
    this.#view.focus();
    this.#say(words.own.colored);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  // Marks

  #pointed(point: Point): void {
    if (!this.#view.moment) return; // there is no color to be corrected or taken yet
    const at = this.#view.storedAt(point);
    if (this.#choice.dropper) this.#choice.taken(this.#view.colorIn(at, this.#view.candidate).chroma);
    else this.#choice.openAt([{ ...at, radius: 0 }]);
  }

  #stroked(path: Point[]): void {
    if (this.#choice.dropper || !this.#view.moment) return this.#pointed(path.at(-1)!);
    this.#choice.openAt(discsOf(path.map((point) => this.#view.storedAt(point)), this.#tools.radius, this.#view.aspect));
  }

  #openMark(id: number): void {
    const mark = this.#marking.of(id);
    if (mark && this.#choice.dropper) this.#choice.taken(mark.color);
    else if (mark) this.#choice.openMark(mark);
  }

  /** A mark has changed, and its picture is being made. */
  #waitFor(id: number): void {
    this.#busy = id;
    this.#showMarks();
  }

  #move(id: number, by: Point, gesture: string | null): void {
    const mark = this.#marking.of(id);
    const seen = mark && this.#view.placesOf(mark);
    if (!mark || !seen?.[0]) return;
    const from = this.#view.shownAt(seen[0]);
    const to = this.#view.storedAt({ x: from.x + by.x, y: from.y + by.y });
    const places = movedBy(seen, to.x - seen[0].x, to.y - seen[0].y);
    this.#marking.place(mark, this.#view.time, places, gesture);
    const now = this.#view.shownAt(places[0]!);
    this.#waitFor(id);
    this.#say(words.moved(now.x, now.y));
  }

  #remove(id: number): void {
    this.#choice.close();
    const order = this.#marking.at(this.#view.time).findIndex((mark) => mark.id === id);
    this.#marking.remove(id);
    const next = this.#marking.at(this.#view.time)[Math.max(0, order - 1)];
    if (!next || !this.#view.dots.focus(next.id)) this.#view.focus();
    this.#say(words.removed);
  }

  #clear(): void {
    if (this.#marking.all.length === 0) return;
    this.#choice.close();
    this.#marking.clear();
    this.#say(words.count(0));
  }

  #undo(): void {
    if (!this.#marking.canUndo) return this.#say(words.nothingToUndo);
    this.#choice.close(); // it may stand at a mark that is not there any more
    this.#marking.undo();
    this.#say(words.undone(this.#marking.all.length));
  }

  #redo(): void {
    if (!this.#marking.canRedo) return this.#say(words.nothingToRedo);
    this.#choice.close();
    this.#marking.redo();
    this.#say(words.redone(this.#marking.all.length));
  }

  #useTool(): void {
    this.#view.picture.brush = this.#tools.brush;
    this.#dialog.classList.toggle("brushing", this.#tools.brush);
  }

  // Files

  /** A file of marks, or a photo to take colors from. */
  async #take(file: File): Promise<void> {
    if (/\.json$/i.test(file.name) || file.type === "application/json") return this.#load(file);
    if (!(await this.#reference.show(file))) this.#say(file.type.startsWith("image/") ? words.photoUnreadable : words.otherFile);
  }

  async #load(file: File): Promise<void> {
    const { marks, said } = await loadMarks(file, this.desk.draft);
    this.#choice.close();
    this.#marking.add(marks);
    this.#say(said);
  }

  /** All that a photo surely shows of the picture is to be taken over. */
  #match(photo: PhotoPixels): void {
    this.#choice.close();
    this.#say(words.matching);
    this.#work.suggest(this.#view.time, photo);
  }

  #suggested(marks: Omit<Mark, "id">[]): void {
    this.#marking.add(marks);
    this.#say(words.matched(marks.length));
  }

  // Keys

  #key(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (key === "escape") return this.#escape(event);
    if (control && (key === "y" || (key === "z" && event.shiftKey))) this.#redo();
    else if (control && key === "z") this.#undo();
    else if (key !== "delete" || !this.#choice.remove()) return;
    event.preventDefault();
  }

  /** Goes back one step, and closes the dialog where there is none. */
  #escape(event: Event): void {
    if (this.#choice.back()) event.preventDefault();
  }
}
