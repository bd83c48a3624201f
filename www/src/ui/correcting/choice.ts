import type { Chroma, Mark, MarkedPlace } from "../../marks/mark";
import { distinct } from "../../picture/chroma";
import { SAME } from "../../shots";
import { colorWords, correctingWords as words } from "../../words/correcting";
import type { Marking } from "./marking";
import { Palette } from "./palette";
import { rgbOf, type View } from "./view";

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

interface Events {
  say: (text: string) => void;
  /** A moment is to be seen. */
  onLook: (time: number) => void;
  /** The likely colors of a place are to be known. */
  onAsk: (time: number, place: MarkedPlace) => void;
  /** A mark has a color, of which there is no picture yet. */
  onColored: (id: number) => void;
  onRemove: (id: number) => void;
  /** The places that are no mark yet are others now. */
  onChange: () => void;
}

/** A color is chosen for a place: from the palette beside it, or out of a picture. */
export class Choice {
  readonly palette: Palette;
  #edited: Edited | null = null;
  /** Whether the next click takes a color instead of setting a mark. */
  #dropper = false;

  constructor(private readonly view: View, private readonly marking: Marking, private readonly events: Events) {
    this.palette = new Palette(view.picture.box, {
      onChoose: (color, by) => this.#choose(color, by === "slider" ? `color ${this.#edited?.id}` : null),
      onDropper: () => this.#takeColor(true),
      onRemove: () => this.remove(),
      onClose: () => this.close(),
    });
  }

  /** Places that are to become a mark. */
  get pending(): MarkedPlace[] {
    return this.#edited?.id === null ? this.#edited.places : [];
  }

  get dropper(): boolean {
    return this.#dropper;
  }

  /** For places that are to become a mark. */
  openAt(places: MarkedPlace[]): void {
    const last = places.at(-1)!;
    const { x, y } = this.view.shownAt(last);
    this.#open({ id: null, time: this.view.time, places }, last, null);
    this.events.say(words.newMark(x, y));
  }

  /** For a mark that there is. */
  openMark(mark: Mark): void {
    const [place] = this.view.placesOf(mark);
    if (place && this.view.moment) this.#open({ id: mark.id, time: this.view.time, places: mark.places }, place, mark.color);
  }

  close(): void {
    if (!this.#edited) return;
    const { id } = this.#edited;
    const focused = this.palette.box.contains(document.activeElement);
    this.#forget();
    if (focused && (id === null || !this.view.dots.focus(id))) this.view.focus();
    this.events.onChange();
  }

  /** Goes back one step, from the dropper to the palette or from there to the picture; false where neither is open. */
  back(): boolean {
    if (!this.#edited) return false;
    if (this.#dropper) this.#takeColor(false);
    else this.close();
    return true;
  }

  /** Removes the mark that it is open for; false where it is for none. */
  remove(): boolean {
    const id = this.#edited?.id ?? null;
    if (id === null) return false;
    this.#forget();
    this.events.onRemove(id);
    return true;
  }

  /** A color was taken out of a picture. */
  taken(color: Chroma): void {
    const edited = this.#edited;
    remember(color);
    if (edited) {
      this.#takeColor(false);
      this.#choose(color, null);
      if (Math.abs(edited.time - this.view.time) > SAME) this.events.onLook(edited.time);
    }
    this.events.say(words.taken(colorWords(rgbOf(color))));
  }

  #open(edited: Edited, place: MarkedPlace, given: Chroma | null): void {
    const { candidate, moment } = this.view;
    const { luma, chroma } = this.view.colorIn(place, candidate);
    const others = moment!.still.colors.map((_, other) => other).filter((other) => other !== candidate);
    this.#edited = edited;
    this.palette.show({
      at: this.view.shownAt(place), luma, color: given ?? chroma, marked: given !== null,
      others: others.map((other) => this.view.colorIn(place, other).chroma),
    }, recent);
    this.palette.focus();
    this.events.onAsk(this.view.time, place);
    this.events.onChange();
  }

  #choose(color: Chroma, gesture: string | null): void {
    const edited = this.#edited;
    if (!edited) return;
    this.palette.chosen(color);
    remember(color);
    this.events.say(words.colored(colorWords(rgbOf(color))));
    edited.id = this.marking.color(edited.id, edited.time, edited.places, color, gesture);
    this.events.onColored(edited.id);
  }

  /** The next click takes a color for the place that the palette is open for, or does not any more. */
  #takeColor(taking: boolean): void {
    this.#dropper = taking;
    this.palette.fold(taking);
    if (!taking) return this.palette.focus();
    this.events.say(words.dropper);
    this.view.focus();
  }

  #forget(): void {
    [this.#edited, this.#dropper] = [null, false];
    this.palette.close();
  }
}

function remember(color: Chroma): void {
  recent = distinct([color, ...recent]).slice(0, RECENT);
}
