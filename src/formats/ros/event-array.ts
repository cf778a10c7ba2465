/** `dvs_msgs/EventArray`: a structure an event. */
import { MessageError, type MessageReader } from './message-reader.ts';
import type { EventRuns } from './event-runs.ts';
import { roundedMicros } from './nanoseconds.ts';

/** x and y in 16 bits, seconds and nanoseconds in 32, polarity in 8. */
const EVENT_BYTES = 13;
/** In CDR the seconds lie at multiples of 4: all events but the first have two bytes in front of them. */
const ALIGNED_BYTES = 16;
const FIRST_ALIGNED_BYTES = 14;
const MICROS_PER_SECOND = 1_000_000;

/** Where events lie in a message. */
export interface EventStructs {
  readonly count: number;
  readonly at: number;
}

/** Passes an array of events over. @throws MessageError where it ends early. */
export function skipEvents(message: MessageReader): EventStructs {
  const count = message.u32();
  const at = message.at;
  if (count > 0) message.skip(bytesOf(message, count));
  return { count, at };
}

/** The bytes of so many events, without what aligns the next field. */
function bytesOf({ isAligned }: MessageReader, count: number): number {
  if (!isAligned) return EVENT_BYTES * count;
  return count === 1 ? EVENT_BYTES : FIRST_ALIGNED_BYTES + ALIGNED_BYTES * (count - 1) - 1;
}

/** Appends events. Their times are what the driver states: the host's clock, or the camera's. */
export function readEvents(message: MessageReader, { count, at }: EventStructs, runs: EventRuns): void {
  const { view, little, isAligned } = message;
  let event = at;
  for (let i = 0; i < count; i++) {
    const time = event + (isAligned && i > 0 ? 6 : 4);
    const micros = view.getUint32(time, little) * MICROS_PER_SECOND;
    const on = view.getUint8(time + 8);
    if (on > 1) throw new MessageError(`has the polarity ${on} at its event ${i}`);
    runs.append(
      roundedMicros(micros, view.getUint32(time + 4, little)),
      view.getUint16(event, little),
      view.getUint16(event + 2, little),
      on,
    );
    event = time + (isAligned ? 10 : 9);
  }
}
