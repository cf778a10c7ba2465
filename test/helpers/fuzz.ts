/** Structure-aware fuzzing of the decoders: recordings are damaged as files are, and every promise is checked. */
import { SaccadeError, SeededRandom, type EventBatch } from '../../src/events/index.ts';
import {
  EventFormatError,
  SIDE_CHANNELS,
  type DecoderOptions,
  type EventDecoder,
  type SideChannelListeners,
} from '../../src/formats/index.ts';
import type { DatagramSample } from '../formats/network/samples.ts';
import type { ContractSample } from './format-contract.ts';

/** Numbers that sizes, counts and offsets break on. */
const EXTREMES = [
  0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
];
const MAX_BATCH_EVENTS = 50;
/** No events out of nothing; a compressed block may say more of them than it has bytes. */
const MAX_EVENTS_PER_BYTE = 300;
/** An input of some kilobytes that takes longer hangs. Far above what a loaded machine needs. */
const MAX_MILLISECONDS = 5000;

/** An input that broke a promise. */
export class FuzzFailure extends Error {
  readonly sample: string;
  readonly input: Uint8Array;

  constructor(sample: string, input: Uint8Array, message: string, cause?: unknown) {
    super(`${sample}: ${message}`, { cause });
    this.sample = sample;
    this.input = input;
  }
}

/** One to four of: bits, extremes, cuts, repeats, insertions, pieces of another recording. */
export function mutate(random: SeededRandom, seed: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  for (let left = 1 + random.integer(4); left > 0; left--) bytes = mutateOnce(random, bytes, other);
  return bytes;
}

function mutateOnce(random: SeededRandom, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  if (bytes.length === 0) return other.slice(0, 64);
  const at = random.integer(bytes.length);
  const length = 1 + random.integer(Math.min(64, bytes.length - at));
  switch (random.integer(8)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(8);
      return bytes;
    case 1:
      bytes[at] = random.integer(256);
      return bytes;
    case 2:
      return writeExtreme(random, bytes, at);
    case 3:
      return bytes.slice(0, at);
    case 4:
      return splice(bytes, at, at + length, new Uint8Array(0));
    case 5:
      return splice(bytes, at, at, bytes.subarray(at, at + length));
    case 6:
      return splice(
        bytes,
        at,
        at,
        Uint8Array.from({ length }, () => random.integer(256)),
      );
    default: {
      const from = random.integer(Math.max(1, other.length));
      return splice(bytes, at, at + length, other.subarray(from, from + length));
    }
  }
}

function writeExtreme(random: SeededRandom, bytes: Uint8Array, at: number): Uint8Array {
  const size = [1, 2, 4, 8][random.integer(4)]!;
  const view = new DataView(new ArrayBuffer(8));
  const value = EXTREMES[random.integer(EXTREMES.length)]!;
  const little = random.integer(2) === 1;
  if (size === 1) view.setUint8(0, value & 0xff);
  else if (size === 2) view.setUint16(0, value & 0xffff, little);
  else if (size === 4) view.setUint32(0, value, little);
  else view.setBigInt64(0, BigInt(value) - (random.integer(2) === 1 ? 2n ** 31n : 0n), little);
  bytes.set(new Uint8Array(view.buffer, 0, Math.min(size, bytes.length - at)), at);
  return bytes;
}

function splice(bytes: Uint8Array, start: number, end: number, inserted: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (end - start) + inserted.length);
  result.set(bytes.subarray(0, start));
  result.set(inserted, start);
  result.set(bytes.subarray(end), start + inserted.length);
  return result;
}

/** What came of an input: the events, and the code of the error that ended it. */
interface Outcome {
  readonly events: number;
  readonly checksum: number;
  readonly code: string | null;
}

/** Decodes an input in chunks and checks what every decoder promises. */
export function runInput(
  sample: ContractSample,
  input: Uint8Array,
  chunkBytes: number,
  options: DecoderOptions,
): Outcome {
  const fail = (message: string, cause?: unknown): never => {
    throw new FuzzFailure(sample.name, input, message, cause);
  };
  const started = performance.now();
  const decoder = sample.open({ maxBatchEvents: MAX_BATCH_EVENTS, ...options });
  const limit = Math.max(MAX_BATCH_EVENTS, options.maxBatchEvents ?? 0);
  let [events, checksum, code] = [0, 0, null as string | null];
  const take = (batches: readonly EventBatch[]): void => {
    for (const batch of batches) {
      if (batch.length > limit || batch.length === 0) fail(`a batch of ${batch.length} events`);
      events += batch.length;
      checksum = checkEvents(batch, checksum, fail);
    }
  };
  try {
    for (let at = 0; at < input.length; at += chunkBytes)
      take(decoder.push(input.slice(at, at + chunkBytes)));
    take(decoder.finish());
  } catch (error) {
    if (error instanceof FuzzFailure) throw error;
    if (!(error instanceof SaccadeError)) return fail('an error without a type', error);
    code = error.code as string;
    if (error instanceof EventFormatError) take(error.events);
    checkSticky(decoder, code, fail);
  }
  const { report } = decoder;
  if (report.events !== events) fail(`${events} events, but the report says ${report.events}`);
  if (events > MAX_EVENTS_PER_BYTE * input.length) fail(`${events} events out of ${input.length} bytes`);
  const milliseconds = performance.now() - started;
  if (milliseconds > MAX_MILLISECONDS) fail(`took ${milliseconds.toFixed(0)} ms`);
  return { events, checksum, code };
}

