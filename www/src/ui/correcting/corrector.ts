import "./correcting.css";
import { readMarks, writeMarks } from "../../marks/file";
import { History } from "../../marks/history";
import { movedBy, nextId, shotAt, withMark, type Chroma, type Mark, type MarkedPlace } from "../../marks/mark";
import { discsOf, type Point } from "../../marks/stroke";
import { chromaOf, colorAt, distinct, rgbOfChroma } from "../../picture/chroma";
import { graded } from "../../picture/grade";
import { lumaOf, type Rgb } from "../../picture/oklch";
import { shownAt, storedAt } from "../../picture/pose";
import { toRgb } from "../../picture/rgb";
import type { Give, Moment, PhotoPixels, Span, Told } from "../../protocol";
import { SAME } from "../../shots";
import { colorWords, correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { paint } from "../paint";
import { Discs } from "./discs";
import { Dots } from "./dots";
import { Palette } from "./palette";
import { Picture } from "./picture";
import { Reference } from "./reference";
import { Strip } from "./strip";
import { Tools } from "./tools";
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
  readonly #history: History<readonly Mark[]>;
  readonly #picture: Picture;
  readonly #discs = new Discs();
  readonly #dots: Dots;
  readonly #palette: Palette;
  readonly #strip: Strip;
  readonly #tools: Tools;
  readonly #reference: Reference;
  readonly #work: Work;
  /** What is shown, once it is in color. */
  #moment: Moment | null = null;
  /** The frame that is painted, in color or still in grey. */
  #painted = NaN;
  #edited: Edited | null = null;
  /** Whether the next click takes a color instead of setting a mark. */
  #dropper = false;
  /** The mark whose color the engine is at. */
  #busy: number | null = null;
  #lives = new Map<number, Span[]>();

  constructor(private readonly desk: Desk, private readonly span: Span) {
    const { draft } = desk;
    this.#history = draft.history ??= new History(draft.marks);
    this.#picture = new Picture(words.picture, {
      onPoint: (point) => this.#pointed(point),
      onStroke: (path) => this.#stroked(path),
      onPaint: (path) => this.#discs.paint(path, this.#tools.radius),
      onCross: ({ x, y }) => this.#say(words.cross(x, y)),
    });
    this.#dots = new Dots({
      onOpen: (id) => this.#openMark(id),
      onMove: (id, by, gesture) => this.#move(id, by, gesture),
      onRemove: (id) => this.#remove(id),
    });
    this.#palette = new Palette(this.#picture.box, {
      onChoose: (color, by) => this.#choose(color, by === "slider" ? `color ${this.#edited?.id}` : null),
      onDropper: () => this.#takeColor(true),
      onRemove: () => this.#edited?.id != null && this.#remove(this.#edited.id),
      onClose: () => this.#closePalette(),
    });
    this.#strip = new Strip(draft.clip, (time) => this.#look(time));
    this.#tools = new Tools({
      onUndo: () => this.#undo(),
      onRedo: () => this.#redo(),
      onClear: () => this.#marks.length > 0 && this.#clear(),
      onSave: () => this.#marks.length > 0 && this.#save(),
      onFile: (file) => void this.#take(file),
      onTool: () => this.#useTool(),
      onDone: () => this.#dialog.close(),
    });
    this.#reference = new Reference((color) => this.#taken(chromaOf(color)), (photo) => this.#match(photo), () => this.#picture.surface.focus({ preventScroll: true }));
    this.#work = new Work(desk, {
      onGrey: (grey) => this.#showGrey(grey),
      onMoment: (moment) => this.#show(moment),
      onNothing: () => {
        this.#picture.box.ariaBusy = "false";
        this.#say(words.momentUnreadable);
      },
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
    this.#strip.cover(this.span, time);
    this.#showMarks();
    this.#look(time);
    this.#picture.surface.focus({ preventScroll: true });
  }

  #build(): void {
    const { clip } = this.desk.draft;
    const title = made("h2", { className: "part", id: "correcting-title", textContent: words.title });
    const hint = made("p", { className: "hint", textContent: clip.photo ? words.hint.photo : words.hint.pointing });
    const keys = made("p", { className: "hint keys-hint", textContent: words.hint.keys });
    this.#picture.box.append(this.#discs.canvas, this.#dots.box);
    const stage = made("div", { className: "correcting-stage" }, made("div", { className: "correcting-window" }, this.#picture.box, this.#palette.box), this.#reference.box);
    this.#dialog.setAttribute("aria-labelledby", title.id);
    this.#dialog.append(title, hint, stage, this.#strip.box, this.#status, this.#tools.box, keys);
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("cancel", (event) => this.#escape(event)); // by other ways than that key
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) this.#dialog.addEventListener(kind, (event) => event.preventDefault());
    for (const kind of ["dragenter", "dragleave", "drop", "paste"]) this.#dialog.addEventListener(kind, (event) => event.stopPropagation());
    this.#dialog.addEventListener("drop", ({ dataTransfer }) => this.#dropped(dataTransfer));
    this.#dialog.addEventListener("paste", ({ clipboardData }) => this.#dropped(clipboardData));
  }

  get #marks(): readonly Mark[] {
    return this.#history.present;
  }

  /** The marks of the shot that is looked at. */
  get #shotMarks(): Mark[] {
    return shotAt(this.desk.draft.markedShots, this.#time)?.marks ?? [];
  }

  /** The frame that is looked at. */
  get #time(): number {
    return Number.isNaN(this.#painted) ? this.span.start : this.#painted;
  }

  // What is seen

  #look(time: number): void {
    if (!this.#dropper) this.#closePalette();
    this.#ask(time);
  }

  /** A moment is to be seen, or to be seen anew. */
  #ask(time: number): void {
    this.#picture.box.ariaBusy = "true";
    this.#work.look(time);
  }

  #showGrey({ time, still }: Told<"moment">): void {
    if (time === this.#painted) return;
    [this.#painted, this.#moment] = [time, null];
    paint(this.#picture.canvas, still.luma, null, this.desk.draft.clip.pose);
    this.#picture.shape();
    this.#strip.stand(time);
    this.#showMarks();
    this.#work.follow(time);
  }

  #show(moment: Moment): void {
    this.#moment = moment;
    const { still: { luma, colors } } = moment;
    paint(this.#picture.canvas, luma, graded(luma, colors[this.#candidate]!, this.desk.grade()), this.desk.draft.clip.pose);
    const done = !this.#work.looking;
    if (done) this.#picture.box.ariaBusy = "false";
    if (done && this.#busy !== null) [this.#busy] = [null, this.#say(words.shown)];
    this.#showMarks();
  }

  /** The colouring of the shot that is looked at. */
  get #candidate(): number {
    const { shots, candidate } = this.desk.draft;
    return shots.at(this.#time)?.candidate ?? candidate ?? 0;
  }

  #followed(marks: Mark[], { share, lives }: Give<"follow">): void {
    for (const { mark, spans } of lives) this.#lives.set(mark, spans);
    this.#showLives();
    this.#strip.following(share);
    // A mark that has been followed to the moment that is shown belongs into its picture.
    const unseen = new Set(this.#moment?.places.filter(({ found }) => found === null).map(({ mark }) => mark));
    const isHere = ({ id }: Mark) => this.#lives.get(id)?.some(({ start, end }) => start <= this.#time + SAME && this.#time < end);
    if (marks.some((mark) => unseen.has(mark.id) && isHere(mark))) this.#ask(this.#time);
  }

  #showMarks(): void {
    const marks = this.#shotMarks;
    const seen = marks.map((mark) => ({ mark, places: this.#placesOf(mark) }));
    const dots = seen.flatMap(({ mark, places }) => places.slice(0, 1).map((place) => ({ id: mark.id, at: this.#shownAt(place), color: this.#rgbOf(mark), busy: mark.id === this.#busy })));
    this.#dots.show(dots);
    const pending = this.#edited?.id === null ? this.#edited.places : [];
    this.#discs.show([...seen.flatMap(({ places }) => places), ...pending], (place) => this.#shownAt(place), this.#picture.canvas);
    // The mark that the keyboard stood on may be gone.
    if (!this.#dialog.contains(document.activeElement)) this.#picture.surface.focus({ preventScroll: true });
    this.#showLives();
    this.#tools.show(this.#history.canUndo, this.#history.canRedo, this.#marks.length);
  }

  #showLives(): void {
    this.#strip.show(this.#marks.map((mark) => ({ color: this.#rgbOf(mark), time: mark.time, spans: this.#lives.get(mark.id) ?? [] })));
  }

  /** Where a mark is in the frame that is shown; nowhere while it is hidden, or not followed to it yet. */
  #placesOf(mark: Mark): MarkedPlace[] {
    if (Math.abs(mark.time - this.#time) <= SAME) return mark.places;
    const found = this.#moment?.places.filter((each) => each.mark === mark.id) ?? [];
    return found.flatMap(({ at, found }) => (found?.visible && mark.places[at] ? [{ x: found.x, y: found.y, radius: mark.places[at].radius }] : []));
  }

  #shownAt(place: MarkedPlace): Point {
    return shownAt(place, this.desk.draft.clip.pose);
  }

  #rgbOf({ color }: Pick<Mark, "color">): Rgb {
    return rgbOfChroma(0.5, color);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  // What the visitor does

  #pointed(point: Point): void {
    const at = storedAt(point, this.desk.draft.clip.pose);
    if (this.#dropper) this.#taken(this.#colorIn(at, this.#candidate).chroma);
    else this.#openAt([{ ...at, radius: 0 }]);
  }

  #stroked(path: Point[]): void {
    if (this.#dropper) return this.#pointed(path.at(-1)!);
    const { pose } = this.desk.draft.clip;
    const { width, height } = this.#picture.canvas;
    const upright = pose.rotation % 180 === 0 ? width / height : height / width;
    this.#openAt(discsOf(path.map((point) => storedAt(point, pose)), this.#tools.radius, upright));
  }

  /** A place that is to become a mark. */
  #openAt(places: MarkedPlace[]): void {
    if (!this.#moment) return; // there is no color to be corrected yet
    const { x, y } = this.#shownAt(places.at(-1)!);
    this.#edited = { id: null, time: this.#time, places };
    this.#openPalette(places.at(-1)!, null);
    this.#say(words.newMark(x, y));
    this.#showMarks();
  }

  #openMark(id: number): void {
    const mark = this.#marks.find((each) => each.id === id);
    if (!mark) return;
    if (this.#dropper) return this.#taken(mark.color);
    const [place] = this.#placesOf(mark);
    if (!place || !this.#moment) return;
    this.#edited = { id, time: this.#time, places: mark.places };
    this.#openPalette(place, mark.color);
    this.#showMarks();
  }

  #openPalette(place: MarkedPlace, given: Chroma | null): void {
    const { luma, chroma } = this.#colorIn(place, this.#candidate);
    const others = this.#moment!.still.colors.map((_, candidate) => candidate).filter((candidate) => candidate !== this.#candidate);
    this.#palette.show({
      at: this.#shownAt(place), luma, color: given ?? chroma, marked: given !== null,
      others: others.map((candidate) => this.#colorIn(place, candidate).chroma),
    }, recent);
    this.#palette.focus();
    this.#work.ask(this.#time, place.x, place.y);
  }

  /** What a colouring has at a place, as it came from the networks. */
  #colorIn({ x, y }: Point, candidate: number): { luma: number; chroma: Chroma } {
    const { luma, colors } = this.#moment!.still;
    const color = colorAt(toRgb(luma, colors[candidate]!), x, y);
    return { luma: lumaOf(color), chroma: chromaOf(color) };
  }

  #closePalette(): void {
    if (!this.#edited) return;
    const { id } = this.#edited;
    const focused = this.#palette.box.contains(document.activeElement);
    [this.#edited, this.#dropper] = [null, false];
    this.#dialog.classList.remove("dropping");
    this.#palette.close();
    if (focused && (id === null || !this.#dots.focus(id))) this.#picture.surface.focus({ preventScroll: true });
    this.#showMarks();
  }

  #choose(color: Chroma, gesture: string | null): void {
    const edited = this.#edited;
    if (!edited) return;
    const { time, places } = edited;
    const known = this.#marks.find(({ id }) => id === edited.id);
    const mark = known ? { ...known, color } : { id: nextId(this.#marks), time, color, strength: 1, places };
    edited.id = mark.id;
    this.#palette.chosen(color);
    recent = distinct([color, ...recent]).slice(0, RECENT);
    this.#busy = mark.id;
    this.#say(words.colored(colorWords(this.#rgbOf(mark))));
    this.#change(withMark(this.#marks, mark), gesture);
  }

  #move(id: number, by: Point, gesture: string | null): void {
    const mark = this.#marks.find((each) => each.id === id);
    const seen = mark && this.#placesOf(mark);
    if (!mark || !seen?.[0]) return;
    const { pose } = this.desk.draft.clip;
    const from = this.#shownAt(seen[0]);
    const to = storedAt({ x: from.x + by.x, y: from.y + by.y }, pose);
    // Where it is moved at another moment than its own it is given anew there: that is where the visitor knows where it belongs.
    const places = movedBy(seen, to.x - seen[0].x, to.y - seen[0].y);
    this.#busy = id;
    this.#change(withMark(this.#marks, { ...mark, time: this.#time, places }), gesture);
    const now = this.#shownAt(places[0]!);
    this.#say(words.moved(now.x, now.y));
  }

  #remove(id: number): void {
    this.#edited = null;
    this.#palette.close();
    const order = this.#shotMarks.findIndex((mark) => mark.id === id);
    this.#change(this.#marks.filter((mark) => mark.id !== id));
    const next = this.#shotMarks[Math.max(0, order - 1)];
    if (!next || !this.#dots.focus(next.id)) this.#picture.surface.focus({ preventScroll: true });
    this.#say(words.removed);
  }

  #clear(): void {
    this.#closePalette();
    this.#change([]);
    this.#say(words.count(0));
  }

  #undo(): void {
    if (!this.#history.canUndo) return this.#say(words.nothingToUndo);
    this.#history.undo();
    this.#stepped();
    this.#say(words.undone(this.#marks.length));
  }

  #redo(): void {
    if (!this.#history.canRedo) return this.#say(words.nothingToRedo);
    this.#history.redo();
    this.#stepped();
    this.#say(words.redone(this.#marks.length));
  }

  #change(marks: readonly Mark[], gesture: string | null = null): void {
    this.#history.change(marks, gesture);
    this.#marksChanged();
  }

  /** The palette may stand at a mark that is not there any more. */
  #stepped(): void {
    this.#closePalette();
    this.#marksChanged();
  }

  #marksChanged(): void {
    this.desk.draft.marks = this.#marks;
    this.#showMarks();
    this.#ask(this.#time);
    this.#strip.following(0);
    this.#work.follow(this.#time);
  }

  #useTool(): void {
    this.#picture.brush = this.#tools.brush;
    this.#dialog.classList.toggle("brushing", this.#tools.brush);
  }

  /** The next click takes a color for the place that the palette is open for. */
  #takeColor(taking: boolean): void {
    this.#dropper = taking;
    this.#dialog.classList.toggle("dropping", taking);
    this.#palette.fold(taking);
    if (!taking) return this.#palette.focus();
    this.#say(words.dropper);
    this.#picture.surface.focus({ preventScroll: true });
  }

  /** A color was taken out of a picture. */
  #taken(color: Chroma): void {
    const edited = this.#edited;
    const name = colorWords(rgbOfChroma(0.5, color));
    recent = distinct([color, ...recent]).slice(0, RECENT);
    if (!edited) return this.#say(words.taken(name));
    this.#takeColor(false);
    this.#choose(color, null);
    this.#say(words.taken(name));
    if (Math.abs(edited.time - this.#time) > SAME) this.#ask(edited.time);
  }

  /** All that a photo surely shows of the picture is taken over. */
  #match(photo: PhotoPixels): void {
    this.#closePalette();
    this.#say(words.matching);
    this.#work.suggest(this.#time, photo);
  }

  #suggested(suggested: Omit<Mark, "id">[]): void {
    const first = nextId(this.#marks);
    if (suggested.length > 0) this.#change([...this.#marks, ...suggested.map((mark, at) => ({ ...mark, id: first + at }))]);
    this.#say(words.matched(suggested.length));
  }

  // Files

  #save(): void {
    const { clip } = this.desk.draft;
    const address = URL.createObjectURL(new Blob([writeMarks(this.#marks, clip.start)], { type: "application/json" }));
    made("a", { href: address, download: `${clip.name.replace(/\.[^.]*$/, "") || "clip"}-marks.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  #dropped(data: DataTransfer | null): void {
    const [file] = data?.files ?? [];
    if (file) void this.#take(file);
  }

  /** A file of marks, or a photo to take colors from. */
  async #take(file: File): Promise<void> {
    if (/\.json$/i.test(file.name) || file.type === "application/json") return this.#load(file);
    if (!(await this.#reference.show(file))) this.#say(file.type.startsWith("image/") ? words.photoUnreadable : words.otherFile);
  }

  async #load(file: File): Promise<void> {
    const { clip, end } = this.desk.draft;
    const read = readMarks(await file.text().catch(() => ""), clip.start, nextId(this.#marks));
    if (!Array.isArray(read)) return this.#say(words.trouble(read));
    const within = clip.photo ? read.map((mark) => ({ ...mark, time: 0 })) : read.filter(({ time }) => clip.seconds === null || time < end);
    this.#closePalette();
    if (within.length > 0) this.#change([...this.#marks, ...within]);
    this.#say(words.loaded(within.length) + (within.length < read.length ? words.beyond(read.length - within.length) : ""));
  }

  // Keys, and the end

  #key(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (key === "escape") this.#escape(event);
    else if (control && (key === "y" || (key === "z" && event.shiftKey))) this.#redo();
    else if (control && key === "z") this.#undo();
    else if (key === "delete" && this.#edited?.id != null) this.#remove(this.#edited.id);
    else return;
    if (key !== "escape") event.preventDefault();
  }

  /** Goes back one step: from the dropper to the palette, from there to the picture, and then to the page. */
  #escape(event: Event): void {
    if (!this.#edited) return;
    event.preventDefault();
    if (this.#dropper) this.#takeColor(false);
    else this.#closePalette();
  }

  #closed(): void {
    this.#dialog.remove();
    this.desk.onClose();
  }
}
