import { expect, it } from 'vitest';
import { ENGINE_DIGEST, ROUNDED_DIGEST } from '../../helpers/engine-digest.ts';

it(
  'trains in a worker of a browser, on one and on two threads, to the same bits as in Node',
  { timeout: 60_000 },
  async () => {
    const worker = new Worker(new URL('../../helpers/engine-digest.worker.ts', import.meta.url), {
      type: 'module',
    });
    const digest = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.terminate();
    expect(digest).toEqual([ENGINE_DIGEST, ROUNDED_DIGEST, ENGINE_DIGEST, ROUNDED_DIGEST]);
  },
);
