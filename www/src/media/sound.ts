import {
  AudioSampleSink, AudioSampleSource, canEncodeAudio, EncodedAudioPacketSource, EncodedPacketSink, Mp4OutputFormat, Output, Quality,
  type AudioCodec, type InputAudioTrack, type OutputFormat,
} from "mediabunny";
import type { Span } from "../protocol";
import { notes } from "../words/notes";
import type { Clip } from "./clip";
import { AHEAD, Follower, type Piece } from "./follower";
import { fragmented } from "./fragments";
import { soundName } from "./segment";
import type { Folder } from "./storage";

/** Seconds of a fragment of sound: short, so that the sound on the disk is never behind the picture on it. */
const FRAGMENT = 0.25;

/** Bits per second where sound has to be encoded anew. */
const BITRATE = 160_000;

/** Where a segment's sound goes, and what part of the clip's it is. */
export interface Stretch {
  folder: Folder;
  segment: number;
  trim: Span | null;
  /** The time stamp of the clip that is the written file's zero. */
  clockStart: number;
  /** For each written track the time, in the written file, that earlier segments have come to. */
  reached: (number | undefined)[];
}

/** All the sound of a clip, on its way into a segment: a file for each track. */
export class Sound {
  /** What could not be carried over as it was, in sentences for the visitor. */
  readonly notes: string[] = [];
  readonly #tracks: SoundTrack[] = [];

  /**
   * Begins a file for every sound track: copied packet by packet where the format that the clip is written in takes its
   * codec, encoded anew where it does not.
   */
  static async begin(clip: Clip, format: OutputFormat, stretch: Stretch): Promise<Sound> {
    const sound = new Sound();
    const codecs = format.getSupportedAudioCodecs();
    // The trim ends in the middle of the last frame; its sound goes to that frame's end.
    const { trim, clockStart } = stretch;
    const part = trim && { start: clockStart, end: trim.end + 0.5 / (clip.report.framesPerSecond || 25) };
    for (const track of clip.sound) {
      const codec = await track.getCodec();
      const added = codec && codecs.includes(codec) ? await copied(track, codec) : await encoded(track, codecs);
      if (!added) sound.notes.push(notes.soundLeftOut(await soundCodec(track)));
      else if (added.codec !== codec) sound.notes.push(notes.soundEncoded(codec, added.codec));
      if (added) sound.#tracks.push(await SoundTrack.begin(added, sound.#tracks.length, { ...stretch, trim: part }));
    }
    return sound;
  }

