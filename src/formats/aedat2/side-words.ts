/** Words of jAER's formats that are no pixel events: marks, inputs, frames, inertial samples. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecoderSink } from '../push-decoder.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import type { Clock, RecordLayout } from '../records/index.ts';
import { word } from '../records/scalar.ts';
import type { Trigger } from '../side-channels.ts';
import type { ChipLayout } from './addressing.ts';
import { ApsWords } from './aps-words.ts';
import { ImuWords, imuScales } from './imu-words.ts';

/** A DVS128 word with this bit is the camera's mark of its sync input. */
const DVS_SYNC = 0x8000;
const DAVIS_EXTERNAL = 0x400;
/** Bits 10 and 11 of a word with bit 31: both set for the inertial sensor. */
const DAVIS_IMU = 0xc00;
/** Low bits of words of the external input. */
const EDGES: Readonly<Record<number, Trigger['edge']>> = {
  0x402: 'falling',
  0x403: 'rising',
  0x404: 'pulse',
};
/** What the address words of DAVIS chips can name. */
const MAX_SENSOR: SensorGeometry = { width: 1024, height: 512 };

/** What the words are of. */
export interface SideWordsSource {
  readonly chip: ChipLayout;
  readonly sensor: SensorGeometry;
  readonly headerLines?: readonly string[];
}

/** Looks through records for what somebody listens to. Coordinates are canonical under all conventions. */
export class SideWords {
  readonly #sink: DecoderSink;
  readonly #chip: ChipLayout;
  readonly #aps: ApsWords | undefined;
  readonly #imu: ImuWords | undefined;

  /** `undefined` where nobody listens to anything that such words hold. */
  static for(sink: DecoderSink, source: SideWordsSource): SideWords | undefined {
    const { trigger, special, imu, frame } = sink.listeners;
    const heard = [trigger, special, imu, frame].some((listener) => listener !== undefined);
    return heard ? new SideWords(sink, source) : undefined;
  }

  constructor(sink: DecoderSink, { chip, sensor, headerLines = [] }: SideWordsSource) {
    this.#sink = sink;
    this.#chip = chip;
    if (chip.chip === 'dvs128') return;
    if (sink.listeners.imu !== undefined) this.#imu = new ImuWords(imuScales(headerLines));
    if (sink.listeners.frame !== undefined) {
      const width = Math.min(sensor.width, MAX_SENSOR.width);
      const height = Math.min(sensor.height, MAX_SENSOR.height);
      this.#aps = new ApsWords(chip, { width, height });
    }
  }

  /** To be passed on with the records; reads the clock as the decoder's loop does. */
  readonly read: NonNullable<RecordStream['besides']> = (layout, clock, bytes, offset, count) => {
    const { recordBytes, addressBytes } = layout;
    const time = { ...clock };
    let heard = 0;
    for (let i = 0, at = offset; i < count; i++, at += recordBytes) {
      const address = word(bytes, at, addressBytes);
      const tMicros = advance(layout, time, bytes, at);
      if ((address & this.#chip.notPixelMask) === 0) continue;
      const isHeard =
        this.#chip.chip === 'dvs128' ? this.#dvsWord(address, tMicros) : this.#davisWord(address, tMicros);
      if (isHeard) heard++;
    }
    return heard;
  };

  /** No more records come. */
  finish(): void {
    const frame = this.#aps?.finish() ?? null;
    if (frame !== null) this.#sink.deliverSide('frame', frame);
  }

  #dvsWord(address: number, tMicros: number): boolean {
    const kind = (address & DVS_SYNC) !== 0 ? 'sync' : 'special';
    this.#sink.deliverSide('special', { tMicros, kind, data: address & ~this.#chip.notPixelMask });
    return this.#sink.listeners.special !== undefined;
  }

  #davisWord(address: number, tMicros: number): boolean {
    if (address >= 0) return this.#external(address, tMicros);
    if ((address & DAVIS_IMU) === DAVIS_IMU) {
      const sample = this.#imu?.push(address, tMicros) ?? null;
      if (sample !== null) this.#sink.deliverSide('imu', sample);
      return this.#imu !== undefined;
    }
    const frame = this.#aps?.push(address, tMicros) ?? null;
    if (frame !== null) this.#sink.deliverSide('frame', frame);
    return this.#aps !== undefined;
  }

  #external(address: number, tMicros: number): boolean {
    const { listeners } = this.#sink;
    const edge = EDGES[address & 0x7ff];
    if (edge !== undefined) {
      this.#sink.deliverSide('trigger', { tMicros, channel: 0, edge });
      return listeners.trigger !== undefined;
    }
    const data = address & ~DAVIS_EXTERNAL;
    this.#sink.deliverSide('special', { tMicros, kind: 'external-input', data });
    return listeners.special !== undefined;
  }
}

/** Moves the clock over a record and returns its time. */
function advance(layout: RecordLayout, clock: Clock, bytes: Uint8Array, at: number): number {
  const bits = word(bytes, at, layout.timeBytes) & layout.timeMask;
  const stamp = layout.timeSigned ? bits : bits >>> 0;
  if (clock.last - stamp > layout.counterRange / 2) clock.offset += layout.counterRange;
  clock.last = stamp;
  return stamp + clock.offset;
}
