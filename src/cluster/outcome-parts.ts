/** Outcomes in messages: a large one takes several. */
import type { QueueOutcome } from './job-queue.ts';

const PARTS_HEADER = 'Saccade-Parts';
const KIND_HEADER = 'Saccade-Outcome';
/** Small enough that others get through between two of them. */
const PART_BYTES: number = 256 << 10;
/** Parts of an outcome: one gigabyte. */
const MOST_PARTS = 4096;

/** A message of an outcome. */
export interface OutcomePart {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** @param most bytes that one may have. */
export function outcomeParts(outcome: QueueOutcome, most: number): OutcomePart[] {
  const kind = 'done' in outcome ? 'done' : 'dead';
  const bytes = 'done' in outcome ? outcome.done : new TextEncoder().encode(outcome.dead);
  const size = Math.min(PART_BYTES, most);
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, i) => ({
    body: bytes.subarray(i * size, (i + 1) * size),
    headers: { [PARTS_HEADER]: count, [KIND_HEADER]: kind },
  }));
}

/** A message as it came. */
export interface ReceivedPart {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: { get(name: string): string } | undefined;
}

/** Whether a message is the last of its outcome: those before it were stored before it. */
export function isLastPart({ subject, headers }: Pick<ReceivedPart, 'subject' | 'headers'>): boolean {
  return Number(subject.split('.').at(-1)) === Number(headers?.get(PARTS_HEADER)) - 1;
}

/** Puts outcomes together, of deliveries that may answer at the same time; parts come in any order, maybe twice. */
export class OutcomeAssembler {
  readonly #begun = new Map<string, (Uint8Array | undefined)[]>();

  /** @returns the outcome whose last part this was, `null` if it was none. What is no part is left out. */
  push({ subject, data, headers }: ReceivedPart): QueueOutcome | null {
    const [id, delivery, part] = subject.split('.').slice(-3);
    const count = Number(headers?.get(PARTS_HEADER));
    const at = Number(part);
    if (!(count >= 1 && count <= MOST_PARTS && at >= 0 && at < count)) return null;
    const key = `${id}.${delivery}`;
    const parts = this.#begun.get(key) ?? Array.from<Uint8Array | undefined>({ length: count });
    parts[at] = data;
    this.#begun.set(key, parts);
    if (parts.some((own) => own === undefined)) return null;
    this.#begun.delete(key);
    const bytes = Buffer.concat(parts as Uint8Array[]);
    return headers?.get(KIND_HEADER) === 'done'
      ? { id: id!, done: bytes }
      : { id: id!, dead: bytes.toString() };
  }

  /** Lets go of parts of a job. */
  forget(id: string): void {
    for (const key of this.#begun.keys()) if (key.startsWith(`${id}.`)) this.#begun.delete(key);
  }
}
