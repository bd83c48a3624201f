import {
  EncodedAudioPacketSource, EncodedPacketSink, type EncodedPacket, type InputAudioTrack, type Output,
} from "mediabunny";
import type { Clip } from "./clip";

/** Sound may run this far ahead of the picture in the file, in seconds. */
const AHEAD = 0.5;

/** Copies one sound track, packet by packet, never decoded. */
class SoundTrack {
  /** Whether there was anything on the track. */
  sounded = false;
  #packets: AsyncGenerator<EncodedPacket, void, unknown>;
  #next: EncodedPacket | null = null;
  #done = false;

  constructor(
    readonly codec: string,
    private readonly source: EncodedAudioPacketSource,
    track: InputAudioTrack,
    private readonly config: AudioDecoderConfig | null,
    private readonly clockStart: number,
  ) {
    this.#packets = new EncodedPacketSink(track).packets();
  }

  async copyUntil(seconds: number): Promise<void> {
    while (!this.#done) {
      const packet = (this.#next ??= (await this.#packets.next()).value ?? null);
      if (!packet) return this.#end();
      const timestamp = packet.timestamp - this.clockStart;
      if (timestamp > seconds) return;
      this.#next = null;
      this.sounded = true;
      await this.source.add(packet.clone({ timestamp }), this.config ? { decoderConfig: this.config } : undefined);
    }
  }

  /** Stops reading; nothing more is written. */
  async stop(): Promise<void> {
    this.#done = true;
    await this.#packets.return();
  }

  #end(): void {
    this.#done = true;
    this.source.close();
  }
}

/** All the sound of a clip, on its way into the coloured file. */
export class Sound {
  /** What could not be carried over, in sentences for the visitor. */
  readonly notes: string[] = [];
  #tracks: SoundTrack[] = [];

  /** Codecs of the tracks that were copied. */
  get codecs(): string[] {
    return this.#tracks.filter((track) => track.sounded).map((track) => track.codec);
  }

  /** Adds a track to the file for every sound track that its container takes. Before the file is started. */
  async addTo(output: Output, clip: Clip): Promise<void> {
    for (const track of clip.sound) {
      const codec = await track.getCodec();
      if (!codec || !output.format.getSupportedAudioCodecs().includes(codec)) {
        this.notes.push(`A sound track (${codec ?? "of an unknown kind"}) does not fit the new file and is left out.`);
        continue;
      }
      const source = new EncodedAudioPacketSource(codec);
      output.addAudioTrack(source, { languageCode: await track.getLanguageCode() });
      this.#tracks.push(new SoundTrack(codec, source, track, await track.getDecoderConfig(), clip.clockStart));
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