  /** Keeps the sound beside the picture. */
  async follow(pictureSeconds: number): Promise<void> {
    for (const track of this.#tracks) await track.follower.until(pictureSeconds + AHEAD);
  }

  /** Writes what is left, and completes the files. */
  async finish(): Promise<void> {
    for (const track of this.#tracks) await track.finish();
  }

  async stop(): Promise<void> {
    for (const track of this.#tracks) await track.stop();
  }
}

/** What the visitor should know of a sound track before it is brought over: whether it will be there, and be heard. */
export async function notesOnSound(track: InputAudioTrack): Promise<string[]> {
  const codec = await track.getCodec();
  if (codec !== null && (await track.canDecode())) return [];
  const isCopied = codec !== null && new Mp4OutputFormat().getSupportedAudioCodecs().includes(codec);
  return [isCopied ? notes.soundSilent(codec) : notes.soundLeftOut(await soundCodec(track))];
}

/** The codec's name, if need be by what the container calls it. */
async function soundCodec(track: InputAudioTrack): Promise<string | null> {
  const id = (await track.getCodec()) ?? (await track.getInternalCodecId());
  return typeof id === "string" ? id.replace(/^A_/, "").toLowerCase() : null;
}

/** One sound track on its way into a file of its own. */
class SoundTrack {
  readonly follower: Follower;
  /** Whether there was anything on the track. */
  #sounded = false;

  private constructor(
    private readonly added: Added,
    private readonly output: Output,
    stretch: Stretch,
    reached: number | undefined,
  ) {
    this.follower = new Follower(this.#pieces(stretch, reached));
  }

  static async begin(added: Added, track: number, stretch: Stretch): Promise<SoundTrack> {
    const output = new Output({ format: fragmented(FRAGMENT), target: await stretch.folder.grow(soundName(stretch.segment, track), false) });
    output.addAudioTrack(added.source, { languageCode: await added.track.getLanguageCode() });
    await output.start();
    return new SoundTrack(added, output, stretch, stretch.reached[track]);
  }

  async finish(): Promise<void> {
    await this.follower.until(Infinity);
    if (this.#sounded) await this.output.finalize();
    else await this.stop();
  }

  async stop(): Promise<void> {
    await this.follower.stop();
    await this.output.cancel().catch(() => undefined);
  }

  /** The track's pieces on the written file's clock. What earlier segments hold begins once more, and is left out when they are joined. */
  async *#pieces({ trim, clockStart }: Stretch, reached: number | undefined): AsyncGenerator<Piece, void, unknown> {
    const from = reached === undefined ? trim?.start : reached + clockStart;
    for await (const piece of inOrder(this.added.pieces(from, trim?.end))) {
      if (trim && piece.timestamp >= trim.end) return;
      const timestamp = piece.timestamp - clockStart;
      if (trim && timestamp < 0) continue;
      const write = () => {
        this.#sounded = true;
        return piece.write(timestamp);
      };
      yield { timestamp, write };
    }
  }
}

/** A piece of a track on the clip's clock. */
interface SoundPiece {
  timestamp: number;
  write(timestamp: number): Promise<void>;
}

/** Without pieces that a damaged file puts before or far behind the ones around them. */
async function* inOrder(pieces: AsyncGenerator<SoundPiece, void, unknown>): AsyncGenerator<SoundPiece, void, unknown> {
  let latest = -Infinity;
  let held: SoundPiece | null = null;
  for await (const piece of pieces) {
    if (piece.timestamp <= latest) continue;
    if (held && piece.timestamp > held.timestamp) {
      latest = held.timestamp;
      yield held;
    }
    held = piece;
  }
  if (held) yield held;
}

/** How a track of the clip is brought over. */
interface Added {
  track: InputAudioTrack;
  codec: AudioCodec;
  source: EncodedAudioPacketSource | AudioSampleSource;
  /** Its pieces on the clip's clock. */
  pieces(from?: number, to?: number): AsyncGenerator<SoundPiece, void, unknown>;
}

/** A track whose packets are copied, never decoded. */
async function copied(track: InputAudioTrack, codec: AudioCodec): Promise<Added> {
  const source = new EncodedAudioPacketSource(codec);
  const config = await track.getDecoderConfig();
  return {
    track, codec, source,
    async *pieces(from) {
      const sink = new EncodedPacketSink(track);
      const first = from === undefined ? undefined : ((await sink.getPacket(from)) ?? undefined);
      for await (const packet of sink.packets(first)) {
        const write = (timestamp: number) => source.add(packet.clone({ timestamp }), config ? { decoderConfig: config } : undefined);
        yield { timestamp: packet.timestamp, write };
      }
    },
  };
}

/** A track that is decoded and encoded anew in one of the given codecs; null where the browser cannot. */
async function encoded(track: InputAudioTrack, codecs: AudioCodec[]): Promise<Added | null> {
  const quality = new Quality({ bitrate: BITRATE });
  const settings = { numberOfChannels: await track.getNumberOfChannels(), sampleRate: await track.getSampleRate(), quality };
  if ((await track.getCodec()) === null || !(await track.canDecode())) return null;
  for (const codec of codecs) {
    if (codec.startsWith("pcm") || !(await canEncodeAudio(codec, settings))) continue;
    const source = new AudioSampleSource({ codec, quality });
    return {
      track, codec, source,
      async *pieces(from, to) {
        for await (const sample of new AudioSampleSink(track).samples(from, to)) {
          const write = async (timestamp: number) => {
            sample.setTimestamp(timestamp);
            await source.add(sample);
            sample.close();
          };
          yield { timestamp: sample.timestamp, write };
        }
      },
    };
  }
  return null;
}
