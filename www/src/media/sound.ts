import {
  AudioSampleSink, AudioSampleSource, canEncodeAudio, EncodedAudioPacketSource, EncodedPacketSink, Quality,
  type AudioCodec, type InputAudioTrack, type Output,
} from "mediabunny";
import type { Span } from "../protocol";
import { notes } from "../words/notes";
import type { Clip } from "./clip";

/** Sound may run this far ahead of the picture in the file, in seconds. */
const AHEAD = 0.5;

/** Bits per second where sound has to be encoded anew. */
const BITRATE = 160_000;

/** A piece of sound on its way, and how it is written. */
interface Piece {
  timestamp: number;
  write(timestamp: number): Promise<void>;
}

/** One sound track on its way into the file, piece by piece. */
class SoundTrack {
  /** Whether there was anything on the track. */
  sounded = false;
  #next: Piece | null = null;
  #done = false;

  constructor(
    readonly codec: string,
    private readonly pieces: AsyncGenerator<Piece, void, unknown>,
    private readonly close: () => void,
    private readonly trim: Span | null,
    private readonly clockStart: number,
  ) {}

  /** Writes what sounds up to a time of the written file. */
  async copyUntil(seconds: number): Promise<void> {
    while (!this.#done) {
      const piece = (this.#next ??= (await this.pieces.next()).value ?? null);
      if (!piece || (this.trim && piece.timestamp >= this.trim.end)) return this.#end();
      const timestamp = piece.timestamp - this.clockStart;
      if (timestamp > seconds) return;
      this.#next = null;
      if (this.trim && timestamp < 0) continue;
      this.sounded = true;
      await piece.write(timestamp);
    }
  }

  /** Stops reading; nothing more is written. */
  async stop(): Promise<void> {
    this.#done = true;
    await this.pieces.return();
  }

  async #end(): Promise<void> {
    await this.stop();
    this.close();
  }
}

/** All the sound of a clip, on its way into the coloured file. */
export class Sound {
  /** What could not be carried over as it was, in sentences for the visitor. */
  readonly notes: string[] = [];
  #tracks: SoundTrack[] = [];

  /** Codecs of the tracks in the file. */
  get codecs(): string[] {
    return this.#tracks.filter((track) => track.sounded).map((track) => track.codec);
  }

  /**
   * Adds a track to the file for every sound track: copied packet by packet where the container takes its codec, encoded
   * anew where it does not. Before the file is started.
   */
  async addTo(output: Output, clip: Clip, trim: Span | null, clockStart: number): Promise<void> {
    // The trim ends in the middle of the last frame; its sound goes to that frame's end.
    const part = trim && { start: clockStart, end: trim.end + 0.5 / (clip.report.framesPerSecond || 25) };
    for (const track of clip.sound) {
      const codec = await track.getCodec();
      const added = codec && output.format.getSupportedAudioCodecs().includes(codec)
        ? await copied(output, track, codec)
        : await encoded(output, track);
      if (!added) this.notes.push(notes.soundLeftOut(codec));
      else if (added.codec !== codec) this.notes.push(notes.soundEncoded(codec, added.codec));
      if (added) this.#tracks.push(new SoundTrack(added.codec, added.pieces(part), added.close, part, clockStart));
    }
  }

  /** Keeps the sound beside the picture, so that neither waits in memory for the other. */
  async follow(pictureSeconds: number): Promise<void> {
    for (const track of this.#tracks) await track.copyUntil(pictureSeconds + AHEAD);
  }

  /** Copies what is left. */
  async finish(): Promise<void> {
    for (const track of this.#tracks) await track.copyUntil(Infinity);
  }

  async stop(): Promise<void> {
    for (const track of this.#tracks) await track.stop();
  }
}

interface Added {
  codec: AudioCodec;
  pieces(trim: Span | null): AsyncGenerator<Piece, void, unknown>;
  close(): void;
}

/** A track whose packets are copied, never decoded. */
async function copied(output: Output, track: InputAudioTrack, codec: AudioCodec): Promise<Added> {
  const source = new EncodedAudioPacketSource(codec);
  const config = await track.getDecoderConfig();
  output.addAudioTrack(source, { languageCode: await track.getLanguageCode() });
  return {
    codec,
    close: () => source.close(),
    async *pieces(trim) {
      const sink = new EncodedPacketSink(track);
      const first = trim ? ((await sink.getPacket(trim.start)) ?? undefined) : undefined;
      for await (const packet of sink.packets(first)) {
        const write = (timestamp: number) => source.add(packet.clone({ timestamp }), config ? { decoderConfig: config } : undefined);
        yield { timestamp: packet.timestamp, write };
      }
    },
  };
}

/** A track that is decoded and encoded anew; null where the browser cannot. */
async function encoded(output: Output, track: InputAudioTrack): Promise<Added | null> {
  const quality = new Quality({ bitrate: BITRATE });
  const settings = { numberOfChannels: await track.getNumberOfChannels(), sampleRate: await track.getSampleRate(), quality };
  if ((await track.getCodec()) === null || !(await track.canDecode())) return null;
  for (const codec of output.format.getSupportedAudioCodecs()) {
    if (codec.startsWith("pcm") || !(await canEncodeAudio(codec, settings))) continue;
    const source = new AudioSampleSource({ codec, quality });
    output.addAudioTrack(source, { languageCode: await track.getLanguageCode() });
    return {
      codec,
      close: () => source.close(),
      async *pieces(trim) {
        for await (const sample of new AudioSampleSink(track).samples(trim?.start, trim?.end)) {
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
