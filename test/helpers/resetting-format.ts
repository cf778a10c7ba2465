/** A format for tests that has what few real ones have together: side channels, clock resets, damage, patches. */
import type { SensorGeometry } from '../../src/events/index.ts';
import { allocateEvents, type EventBatch } from '../../src/events/index.ts';
import {
  PushDecoder,
  PushEncoder,
  startsWith,
  type BytePatch,
  type DecoderOptions,
  type EncoderOptions,
  type EventFormat,
} from '../../src/formats/index.ts';

const MAGIC = 'TEST';

/**
 * `TEST`, the count of events (a patch), then records of four bytes: a kind and three values. Kinds: `e` an event
 * (t, x, y), `r` a reset, `t` a trigger (t), `i` a record marked invalid, anything else is damage.
 */
class TestDecoder extends PushDecoder {
  geometry: SensorGeometry | null = { width: 128, height: 128 };
  #held: number[] = [];
  #offset = 0;

  constructor(options: DecoderOptions = {}) {
    super('test', 'TEST1', options);
    this.account.headerBytes = 5;
  }

  protected decode(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#offset++;
      if (this.#offset <= 5) continue;
      this.#held.push(byte);
      if (this.#held.length < 4) continue;
      this.#record(String.fromCharCode(this.#held[0]!), this.#held[1]!, this.#held[2]!, this.#held[3]!);
      this.#held = [];
    }
  }

  #record(kind: string, t: number, x: number, y: number): void {
    switch (kind) {
      case 'e': {
        const arrays = allocateEvents(1);
        [arrays.t[0], arrays.x[0], arrays.y[0], arrays.p[0]] = [t, x, y, 1];
        this.deliver(arrays, 1);
        return;
      }
      case 'r':
        this.startSegment();
        return;
      case 't':
        this.deliverSide('trigger', { tMicros: t, channel: x, edge: 'rising' });
        return;
      case 'i':
        this.account.dropped.invalid++;
        return;
      default:
        this.damage('CORRUPT_DATA', this.#offset - 4, `A record of kind "${kind}".`);
    }
  }

  protected end(): void {
    this.truncated(this.#held.length);
  }
}

class TestEncoder extends PushEncoder {
  #events = 0;
  patches: readonly BytePatch[] = [];

  constructor(options: EncoderOptions = {}) {
    super('Test', options);
  }

  protected header(): Uint8Array {
    return Uint8Array.of(...new TextEncoder().encode(MAGIC), 0);
  }

  protected encode({ t, x, y, length }: EventBatch): Uint8Array {
    this.#events += length;
    const records = Array.from({ length }, (_, i) => [101, t[i]!, x[i]!, y[i]!]);
    return Uint8Array.from(records.flat());
  }

  protected override end(): Uint8Array {
    this.patches = [{ byteOffset: 4, bytes: Uint8Array.of(this.#events) }];
    return new Uint8Array(0);
  }
}

/** The format's entry. */
export const testFormat: EventFormat = {
  id: 'test',
  name: 'Test',
  extensions: ['.test'],
  sideChannels: ['trigger'],
  streaming: true,
  sniff: (head) => (startsWith(head, MAGIC) ? { confidence: 'certain' } : null),
  createDecoder: (options) => new TestDecoder(options),
  createEncoder: (options) => new TestEncoder(options),
};

/** The bytes of a file: `e 5 1 2`, `r`, `t 7`. */
export function testFile(...records: readonly string[]): Uint8Array {
  const bytes = records.flatMap((record) => {
    const [kind, ...values] = record.split(' ');
    return [kind!.charCodeAt(0), ...[0, 1, 2].map((i) => Number(values[i] ?? 0))];
  });
  return Uint8Array.from([...new TextEncoder().encode(MAGIC), 0, ...bytes]);
}
