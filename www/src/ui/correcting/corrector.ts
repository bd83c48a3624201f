import "./correcting.css";
import { movedBy, type Chroma, type Mark, type MarkedPlace } from "../../marks/mark";
import { discsOf, type Point } from "../../marks/stroke";
import { chromaOf, distinct } from "../../picture/chroma";
import type { Give, Moment, PhotoPixels, Span } from "../../protocol";
import { SAME } from "../../shots";
import { colorWords, correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { Marking } from "./marking";
import { loadMarks, saveMarks } from "./marks-file";
import { Palette } from "./palette";
import { Reference } from "./reference";
import { Tools } from "./tools";
import { rgbOf, View } from "./view";
import { Work, type Desk } from "./work";

/** So many colors that were used are offered again. */
const RECENT = 6;
/** They are the same for all clips of a visit. */
let recent: Chroma[] = [];

/** What the palette is open for: a mark, or a place that is to become one. */
interface Edited {
  id: number | null;
  time: number;
  places: MarkedPlace[];
}

/** The dialog in which colors are corrected: a picture of any moment, the marks in it, and the colors for them. */
export class Corrector {
  readonly #dialog = made("dialog", { className: "correcting" });
  readonly #status = made("p", { className: "correcting-status", role: "status" });
  readonly #marking: Marking;
  readonly #view: View;
  readonly #palette: Palette;
  readonly #tools: Tools;
  readonly #reference: Reference;
  readonly #work: Work;
  #edited: Edited | null = null;
  /** Whether the next click takes a color instead of setting a mark. */
  #dropper = false;
  /** The mark whose color the engine is at. */
  #busy: number | null = null;

  constructor(private readonly desk: Desk, private readonly span: Span) {
    this.#marking = new Marking(desk.draft, () => this.#marksChanged());
    this.#view = new View(desk, span, () => this.#marking, {
      onPoint: (point) => this.#pointed(point),
      onStroke: (path) => this.#stroked(path),
      onCross: ({ x, y }) => this.#say(words.cross(x, y)),
      onOpen: (id) => this.#openMark(id),
      onMove: (id, by, gesture) => this.#move(id, by, gesture),
      onRemove: (id) => this.#remove(id),
      onLook: (time) => this.#look(time),
      radius: () => this.#tools.radius,
    });
    this.#palette = new Palette(this.#view.picture.box, {
      onChoose: (color, by) => this.#choose(color, by === "slider" ? `color ${this.#edited?.id}` : null),
      onDropper: () => this.#takeColor(true),
      onRemove: () => this.#edited?.id != null && this.#remove(this.#edited.id),
      onClose: () => this.#closePalette(),
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
    this.#reference = new Reference((color) => this.#taken(chromaOf(color)), (photo) => this.#match(photo), () => this.#view.focus());
    this.#work = new Work(desk, {
      onGrey: (grey) => this.#view.showGrey(grey) && this.#moved(),
      onMoment: (moment) => this.#show(moment),
      onNothing: () => this.#rest(words.momentUnreadable),
      onLikely: (colors) => this.#palette.offer(colors),
      onSuggested: (marks) => this.#suggested(marks),
      onFollowed: (marks, followed) => this.#followed(marks, followed),
      onFault: () => this.#dialog.close(),
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
    const hint = made("p", { className: "hint", textContent: this.desk.draft.clip.photo ? words.hint.photo : words.hint.pointing });
    const keys = made("p", { className: "hint keys-hint", textContent: words.hint.keys });
    const window = made("div", { className: "correcting-window" }, this.#view.picture.box, this.#palette.box);
    this.#dialog.setAttribute("aria-labelledby", title.id);
    this.#dialog.append(title, hint, made("div", { className: "correcting-stage" }, window, this.#reference.box), this.#view.strip.box, this.#status, this.#tools.box, keys);
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("cancel", (event) => this.#escape(event)); // by other ways than that key
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      this.desk.onClose();
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
    if (!this.#dropper) this.#closePalette();
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
    this.#view.showMarks(this.#edited?.id === null ? this.#edited.places : [], this.#busy);
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

  #say(text: string): void {
    this.#status.textContent = text;
  }

  // Marks

  #pointed(point: Point): void {
    if (!this.#view.moment) return; // there is no color to be corrected or taken yet
    const at = this.#view.storedAt(point);
    if (this.#dropper) this.#taken(this.#view.colorIn(at, this.#view.candidate).chroma);
    else this.#openAt([{ ...at, radius: 0 }]);
  }

  #stroked(path: Point[]): void {
    if (this.#dropper || !this.#view.moment) return this.#pointed(path.at(-1)!);
    this.#openAt(discsOf(path.map((point) => this.#view.storedAt(point)), this.#tools.radius, this.#view.aspect));
  }

  /** A place that is to become a mark. */
  #openAt(places: MarkedPlace[]): void {
    const { x, y } = this.#view.shownAt(places.at(-1)!);
    this.#edited = { id: null, time: this.#view.time, places };
    this.#openPalette(places.at(-1)!, null);
    this.#say(words.newMark(x, y));
    this.#showMarks();
  }

  #openMark(id: number): void {
    const mark = this.#marking.of(id);
    if (!mark) return;
    if (this.#dropper) return this.#taken(mark.color);
    const [place] = this.#view.placesOf(mark);
    if (!place || !this.#view.moment) return;
    this.#edited = { id, time: this.#view.time, places: mark.places };
    this.#openPalette(place, mark.color);
    this.#showMarks();
  }

  #move(id: number, by: Point, gesture: string | null): void {
    const mark = this.#marking.of(id);
    const seen = mark && this.#view.placesOf(mark);
    if (!mark || !seen?.[0]) return;
    const from = this.#view.shownAt(seen[0]);
    const to = this.#view.storedAt({ x: from.x + by.x, y: from.y + by.y });
    const places = movedBy(seen, to.x - seen[0].x, to.y - seen[0].y);
    this.#busy = id;
    this.#marking.place(mark, this.#view.time, places, gesture);
    const now = this.#view.shownAt(places[0]!);
    this.#say(words.moved(now.x, now.y));
  }

  #remove(id: number): void {
    this.#edited = null;
    this.#palette.close();
    const order = this.#marking.at(this.#view.time).findIndex((mark) => mark.id === id);
    this.#marking.remove(id);
    const next = this.#marking.at(this.#view.time)[Math.max(0, order - 1)];
    if (!next || !this.#view.dots.focus(next.id)) this.#view.focus();
    this.#say(words.removed);
  }

  #clear(): void {
    if (this.#marking.all.length === 0) return;
    this.#closePalette();
    this.#marking.clear();
    this.#say(words.count(0));
  }

  #undo(): void {
    if (!this.#marking.canUndo) return this.#say(words.nothingToUndo);
    this.#closePalette(); // it may stand at a mark that is not there any more
    this.#marking.undo();
    this.#say(words.undone(this.#marking.all.length));
  }

  #redo(): void {
    if (!this.#marking.canRedo) return this.#say(words.nothingToRedo);
    this.#closePalette();
    this.#marking.redo();
    this.#say(words.redone(this.#marking.all.length));
  }

  #useTool(): void {
    this.#view.picture.brush = this.#tools.brush;
    this.#dialog.classList.toggle("brushing", this.#tools.brush);
  }

  // Colors

  #openPalette(place: MarkedPlace, given: Chroma | null): void {
    const { candidate, moment } = this.#view;
    const { luma, chroma } = this.#view.colorIn(place, candidate);
    const others = moment!.still.colors.map((_, other) => other).filter((other) => other !== candidate);
    this.#palette.show({
      at: this.#view.shownAt(place), luma, color: given ?? chroma, marked: given !== null,
      others: others.map((other) => this.#view.colorIn(place, other).chroma),
    }, recent);
    this.#palette.focus();
    this.#work.ask(this.#view.time, place.x, place.y);
  }

  #closePalette(): void {
    if (!this.#edited) return;
    const { id } = this.#edited;
    const focused = this.#palette.box.contains(document.activeElement);
    [this.#edited, this.#dropper] = [null, false];
    this.#palette.close();
    if (focused && (id === null || !this.#view.dots.focus(id))) this.#view.focus();
    this.#showMarks();
  }

  #choose(color: Chroma, gesture: string | null): void {
    const edited = this.#edited;
    if (!edited) return;
    this.#palette.chosen(color);
    this.#remember(color);
    this.#say(words.colored(colorWords(rgbOf(color))));
    edited.id = this.#marking.color(edited.id, edited.time, edited.places, color, gesture);
    this.#busy = edited.id;
    this.#showMarks();
  }

  /** The next click takes a color for the place that the palette is open for, or does not any more. */
  #takeColor(taking: boolean): void {
    this.#dropper = taking;
    this.#palette.fold(taking);
    if (!taking) return this.#palette.focus();
    this.#say(words.dropper);
    this.#view.focus();
  }

  /** A color was taken out of a picture. */
  #taken(color: Chroma): void {
    const edited = this.#edited;
    this.#remember(color);
    if (edited) {
      this.#takeColor(false);
      this.#choose(color, null);
      if (Math.abs(edited.time - this.#view.time) > SAME) this.#ask(edited.time);
    }
    this.#say(words.taken(colorWords(rgbOf(color))));
  }

  #remember(color: Chroma): void {
    recent = distinct([color, ...recent]).slice(0, RECENT);
  }

  // Files

  /** A file of marks, or a photo to take colors from. */
  async #take(file: File): Promise<void> {
    if (/\.json$/i.test(file.name) || file.type === "application/json") return this.#load(file);
    if (!(await this.#reference.show(file))) this.#say(file.type.startsWith("image/") ? words.photoUnreadable : words.otherFile);
  }

  async #load(file: File): Promise<void> {
    const { marks, said } = await loadMarks(file, this.desk.draft);
    this.#closePalette();
    this.#marking.add(marks);
    this.#say(said);
  }

  /** All that a photo surely shows of the picture is to be taken over. */
  #match(photo: PhotoPixels): void {
    this.#closePalette();
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
    else if (key === "delete" && this.#edited?.id != null) this.#remove(this.#edited.id);
    else return;
    event.preventDefault();
  }

  /** Goes back one step: from the dropper to the palette, from there to the picture, and then to the page. */
  #escape(event: Event): void {
    if (!this.#edited) return;
    event.preventDefault();
    if (this.#dropper) this.#takeColor(false);
    else this.#closePalette();
  }
}
