import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteQueue } from '../../src/formats/byte-queue.ts';

/** What happens to a queue: a chunk comes, bytes are taken or skipped, the push ends. */
const action = fc.oneof(
  fc.record({ push: fc.nat(40) }),
  fc.record({ take: fc.nat(30) }),
  fc.record({ skip: fc.nat(30) }),
  fc.constant({ keep: true }),
);

it('gives the bytes that came, in order, whoever owns the memory', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = new ByteQueue();
      const waiting: number[] = [];
      let next = 0;
      let taken = 0;
      /** The chunk last pushed, whose owner reuses it once the push has ended. */
      let chunk = new Uint8Array(0);
      /** What was taken since. */
      let views: { readonly bytes: Uint8Array; readonly expected: readonly number[] }[] = [];
      const endPush = (): void => {
        for (const { bytes, expected } of views) expect(Array.from(bytes)).toEqual(expected);
        views = [];
        queue.keep();
        chunk.fill(0);
      };
      for (const step of actions) {
        if ('push' in step) {
          endPush();
          chunk = Uint8Array.from({ length: step.push }, () => next++ & 0xff);
          queue.push(chunk);
          waiting.push(...chunk);
        } else if ('take' in step) {
          const expected = step.take > waiting.length ? null : waiting.splice(0, step.take);
          const bytes = queue.take(step.take);
          expect(bytes === null ? null : Array.from(bytes)).toEqual(expected);
          if (bytes !== null) views.push({ bytes, expected: expected! });
          taken += expected?.length ?? 0;
        } else if ('skip' in step) {
          const skipped = waiting.splice(0, step.skip).length;
          expect(queue.skip(step.skip)).toBe(skipped);
          taken += skipped;
        } else {
          endPush();
        }
        expect(queue.length).toBe(waiting.length);
        expect(queue.offset).toBe(taken);
      }
    }),
    { numRuns: 500 },
  );
});