function checkEvents(batch: EventBatch, checksum: number, fail: (message: string) => never): number {
  const { t, x, y, p, length, geometry } = batch;
  let sum = checksum;
  for (let i = 0; i < length; i++) {
    if (!Number.isSafeInteger(t[i])) fail(`time ${t[i]}`);
    if (p[i]! > 1) fail(`polarity ${p[i]}`);
    if (geometry !== null && (x[i]! >= geometry.width || y[i]! >= geometry.height))
      fail('an event outside the sensor');
    sum = (Math.imul(sum, 31) + t[i]! + x[i]! * 7 + y[i]! * 13 + p[i]!) | 0;
  }
  return sum;
}

/** A decoder that failed says the same again and hands out nothing. */
function checkSticky(decoder: EventDecoder, code: string, fail: (message: string) => never): void {
  try {
    decoder.push(Uint8Array.of(1, 2, 3));
    fail('goes on after an error');
  } catch (error) {
    if (error instanceof FuzzFailure) throw error;
    const isSame = error instanceof SaccadeError && (error.code as string) === code;
    if (!isSame || (error instanceof EventFormatError && error.events.length > 0))
      fail(`says ${(error as Error).message} after ${code}`);
  }
}

/** Nobody listens, or somebody to everything. */
export const deaf: SideChannelListeners = {};
export const listening: SideChannelListeners = Object.fromEntries(
  SIDE_CHANNELS.map((name) => [name, () => undefined]),
);

/**
 * Fuzzes: every input once with all settings chosen at random, every tenth in two ways of chunking that must agree.
 *
 * @returns inputs that ended in an error.
 */
export function fuzz(samples: readonly ContractSample[], inputs: number, seed: number): number {
  const random = new SeededRandom(seed);
  let errors = 0;
  for (let i = 0; i < inputs; i++) {
    const sample = samples[i % samples.length]!;
    const input = mutate(random, sample.bytes, samples[random.integer(samples.length)]!.bytes);
    const options: DecoderOptions = {
      policy: random.integer(2) === 1 ? 'strict' : 'salvage',
      sideChannels: random.integer(2) === 1 ? listening : deaf,
    };
    const whole = runInput(sample, input, Infinity, options);
    if (whole.code !== null) errors++;
    if (i % 10 !== 0) continue;
    const parts = runInput(sample, input, 1 + random.integer(40), options);
    if (parts.events !== whole.events || parts.checksum !== whole.checksum || parts.code !== whole.code)
      throw new FuzzFailure(
        sample.name,
        input,
        `chunks change ${JSON.stringify(whole)} to ${JSON.stringify(parts)}`,
      );
  }
  return errors;
}

/**
 * Fuzzes decoders of datagrams: some are damaged, repeated, lost or out of order.
 *
 * @returns datagrams pushed.
 */
export function fuzzDatagrams(samples: readonly DatagramSample[], inputs: number, seed: number): number {
  const random = new SeededRandom(seed);
  let pushed = 0;
  for (let i = 0; i < inputs; i++) {
    const { name, datagrams, open } = samples[i % samples.length]!;
    const decoder = open({
      policy: random.integer(4) === 0 ? 'strict' : 'salvage',
      maxBatchEvents: MAX_BATCH_EVENTS,
      sideChannels: random.integer(2) === 1 ? listening : deaf,
    });
    let failed = false;
    for (let left = 1 + random.integer(12); left > 0 && !failed; left--) {
      const chosen = datagrams[random.integer(datagrams.length)]!;
      const datagram = random.integer(2) === 1 ? mutate(random, chosen, datagrams[0]!) : chosen;
      pushed++;
      failed = !pushDatagram(name, decoder, datagram);
    }
  }
  return pushed;
}

/** One input as the only datagram. */
export function runDatagram(
  { name, open }: DatagramSample,
  input: Uint8Array,
  options: DecoderOptions,
): void {
  pushDatagram(name, open({ maxBatchEvents: MAX_BATCH_EVENTS, ...options }), input);
}

/** Pushes and checks; `false` where a typed error ended it. */
function pushDatagram(name: string, decoder: EventDecoder, datagram: Uint8Array): boolean {
  const fail = (message: string, cause?: unknown): never => {
    throw new FuzzFailure(name, datagram, message, cause);
  };
  const before = decoder.report.events;
  let batches: readonly EventBatch[] = [];
  let code: string | null = null;
  const started = performance.now();
  try {
    batches = decoder.push(datagram);
  } catch (error) {
    if (!(error instanceof EventFormatError)) return fail('an error without a type', error);
    batches = error.events;
    code = error.code;
  }
  const milliseconds = performance.now() - started;
  if (milliseconds > MAX_MILLISECONDS) fail(`took ${milliseconds.toFixed(0)} ms`);
  for (const batch of batches) checkEvents(batch, 0, fail);
  const events = batches.reduce((sum, { length }) => sum + length, 0);
  if (decoder.report.events !== before + events)
    fail(`${events} events, but the report says ${decoder.report.events - before}`);
  if (code !== null) checkSticky(decoder, code, fail);
  return code === null;
}
