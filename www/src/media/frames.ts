import { EncodedPacketSink, type InputVideoTrack, type VideoSample } from "mediabunny";
import type { Fault } from "../fault";
import { framesPastDamage } from "./damage";

/** A clip's decoded frames, wherever they come from. Every sample belongs to the caller, who closes it. */
export interface Frames {
  /**
   * In the order they are shown, from the frame that is shown at a time on, up to another time. What cannot be decoded is passed over,
   * and `passed` hears why.
   */
  samples(from: number | undefined, to: number, passed: (fault: Fault) => void): AsyncGenerator<VideoSample, void, unknown>;
  /** When the frame that is shown at a time begins; null before the first. */
  beginOf(time: number): Promise<number | null>;
  language(): Promise<string>;
  /** Ticks a second of the clock that the time stamps are on. */
  clock(): Promise<number>;
}

/** The frames of a video track. */
export function framesOf(track: InputVideoTrack): Frames {
  return {
    samples: (from, to, passed) => framesPastDamage(track, from, to, passed),
    beginOf: async (time) => (await new EncodedPacketSink(track).getPacket(time, { metadataOnly: true }))?.timestamp ?? null,
    language: () => track.getLanguageCode(),
    clock: () => track.getTimeResolution(),
  };
}
