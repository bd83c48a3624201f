import { defaultsFor } from "../choices";
import { Fault, named } from "../fault";
import { openClip, type Clip } from "../media/clip";
import { isForeign } from "../media/foreign/kinds";
import { isPack } from "../media/foreign/pack";
import { framesAt } from "../media/frames-at";
import { Tracks } from "../marks/tracks";
import { openPhoto, photoFormat, type Photo } from "../media/photo";
import { begun } from "../media/patience";
import { Reel } from "../media/reel";
import { takePlanes } from "../media/planes";
import { stillOf } from "../picture/still";
import type { Colored, Give, Take, Told } from "../protocol";
import { Follower } from "./follower";
import type { Gate } from "./gate";
import { Moments } from "./moment";
import { colorizePhoto, previewPhoto } from "./photo";
import { preview } from "./preview";
import { colorize } from "./run";
import { sendForWeights, Session } from "./session";
import { scan } from "./shots";

/** Tells the page how far a request is; the buffers in `transfer` are handed over. */
export type Tell<T> = (value: T, transfer?: ArrayBuffer[]) => void;

/** The shape that most clips have: a GPU's programs depend little on it. */
const USUAL: [width: number, height: number] = [1920, 1080];

/** Following goes on for so long before the visitor's next wish is looked at, in milliseconds. */
const FOLLOWED_FOR_MS = 400;

/** Photo formats whose files may be animations. */
const ANIMATED = ["GIF", "PNG", "WebP"];

/** What the worker owns: the engine, and the clip or photo that the page holds at the moment. */
export class Colorizer {
  #session: Session | null = null;
  #clip: Clip | null = null;
  /** The working size that the visitor will begin with. */
  #size = 0;
  /** A photo in place of a clip. */
  #photo: Photo | null = null;
  /** Where the marks of the clip have been followed to. */
  #follower: Follower | null = null;
  #moments: Moments | null = null;

  /** `later` runs a job after the requests that are waiting. */
  constructor(private readonly later: (job: () => Promise<void>) => void) {}

