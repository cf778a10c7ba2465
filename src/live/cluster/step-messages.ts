/**
 * What gateways and workers say to each other: steps of windows and their results. A step is a u32 length, that much JSON
 * ({@link StepHead}) and a part of the packed counts; all else is JSON.
 */
import * as v from 'valibot';
import { ClusterError } from '../../cluster/index.ts';
import type { FrameArray, StepFrame } from '../../frames/index.ts';
import type { StepResult } from '../../inference/index.ts';
import { inputLength, type Model } from '../../network/index.ts';
import { packZeroRuns, unpackZeroRuns } from '../protocol/zero-runs.ts';

/** Names a step: of which camera, under which lease, of which window. */
export interface StepName {
  readonly camera: string;
  /** Of the lease: a result of another one is not taken. */
  readonly epoch: number;
  /** Number of the window since the camera connected. */
  readonly window: number;
  readonly step: number;
}

interface StepHead extends StepName {
  /** A large step comes in several messages: number of this one, and how many there are. */
  readonly part: number;
  readonly parts: number;
}

/** A worker's answer to a step. */
export type StepAnswer = StepName &
  (
    | { readonly type: 'result'; readonly result: StepResult; readonly computeMs: number }
    /** It does not have what came before: the window is to be sent again. */
    | { readonly type: 'restart' }
    /** It takes no more cameras. */
    | { readonly type: 'refused' }
    /** What the step found wrong with the worker, or with what it was sent. */
    | { readonly type: 'fault'; readonly message: string }
  );

/** No step has more parts: the largest sensor's counts of 4 bytes, in messages of 64 KiB. */
const MAX_PARTS = 4096;
/** Of the head: names have 100 characters. */
const HEAD_ROOM = 2048;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const nameEntries = {
  camera: v.pipe(v.string(), v.maxLength(1000)),
  epoch: whole,
  window: whole,
  step: whole,
};
const headSchema: v.GenericSchema<unknown, StepHead> = v.object({
  ...nameEntries,
  part: whole,
  parts: v.pipe(whole, v.minValue(1), v.maxValue(MAX_PARTS)),
});
const numbers = v.array(v.number());
const resultSchema = v.object({
  step: whole,
  logits: numbers,
  accumulatedLogits: numbers,
  spikes: numbers,
  synapticOperations: numbers,
});
const answerSchema = v.variant('type', [
  v.object({ type: v.literal('result'), ...nameEntries, result: resultSchema, computeMs: v.number() }),
  v.object({ type: v.literal('restart'), ...nameEntries }),
  v.object({ type: v.literal('refused'), ...nameEntries }),
  v.object({ type: v.literal('fault'), ...nameEntries, message: v.string() }),
]);

const bad = (problem: string): ClusterError =>
  new ClusterError('REFUSED', `A message of the cluster ${problem}.`);

/** The bytes of an array of any element type. */
function bytesOf({ buffer, byteOffset, byteLength }: FrameArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The messages of a step, none above `maxBytes`. */
export function encodeStep(name: StepName, frame: StepFrame, maxBytes: number): Uint8Array[] {
  const packed = packZeroRuns(bytesOf(frame.counts));
  const room = maxBytes - HEAD_ROOM;
  const parts = Math.max(1, Math.ceil(packed.length / room));
  if (parts > MAX_PARTS) throw new ClusterError('TOO_LARGE', `A step has ${packed.length} bytes.`);
  return Array.from({ length: parts }, (_, part) => {
    const head = new TextEncoder().encode(JSON.stringify({ ...name, part, parts } satisfies StepHead));
    const slice = packed.subarray(part * room, (part + 1) * room);
    const message = new Uint8Array(4 + head.length + slice.length);
    new DataView(message.buffer).setUint32(0, head.length, true);
    message.set(head, 4);
    message.set(slice, 4 + head.length);
    return message;
  });
}

/** A part of a step. */
export interface StepPart extends StepHead {
  readonly bytes: Uint8Array;
}

/** @throws ClusterError `REFUSED` for what is none. */
export function decodeStepPart(message: Uint8Array): StepPart {
  if (message.length < 4) throw bad('is too short');
  const length = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
  if (length > message.length - 4) throw bad('is shorter than it says');
  const head = parseJson(message.subarray(4, 4 + length), headSchema);
  if (head.part >= head.parts) throw bad('has a part beyond its last');
  return { ...head, bytes: message.subarray(4 + length) };
}

/** Puts the parts of steps together. Parts come in order; one that is missing costs the step. */
export class StepAssembler {
  #parts: StepPart[] = [];

  /** @returns all bytes with the last part, else `null`. */
  push(part: StepPart): Uint8Array | null {
    if (part.parts === 1) return part.bytes;
    const [first] = this.#parts;
    const fits =
      first !== undefined &&
      part.part === this.#parts.length &&
      part.parts === first.parts &&
      part.window === first.window &&
      part.step === first.step;
    if (part.part === 0) this.#parts = [part];
    else if (fits) this.#parts.push(part);
    else this.#parts = [];
    if (this.#parts.length < part.parts) return null;
    const whole = Buffer.concat(this.#parts.map(({ bytes }) => bytes));
    this.#parts = [];
    return whole;
  }
}

/** The frame of a step, for a session of the model: what only gateways need of it is 0. @throws ProtocolError */
export function decodeFrame({ network, input }: Model, step: number, packed: Uint8Array): StepFrame {
  const { width, height } = network.input;
  const Counts = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array }[input.countType];
  const length = inputLength(network.input);
  const { buffer } = unpackZeroRuns(packed, length * Counts.BYTES_PER_ELEMENT, 0);
  const counts = new Counts(buffer as ArrayBuffer, 0, length);
  const unknown = {
    window: 0,
    segment: 0,
    startMicros: 0,
    endMicros: 0,
    events: 0,
    saturated: 0,
    outside: 0,
  };
  return { ...unknown, step, steps: network.steps, geometry: { width, height }, counts };
}

export function encodeAnswer(answer: StepAnswer): Uint8Array {
  if (answer.type !== 'result') return new TextEncoder().encode(JSON.stringify(answer));
  const { logits, accumulatedLogits, ...result } = answer.result;
  const plain = { ...result, logits: [...logits], accumulatedLogits: [...accumulatedLogits] };
  return new TextEncoder().encode(JSON.stringify({ ...answer, result: plain }));
}

/** @throws ClusterError `REFUSED` for what is none. */
export function decodeAnswer(message: Uint8Array): StepAnswer {
  const answer = parseJson(message, answerSchema);
  if (answer.type !== 'result') return answer;
  const { logits, accumulatedLogits, ...result } = answer.result;
  const arrays = { logits: Int32Array.from(logits), accumulatedLogits: Int32Array.from(accumulatedLogits) };
  return { ...answer, result: { ...result, ...arrays } };
}

/** @throws ClusterError `REFUSED` */
export function parseJson<T>(bytes: Uint8Array, schema: v.GenericSchema<unknown, T>): T {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw bad('is not JSON');
  }
  const { success, output, issues } = v.safeParse(schema, json);
  if (success) return output;
  throw bad(`is wrong at "${v.getDotPath(issues[0]) ?? ''}"`);
}

export const toJsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
