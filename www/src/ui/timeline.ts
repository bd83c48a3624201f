import type { Draft } from "../draft";
import { marksIn } from "../marks/mark";
import { keepsOwn, type Shot } from "../shots";
import { clipClock } from "../words/measure";
import { words } from "../words/page";
import { element, made } from "./element";
import { paint } from "./paint";

interface Events {
  /** Another shot is looked at; null for the whole clip. */
  onSelect: (shot: Shot | null) => void;
  /** The shot that is looked at follows the whole clip again. */
  onFollow: () => void;
  /** A shot keeps its own colours, or no longer. */
  onOwn: (shot: Shot) => void;
  /** The shot that is looked at becomes part of the one before it. */
  onJoin: () => void;
  /** A cut shall be made in the shot that is looked at. */
  onCut: () => void;
}

/** The shots of a clip in a row, each with its first frame and its colouring; one of them, or the whole clip, is looked at. */
export class Timeline {
  readonly #row = element("shots");
  readonly #pictures = new WeakMap<Shot, HTMLCanvasElement>();
  #draft: Draft | null = null;

  constructor(private readonly events: Events) {
    this.#row.addEventListener("change", (event) => this.#select((event.target as HTMLInputElement).value));
    element("shot-follow").addEventListener("click", events.onFollow);
    element("shot-join").addEventListener("click", events.onJoin);
    element("shot-own").addEventListener("click", () => this.#draft?.selected && events.onOwn(this.#draft.selected));
    element("clip-own").addEventListener("click", () => this.#draft?.shots.list[0] && events.onOwn(this.#draft.shots.list[0]));
    for (const cut of ["shot-cut", "first-cut"]) element(cut).addEventListener("click", events.onCut);
  }

  /** Shows a draft's shots as they are. */
  show(draft: Draft): void {
    this.#draft = draft;
    element("timeline").hidden = draft.clip.photo;
    const focused = this.#row.contains(document.activeElement);
    const { shots: { list } } = draft;
    this.#row.hidden = list.length < 2;
    element("first-cut").hidden = list.length > 1 || !draft.shots.complete;
    this.#row.replaceChildren(this.#whole(draft), ...list.map((shot, at) => this.#item(draft, shot, at)));
    if (focused) this.#row.querySelector<HTMLInputElement>(":checked")?.focus({ preventScroll: true });
    this.progress(draft);
    this.#showTools(draft);
  }

  /** How far the search for cuts has come. */
  progress({ shots, clip }: Draft): void {
    const share = clip.seconds ? Math.max(0, shots.scannedUntil - clip.start) / clip.seconds : 0;
    element("scan").textContent = shots.complete ? words.shotsFound(shots.list.length) : words.scanning(shots.list.length, share);
    this.#showOwn(shots.list);
  }

  #select(value: string): void {
    this.events.onSelect(value === "all" ? null : (this.#draft?.shots.list[Number(value)] ?? null));
  }

  #whole(draft: Draft): HTMLElement {
    const lock = draft.candidate === null ? "" : String(draft.candidate + 1);
    return this.#label("all", draft.selected === null, made("span", { className: "all", textContent: words.wholeClip }), lock, words.forAll);
  }

  #item(draft: Draft, shot: Shot, at: number): HTMLElement {
    const locked = keepsOwn(shot) ? words.ownBadge : shot.candidate === null ? "" : String(shot.candidate + 1);
    const marks = marksIn(draft.marks, draft.shots.span(shot, Infinity)).length;
    const caption = [clipClock(draft.clip, shot.start), marks > 0 ? words.colorsGiven(marks) : ""].filter(Boolean).join(" · ");
    const item = this.#label(String(at), draft.selected === shot, this.#picture(draft, shot), locked, caption);
    item.querySelector("input")!.ariaLabel = words.shotLabel(at, shot.start - draft.clip.start, shot.candidate, keepsOwn(shot), marks);
    return item;
  }

  #label(value: string, checked: boolean, picture: HTMLElement, lock: string, caption: string): HTMLElement {
    const radio = made("input", { type: "radio", name: "shot", value, checked });
    const badge = made("span", { className: "lock", textContent: lock, hidden: lock === "" });
    return made("label", { className: "shot" }, radio, made("span", { className: "thumbnail" }, picture, badge), made("span", { textContent: caption }));
  }

  #picture({ clip }: Draft, shot: Shot): HTMLCanvasElement {
    const known = this.#pictures.get(shot);
    if (known) return known;
    const canvas = made("canvas");
    if (!shot.still) return canvas;
    paint(canvas, shot.still.luma, null, clip.pose);
    this.#pictures.set(shot, canvas);
    return canvas;
  }

  /** A clip of one shot has no list of them: what would be said there is said beside the words on cuts. */
  #showOwn(list: Shot[]): void {
    const keeping = list.filter(keepsOwn).length;
    const [only] = list.length === 1 ? list : [];
    element("own-words").textContent = words.keepingOwn(keeping, list.length);
    element("clip-own").hidden = !only || !mayKeep(only);
    if (only) element("clip-own").textContent = keepsOwn(only) ? words.colourItAll : words.keepOwn;
  }

  #showTools({ selected, candidate, shots }: Draft): void {
    element("shot-tools").hidden = selected === null || shots.list.length < 2;
    if (!selected) return;
    const at = shots.list.indexOf(selected);
    element("shot-words").textContent = keepsOwn(selected) ? words.shotKeepsOwn(at) : words.shotFollows(at, selected.candidate, candidate ?? 0);
    element("shot-own").textContent = keepsOwn(selected) ? words.colourItAll : words.keepOwn;
    element("shot-own").hidden = !mayKeep(selected);
    element<HTMLButtonElement>("shot-follow").disabled = selected.candidate === null;
    element<HTMLButtonElement>("shot-join").disabled = at === 0;
  }
}

/** Whether a shot has colours that it could keep. */
function mayKeep(shot: Shot): boolean {
  return keepsOwn({ ...shot, own: null }) || shot.own === true;
}
