import {
  EncodedAudioPacketSource, EncodedPacketSink, EncodedVideoPacketSource, Output,
  type EncodedPacket, type InputAudioTrack, type InputTrack, type InputVideoTrack, type OutputFormat, type Target,
} from "mediabunny";
import { SAME } from "../shots";
import type { Journal } from "./journal";
import { AHEAD, Follower, type Piece } from "./follower";
import { withParameterSets } from "./parameter-sets";
import { writeTags } from "./tags";
import type { Written } from "./written";

/**
 * Joins what was written of a run into one file, without encoding anything again; sound that begins after `soundEnd` is
 * left out. `passed` is called before each packet of the picture, and may throw to give it up. Gives the codecs of the
 * file's sound.
 */
export async function join(
  written: Written, format: OutputFormat, target: Target, soundEnd: number, passed: (timestamp: number) => Promise<void>,
): Promise<string[]> {
  const output = new Output({ format, target });
  try {
    writeTags(output, written.journal.tags ?? {}, format.fileExtension);
    const picture = await addPicture(output, written.pictures, written.journal.aspect);
    const sounds = [];
    for (const pieces of written.sounds) sounds.push(...(pieces.length > 0 ? [await addSound(output, pieces)] : []));
    await output.start();
    for await (const { timestamp, write } of picture) {
      await passed(timestamp);
      await write();
      for (const { follower } of sounds) await follower.until(Math.min(timestamp + AHEAD, soundEnd));
    }
    for (const { follower } of sounds) await follower.until(soundEnd);
    await output.finalize();
    return sounds.map(({ codec }) => codec);
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  }
}

async function addPicture(output: Output, pieces: InputVideoTrack[], aspect: Journal["aspect"]): Promise<AsyncGenerator<Piece, void, unknown>> {
  const [track] = pieces as [InputVideoTrack];
  const codec = (await track.getCodec())!;
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, {
    rotation: await track.getRotation(),
    flip: await track.getFlip(),
    languageCode: await track.getLanguageCode(),
    frameRate: await track.getTimeResolution(),
  });
  const decoderConfig = { ...(await track.getDecoderConfig())!, ...(await shownAs(track, aspect)) };
  const own = bytesOf(decoderConfig.description);
  return (async function* () {
    for await (const { packet, piece } of packetsOf(pieces)) {
      const other = bytesOf((await piece.getDecoderConfig())?.description);
      const carries = (codec === "avc" || codec === "hevc") && packet.type === "key" && own && other && !same(own, other);
      const data = carries ? withParameterSets(packet.data, codec, other) : packet.data;
      yield { timestamp: packet.timestamp, write: () => source.add(packet.clone({ data }), { decoderConfig }) };
    }
  })();
}

/** The pieces only have the shape of their pixels rounded; the file says it as its source does. */
async function shownAs(track: InputVideoTrack, aspect: Journal["aspect"]): Promise<Partial<VideoDecoderConfig>> {
  if (!aspect || aspect.num === aspect.den) return {};
  const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
  return { displayAspectWidth: aspect.num * width, displayAspectHeight: aspect.den * height };
}

async function addSound(output: Output, pieces: InputAudioTrack[]): Promise<{ codec: string; follower: Follower }> {
  const [track] = pieces as [InputAudioTrack];
  const codec = (await track.getCodec())!;
  const source = new EncodedAudioPacketSource(codec);
  const decoderConfig = (await track.getDecoderConfig())!;
  output.addAudioTrack(source, { languageCode: await track.getLanguageCode() });
  const all = async function* () {
    for await (const { packet } of packetsOf(pieces)) {
      yield { timestamp: packet.timestamp, write: () => source.add(packet, { decoderConfig }) };
    }
    source.close();
  };
  return { codec, follower: new Follower(all()) };
}

/** The packets of a track's pieces, one piece after the other; where a piece begins with what the one before has, that is left out. */
async function* packetsOf<T extends InputTrack>(pieces: T[]): AsyncGenerator<{ packet: EncodedPacket; piece: T }, void, unknown> {
  let newest = -Infinity;
  for (const piece of pieces) {
    const before = newest;
    for await (const packet of new EncodedPacketSink(piece).packets()) {
      if (packet.timestamp <= before + SAME) continue;
      newest = Math.max(newest, packet.timestamp);
      yield { packet, piece };
    }
  }
}

function bytesOf(source: AllowSharedBufferSource | undefined): Uint8Array | null {
  if (!source) return null;
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