  /**
   * Opens the device and loads the weights that the candidates need. A failed attempt leaves nothing behind and can be made
   * again.
   */
  async open(take: Take<"open">, tell: Tell<Told<"open">>, signal: AbortSignal): Promise<Give<"open">> {
    const weights = begun(sendForWeights(take.page, take.model, tell, signal));
    const session = (this.#session ??= await Session.open(take.device));
    const parcel = await weights;
    await session.load(parcel, this.later);
    await this.#hold(this.#clip, this.#photo);
    this.#size = take.size ?? defaultsFor(session.device.kind).size;
    session.warmUp(...USUAL, this.#size);
    return { device: session.device, offers: await session.offers(parcel) };
  }

  /** Loads the weights that only a run needs. */
  async complete(tell: Tell<Told<"complete">>): Promise<Give<"complete">> {
    await this.#heldSession().complete(tell);
    return {};
  }

  /** Looks into a file and, if it can be coloured, holds it in place of the earlier one. */
  async probe(file: File, tell: Tell<Told<"probe">>, signal: AbortSignal): Promise<Give<"probe">> {
    if (file.size === 0) throw new Fault("file-empty", "0 bytes");
    const format = await photoFormat(file).catch((error: unknown) => {
      throw named(error, "file-unreadable");
    });
    const pictures = await this.#openPictures(file, format);
    const photo = format && !pictures ? await openPhoto(file, format) : null;
    const clip = photo ? null : (pictures ?? (await this.#openClip(file, tell, signal)));
    this.#clip?.close();
    await this.#hold(clip, photo);
    return (photo ?? clip!).report;
  }

  /** What was found in an earlier clip, or with other weights, is of no use any more. */
  async #hold(clip: Clip | null, photo: Photo | null): Promise<void> {
    await this.#follower?.end();
    [this.#clip, this.#photo, this.#follower, this.#moments] = [clip, photo, null, null];
  }

  /** A film that is stored picture by picture; null where a file is none. */
  async #openPictures(file: File, format: string | null): Promise<Clip | null> {
    if (format ? !ANIMATED.includes(format) : !(await isPack(file))) return null;
    const { openPictures } = await import("../media/foreign/open-pictures");
    return openPictures(file, format);
  }

  async #openClip(file: File, tell: Tell<Told<"probe">>, signal: AbortSignal): Promise<Clip> {
    const onSize = (width: number, height: number) => this.#session?.warmUp(width, height, this.#size);
    return openClip(file, onSize).catch(async (error: unknown) => {
      const fault = named(error, "file-damaged");
      if (!isForeign(fault)) throw fault;
      const { openForeign } = await import("../media/foreign/open");
      return openForeign(file, fault, onSize, (share) => tell({ share }), signal);
    });
  }

  /** Which of some working sizes the device holds for what is held. */
  async room({ sizes, passes }: Take<"room">): Promise<Give<"room">> {
    const { width, height } = (this.#photo ?? this.#heldClip()).report.pose;
    const session = this.#heldSession();
    return { sizes: sizes.filter((size) => session.holds(width, height, size, this.#photo ? 0 : passes)) };
  }

  /** Colours some frames of the held clip in every way. */
  preview(take: Take<"preview">, tell: Tell<Told<"preview">>, signal: AbortSignal): Promise<Give<"preview">> {
    if (this.#photo) return previewPhoto(this.#photo, this.#heldSession(), take, tell);
    return preview(this.#heldClip(), this.#heldSession(), this.#heldFollower(), take, tell, signal);
  }

  /** One frame of what is held, in every colouring and with its marks. */
  moment(take: Take<"moment">, tell: Tell<Told<"moment">>): Promise<Give<"moment">> {
    return this.#heldMoments().color(take, this.#heldSession(), tell);
  }

  /** The colours that are likely at a place. */
  likely(take: Take<"likely">): Promise<Give<"likely">> {
    return this.#heldMoments().likely(take, this.#heldSession());
  }

  /** What a photo surely shows of a frame. */
  suggest(take: Take<"suggest">): Promise<Give<"suggest">> {
    return this.#heldMoments().suggest(take, this.#heldSession());
  }

  /** Follows marks through their shot, for a while. */
  async follow({ shot }: Take<"follow">, signal: AbortSignal): Promise<Give<"follow">> {
    const [follower, { report }] = [this.#heldFollower(), this.#heldClip()];
    const share = await follower.goOn(shot, FOLLOWED_FOR_MS, signal);
    const lives = shot.marks.map((mark) => ({ mark: mark.id, spans: follower.tracks.livesOf(mark, 1 / (report.framesPerSecond || 25)) }));
    return { share, lives };
  }

  /** One frame of the held clip, in grey. */
  async frame({ time }: Take<"frame">): Promise<Give<"frame">> {
    const clip = this.#heldClip();
    for await (const sample of framesAt(clip, [time])) {
      if (!sample) break;
      const { timestamp } = sample;
      const planes = await takePlanes(sample, clip.color).finally(() => sample.close());
      return { time: timestamp, still: stillOf(planes.frame, []) };
    }
    return null;
  }

  /** Finds where the shots of the held clip begin. */
  scan(take: Take<"scan">, tell: Tell<Told<"scan">>, signal: AbortSignal): Promise<Give<"scan">> {
    return scan(this.#heldClip(), this.#heldSession(), take, tell, signal);
  }

  /** Colours the held clip into a file. */
  async colorize({ run, options, into }: Take<"colorize">, tell: Tell<Told<"colorize">>, gate: Gate): Promise<Colored> {
    if (this.#photo) return colorizePhoto(this.#photo, this.#heldSession(), options);
    const [clip, session] = [this.#heldClip(), this.#heldSession()];
    return colorize(clip, session, this.#heldFollower(), await Reel.open(run, clip, options, into), tell, gate);
  }

  #heldSession(): Session {
    if (!this.#session) throw new Fault("engine", "asked before the engine was open");
    return this.#session;
  }

  #heldFollower(): Follower {
    return (this.#follower ??= new Follower(this.#heldClip(), this.#heldSession()));
  }

  #heldMoments(): Moments {
    return (this.#moments ??= new Moments(this.#photo ?? this.#heldClip(), this.#photo ? new Tracks() : this.#heldFollower().tracks));
  }

  #heldClip(): Clip {
    if (!this.#clip) throw new Fault("engine", "asked before a clip was opened");
    return this.#clip;
  }
}
