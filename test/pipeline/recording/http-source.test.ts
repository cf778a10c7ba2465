import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import { createEncoder } from '../../../src/formats/index.ts';
import { httpSource, openRecording } from '../../../src/pipeline/index.ts';
import { canonicalText } from '../../helpers/decode.ts';
import { startFileHost } from '../../helpers/file-host.ts';
import { gathered, memorySource } from '../../helpers/recordings.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

const events = batchFromTuples(
  Array.from({ length: 100_000 }, (_, i) => [10 * i, i % 64, i % 48, i % 2] as const),
  { width: 64, height: 48 },
);
const bytes = encodeAll(createEncoder('evt3'), events);

interface Answer {
  readonly content?: Uint8Array;
  readonly etag?: string | null;
  /** Bytes of the body after which the connection ends. */
  readonly cutAfter?: number;
}

/** Answers a part as RFC 9110 says. */
function part(request: IncomingMessage, response: ServerResponse, answer: Answer = {}): void {
  const { content = bytes, etag = '"one"', cutAfter = Infinity } = answer;
  const { range, 'if-range': ifRange } = request.headers;
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(range!)!.map(Number) as [number, number, number];
  if (etag !== null) response.setHeader('etag', etag);
  if (ifRange !== undefined && ifRange !== etag) {
    response.writeHead(200).end(content);
    return;
  }
  const end = Math.min(content.length, last + 1);
  const headers = {
    'content-range': `bytes ${start}-${end - 1}/${content.length}`,
    'content-length': end - start,
  };
  response.writeHead(206, headers);
  const body = content.subarray(start, Math.min(end, start + cutAfter));
  if (body.length === end - start) response.end(body);
  else response.write(body, () => setTimeout(() => response.socket?.destroySoon(), 10));
}

describe('httpSource', () => {
  it('reads parts, with an index only those that are needed', async () => {
    const host = await startFileHost((request, response) => {
      part(request, response);
    });
    const index = await (await openRecording(memorySource(bytes))).buildIndex({ stretchBytes: 4096 });
    const recording = await openRecording(await httpSource(`${host.url}/x.raw`), { index });
    const found = await gathered(recording.events(500_000, 501_000));
    expect(found.length).toBe(100);
    expect(recording.bytesRead).toBeLessThan(bytes.length / 2);
    expect(host.seen.slice(1).every(({ ifRange }) => ifRange === '"one"')).toBe(true);
    expect(canonicalText(await gathered(recording.events()))).toBe(canonicalText(events));
  });

  it('goes on where a body was cut, and gives up where none comes', async () => {
    let cuts = 0;
    const host = await startFileHost((request, response, number) => {
      part(request, response, { cutAfter: number > 0 && cuts++ < 3 ? 50_000 : Infinity });
    });
    const recording = await openRecording(await httpSource(host.url));
    expect(canonicalText(await gathered(recording.events()))).toBe(canonicalText(events));
    expect(cuts).toBeGreaterThan(3);
    const dead = await startFileHost((request, response, number) => {
      part(request, response, { cutAfter: number > 0 ? 0 : Infinity });
    });
    const source = await httpSource(dead.url, { attempts: 2 });
    await expect(source.read(0, 1000)).rejects.toMatchObject({ code: 'CUT_SHORT' });
  });

  it.each([
    ['another ETag', { etag: '"two"' }],
    ['another size', { etag: null, content: bytes.slice(0, -4) }],
  ])('a file that changes between parts is an error: %s', async (_, change: Answer) => {
    const first: Answer = change.etag === null ? { etag: null } : {};
    const host = await startFileHost((request, response, number) => {
      part(request, response, number < 2 ? first : change);
    });
    const source = await httpSource(host.url);
    await source.read(0, 10);
    await expect(source.read(100, 10)).rejects.toMatchObject({ code: 'CHANGED' });
  });

  it.each([
    ['NO_RANGES', (response: ServerResponse) => response.writeHead(200).end(bytes)],
    ['BAD_ANSWER', (response: ServerResponse) => response.writeHead(404).end()],
    [
      'BAD_ANSWER',
      (response: ServerResponse) => response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('abcde'),
    ],
    ['BAD_ANSWER', (response: ServerResponse) => response.writeHead(206).end('a')],
    ['UNREACHABLE', (response: ServerResponse) => response.destroy()],
  ])('%s for a host that does not do it', async (code, answer) => {
    const host = await startFileHost((_, response) => {
      answer(response);
    });
    await expect(httpSource(host.url)).rejects.toMatchObject({ code });
  });

  it('a signal ends it', async () => {
    const host = await startFileHost((request, response, number) => {
      if (number === 0) part(request, response);
    });
    const abort = new AbortController();
    const source = await httpSource(host.url, { signal: abort.signal });
    const reading = source.read(0, 100);
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
