import type { Chroma, Mark, MarkedPlace } from "../../marks/mark";
import type { Point } from "../../marks/stroke";
import { chromaOf, colorAt, rgbOfChroma } from "../../picture/chroma";
import { graded } from "../../picture/grade";
import { lumaOf, type Rgb } from "../../picture/oklch";
import { shownAt, storedAt } from "../../picture/pose";
import { toRgb } from "../../picture/rgb";
import type { Moment, Span, Told } from "../../protocol";
import { SAME } from "../../shots";
import { correctingWords as words } from "../../words/correcting";
import { paint } from "../paint";
import { Discs } from "./discs";
import { Dots } from "./dots";
import type { Marking } from "./marking";
import { Picture } from "./picture";
import { Strip } from "./strip";
import type { Desk } from "./work";

interface Events {
  onPoint: (point: Point) => void;
  onStroke: (path: Point[]) => void;
  onCross: (point: Point) => void;
  onOpen: (id: number) => void;
  onMove: (id: number, by: Point, gesture: string | null) => void;
  onRemove: (id: number) => void;
  onLook: (time: number) => void;
  /** Of the brush. */
  radius: () => number;
}

/** What is seen: a moment, the marks in it, and when each of them lives. */
export class View {
  readonly picture: Picture;
  readonly dots: Dots;
  readonly strip: Strip;
  /** What is shown, once it is in color. */
  moment: Moment | null = null;
  readonly #discs = new Discs();
  readonly #lives = new Map<number, Span[]>();
  /** The frame that is painted, in color or still in grey; null before the first. */
  #painted: number | null = null;

  constructor(private readonly desk: Desk, private readonly span: Span, private readonly marking: Marking, events: Events) {
    this.picture = new Picture(words.picture, { ...events, onPaint: (path) => this.#discs.paint(path, events.radius()) });
    this.dots = new Dots(events);
    this.strip = new Strip(desk.draft.clip, events.onLook);
    this.picture.box.append(this.#discs.canvas, this.dots.box);
  }

  /** When the frame is shown that is looked at. */
  get time(): number {
    return this.#painted ?? this.span.start;
  }

  /** The colouring of the shot that is looked at. */
  get candidate(): number {
    const { shots, candidate } = this.desk.draft;
    return shots.at(this.time)?.candidate ?? candidate ?? 0;
  }

  focus(): void {
    this.picture.surface.focus({ preventScroll: true });
  }

  /** Shows a frame as long as it is not in color; false where it is there already. */
  showGrey({ time, still }: Told<"moment">): boolean {
    if (time === this.#painted) return false;
    [this.#painted, this.moment] = [time, null];
    paint(this.picture.canvas, still.luma, null, this.desk.draft.clip.pose);
    this.picture.shape();
    this.strip.stand(time);
    return true;
  }

  show(moment: Moment): void {
    this.moment = moment;
    const { luma, colors } = moment.still;
    paint(this.picture.canvas, luma, graded(luma, colors[this.candidate]!, this.desk.grade()), this.desk.draft.clip.pose);
  }

  /** `pending` are places that are no mark yet; the picture of the mark `busy` is being made. */
  showMarks(pending: MarkedPlace[], busy: number | null): void {
    const seen = this.marking.at(this.time).map((mark) => ({ mark, places: this.placesOf(mark) }));
    this.dots.show(seen.flatMap(({ mark, places }) => places.slice(0, 1).map((place) =>
      ({ id: mark.id, at: this.shownAt(place), color: rgbOf(mark.color), busy: mark.id === busy }))));
    this.#discs.show([...seen.flatMap(({ places }) => places), ...pending], (place) => this.shownAt(place), this.picture.canvas);
    this.#showLives();
  }

  /** Marks have been followed further: some may be seen in the frame that is shown, and are not yet kept to in its colors. Says whether. */
  follow(marks: Mark[], lives: { mark: number; spans: Span[] }[], share: number): boolean {
    for (const { mark, spans } of lives) this.#lives.set(mark, spans);
    this.#showLives();
    this.strip.following(share);
    const unseen = new Set(this.moment?.places.filter(({ found }) => found === null).map(({ mark }) => mark));
    const isHere = ({ id }: Mark) => this.#lives.get(id)?.some(({ start, end }) => start <= this.time + SAME && this.time < end);
    return marks.some((mark) => unseen.has(mark.id) && isHere(mark));
  }

  /** Where a mark is in the frame that is shown; nowhere while it is hidden, or not followed to it yet. */
  placesOf(mark: Mark): MarkedPlace[] {
    if (Math.abs(mark.time - this.time) <= SAME) return mark.places;
    const found = this.moment?.places.filter((each) => each.mark === mark.id) ?? [];
    return found.flatMap(({ at, found }) => (found?.visible && mark.places[at] ? [{ x: found.x, y: found.y, radius: mark.places[at].radius }] : []));
  }

  /** What a colouring has at a place, as it came from the networks. */
  colorIn({ x, y }: Point, candidate: number): { luma: number; chroma: Chroma } {
    const { luma, colors } = this.moment!.still;
    const color = colorAt(toRgb(luma, colors[candidate]!), x, y);
    return { luma: lumaOf(color), chroma: chromaOf(color) };
  }

  shownAt(place: Point): Point {
    return shownAt(place, this.desk.draft.clip.pose);
  }

  storedAt(point: Point): Point {
    return storedAt(point, this.desk.draft.clip.pose);
  }

  /** The width of a stored frame by its height. */
  get aspect(): number {
    const { canvas: { width, height } } = this.picture;
    return this.desk.draft.clip.pose.rotation % 180 === 0 ? width / height : height / width;
  }

  #showLives(): void {
    this.strip.show(this.marking.all.map(({ id, color, time }) => ({ color: rgbOf(color), time, spans: this.#lives.get(id) ?? [] })));
  }
}

/** A color where it stands for a mark, whatever the light is. */
export function rgbOf(color: Chroma): Rgb {
  return rgbOfChroma(0.5, color);
}
