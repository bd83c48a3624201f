import { Output, VideoSample, VideoSampleSource } from "mediabunny";
import { named } from "../fault";
import type { Clip } from "./clip";
import type { Encoding } from "./encoding";
import { fragmented } from "./fragments";
import { inTime } from "./patience";
import type { Planes } from "./planes";
import type { Sound } from "./sound";
import type { Folder } from "./storage";

/** When a frame is shown, and in what proportions: carried from the source frame to the written one. */
export interface Placement {
  timestamp: number;
  duration: number;
  /** Size in square pixels, before rotation. */
  squareWidth: number;
  squareHeight: number;
}

/** How large a frame is, in its own pixels and in square ones. */
export type FrameSize = Pick<Placement, "squareWidth" | "squareHeight"> & { width: number; height: number };

/** The name of a segment's picture, and of one of its sound tracks, in the run's folder. */
export const pictureName = (segment: number) => `${segment}-picture`;
export const soundName = (segment: number, track: number) => `${segment}-sound-${track}`;

/**
 * What one attempt at a run writes: its picture and the sound beside it, each track in a file of its own, so that none
 * waits for another. The picture's fragments end where shots do, and with each key frame.
 */
export class Segment {
  private constructor(
    private readonly clockStart: number,
    private readonly output: Output,
    private readonly picture: VideoSampleSource,
    private readonly sound: Sound,
  ) {}

  /** Begins a segment; the time stamp `clockStart` is its zero. */
  static async create(
    folder: Folder, number: number, clip: Clip, encoding: Encoding, sound: Sound, clockStart: number,
  ): Promise<Segment> {
    const output = new Output({ format: fragmented(0), target: await folder.grow(pictureName(number), false) });
    const picture = new VideoSampleSource({
      codec: encoding.codec,
      quality: encoding.quality,
      latencyMode: "quality",
      onEncoderConfig: (config) => {
        // The encoder shares out its bits by the true rate; the track's "rate" below is only its clock.
        config.framerate = clip.report.framesPerSecond || 25;
      },
    });
    output.addVideoTrack(picture, {
      rotation: clip.report.pose.rotation,
      flip: clip.report.pose.flip,
      languageCode: await clip.frames.language(),
      // The source's own clock, so that every time stamp is written exactly as it was.
      frameRate: await clip.frames.clock(),
    });
    await output.start();
    return new Segment(clockStart, output, picture, sound);
  }

  /** Writes one frame; when this is done its planes are free. A shot begins with a key frame. */
  async add(planes: Planes, placement: Placement, beginsShot: boolean): Promise<void> {
    const timestamp = placement.timestamp - this.clockStart;
    const sample = new VideoSample(planes.data, {
      format: "I420",
      codedWidth: planes.width,
      codedHeight: planes.height,
      timestamp,
      duration: placement.duration,
      colorSpace: planes.color.written,
      displayWidth: placement.squareWidth,
      displayHeight: placement.squareHeight,
    });
    try {
      await inTime(this.picture.add(sample, beginsShot ? { keyFrame: true } : {}), "encode-failed", "the encoder");
      await this.sound.follow(timestamp);
    } catch (error) {
      throw named(error, "encode-failed");
    } finally {
      sample.close();
    }
  }

  /** Completes its files. */
  async finish(): Promise<void> {
    try {
      await this.sound.finish();
      await inTime(this.output.finalize(), "encode-failed", "the encoder");
    } catch (error) {
      throw named(error, "encode-failed");
    }
  }

  /** Lets go of its files as they are. */
  async stop(): Promise<void> {
    await this.sound.stop();
    await this.output.cancel().catch(() => undefined);
  }
}
