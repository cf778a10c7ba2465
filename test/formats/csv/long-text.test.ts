import { expect, it } from 'vitest';
import { SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { createDecoder } from '../../../src/formats/index.ts';
import { giveSpace, takeSpace } from '../../../src/formats/records/run-space.ts';

const LINES = 20_000;

/** Lines of 8 to 20 bytes, so that blocks end anywhere in them. */
function text(): { bytes: Uint8Array; events: number[][] } {
  const random = new SeededRandom(3);
  let t = 0;
  const events = Array.from({ length: LINES }, () => {
    t += random.integer(2000);
    return [t, random.integer(1000), random.integer(10), random.integer(2)];
  });
  const lines = events.map((event) => event.join(','));
  return { bytes: new TextEncoder().encode(`t,x,y,p\n${lines.join('\n')}\n`), events };
}

it.each([1 << 20, 65_536, 32_768, 1000, 17])(
  'what an earlier text left in memory is never read, in chunks of %i bytes',
  (size) => {
    const { bytes, events } = text();
    const space = takeSpace();
    const whole = new Uint8Array(space.input.buffer, space.input.byteOffset, space.input.length + 16);
    for (let at = 0; at + 8 <= whole.length; at += 8) whole.set(new TextEncoder().encode('0,0,0,1\n'), at);
    giveSpace(space);
    const decoder = createDecoder({ format: 'csv' });
    const found: EventBatch[] = [];
    for (let at = 0; at < bytes.length; at += size)
      found.push(...decoder.push(bytes.subarray(at, at + size)));
    found.push(...decoder.finish());
    const rows = found.flatMap(({ t, x, y, p, length }) =>
      Array.from({ length }, (_, i) => [t[i]!, x[i]!, y[i]!, p[i]!]),
    );
    expect(rows).toEqual(events);
  },
);
