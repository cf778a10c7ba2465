/** What the decoders of ROS bags and MCAP files share. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import type { EventFormatErrorCode } from '../errors.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { Serialisation } from './message-reader.ts';
import { RosEvents, type RosDecoderOptions } from './ros-events.ts';

/** The limit unless it is stated. */
const DEFAULT_MAX_CHUNK_BYTES = 2 ** 26;

/** Base of the decoders: they find messages, `events` reads them. */
export abstract class RosDecoder extends PushDecoder {
  protected readonly events: RosEvents;
  protected readonly maxChunkBytes: number;

  constructor(format: string, variant: string, serialisation: Serialisation, options: RosDecoderOptions) {
    super(format, variant, options);
    const { maxChunkBytes = DEFAULT_MAX_CHUNK_BYTES } = options;
    this.maxChunkBytes = integerOption('maxChunkBytes', maxChunkBytes, 1, 2 ** 31);
    this.events = new RosEvents(this.sink(), serialisation, options, this.maxChunkBytes);
  }

  get geometry(): SensorGeometry | null {
    return this.events.geometry;
  }

  /** The events before it are delivered first: they travel with what is thrown. */
  protected override damage(code: EventFormatErrorCode, byteOffset: number, message: string): void {
    this.events.flush();
    super.damage(code, byteOffset, message);
  }
}
