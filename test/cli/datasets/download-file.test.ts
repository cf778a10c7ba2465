import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { DatasetFile } from '../../../datasets/index.ts';
import {
  downloadFile,
  type DownloadedFile,
  type DownloadOptions,
} from '../../../src/cli/datasets/download-file.ts';
import { SeededRandom } from '../../../src/events/index.ts';
import { serve, startFileHost, type FileHost } from '../../helpers/file-host.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const noise = (bytes: number, seed: number): Uint8Array => {
  const random = new SeededRandom(seed);
  return Uint8Array.from({ length: bytes }, () => random.integer(256));
};
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const content = noise(200_000, 1);
const other = noise(200_000, 2);
const page = '<!DOCTYPE html><html><body>Moved</body></html>';

/** A file of a host, with its hash. */
function fileOf(host: FileHost, more: Partial<DatasetFile> = {}): DatasetFile {
  return {
    name: 'a.bin',
    mirrors: [`${host.url}/a.bin`],
    hash: { algorithm: 'md5', hex: md5(content) },
    ...more,
  };
}

function fetchInto(
  folder: string,
  file: DatasetFile,
  more: Partial<DownloadOptions> = {},
): Promise<DownloadedFile> {
  return downloadFile(file, folder, {
    ...{ signal: new AbortController().signal, stallMs: 5000, attempts: 4, firstBackoffMs: 2 },
    ...more,
  });
}

/** Nothing but the file, and that whole. */
function expectWhole(folder: string, bytes: Uint8Array = content, name = 'a.bin'): void {
  expect(readdirSync(folder)).toEqual([name]);
  expect(md5(readFileSync(path.join(folder, name)))).toBe(md5(bytes));
}

/** Each request goes on where the one before ended or in front of that: what was on its way when a line broke is lost. */
function expectOnward({ seen }: FileHost): void {
  const starts = seen.map(({ range }) => Number(/\d+/.exec(range ?? '0')![0]));
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  for (const { range, ifRange } of seen) expect(ifRange).toBe(range === null ? null : '"one"');
}

/** A part as an interrupted run leaves it. */
function leavePart(folder: string, bytes: Uint8Array, origin: object): void {
  writeFileSync(path.join(folder, '.a.bin.part'), bytes);
  writeFileSync(path.join(folder, '.a.bin.part.json'), JSON.stringify(origin));
}

describe('a host that', () => {
  it('is good: the file, its hashes, every byte once', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const folder = temporaryFolder();
    const progress: number[] = [];
    const found = await fetchInto(folder, fileOf(host), { onProgress: (bytes) => progress.push(bytes) });
    expect(found).toMatchObject({
      name: 'a.bin',
      bytes: content.length,
      resumedFrom: 0,
      checked: true,
      md5: md5(content),
    });
    expect(progress.at(-1)).toBe(content.length);
    expect(host.seen).toEqual([{ path: '/a.bin', range: null, ifRange: null }]);
    expectWhole(folder);
  });

  it('cuts: goes on from the byte where it ended, of the same file', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }, 70_000));
    const folder = temporaryFolder();
    await fetchInto(folder, fileOf(host));
    expectOnward(host);
    expectWhole(folder);
  });

  it('cuts for ever: ends after so many attempts, and another run goes on', async () => {
    let most = 10_000;
    const host = await startFileHost((request, response) => serve(request, response, { content }, most));
    const folder = temporaryFolder();
    await expect(fetchInto(folder, fileOf(host))).rejects.toMatchObject({
      code: 'CUT_SHORT',
      name: 'DownloadError',
    });
    expect(host.seen).toHaveLength(4);
    expect(existsSync(path.join(folder, 'a.bin'))).toBe(false);
    most = Infinity;
    const { resumedFrom } = await fetchInto(folder, fileOf(host));
    expect(resumedFrom).toBeLessThanOrEqual(40_000);
    expect(host.seen.at(-1)!.range).toBe(resumedFrom === 0 ? null : `bytes=${resumedFrom}-`);
    expectWhole(folder);
  });

  it('stalls: is given up after the stated time and asked for the rest', async () => {
    const host = await startFileHost((request, response, number) => {
      if (number > 0) return serve(request, response, { content });
      response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
      response.write(content.subarray(0, 50_000));
    });
    const folder = temporaryFolder();
    const notes: string[] = [];
    await fetchInto(folder, fileOf(host), { stallMs: 150, onNote: (note) => notes.push(note) });
    expect(notes.join()).toMatch(/No byte came for 0\.15 s/);
    expect(host.seen[1]!.range ?? 'bytes=0-').toMatch(/^bytes=\d+-$/);
    expectWhole(folder);
  });

  it('never answers', async () => {
    const host = await startFileHost(() => undefined);
    const waiting = fetchInto(temporaryFolder(), fileOf(host), { stallMs: 50, attempts: 2 });
    await expect(waiting).rejects.toMatchObject({ code: 'STALLED' });
    expect(host.seen).toHaveLength(2);
  });

  it('states too great a length', async () => {
    const host = await startFileHost((_, response) => {
      response.writeHead(200, { 'content-length': content.length + 1000 });
      response.write(content, () => response.socket?.destroySoon());
    });
    await expect(fetchInto(temporaryFolder(), fileOf(host))).rejects.toMatchObject({ code: 'CUT_SHORT' });
  });

  it('states too small a length: the hash tells', async () => {
    const host = await startFileHost((request, response) =>
      serve(request, response, { content: content.subarray(0, 150_000) }),
    );
    const folder = temporaryFolder();
    await expect(fetchInto(folder, fileOf(host))).rejects.toMatchObject({ code: 'WRONG_HASH' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has a file of another length than a source states', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const file = fileOf(host, { bytes: 199_999 });
    await expect(fetchInto(temporaryFolder(), file)).rejects.toMatchObject({ code: 'WRONG_LENGTH' });
    expect(host.seen).toHaveLength(1);
  });

  it('sends more than a source states, without saying so', async () => {
    const host = await startFileHost((_, response) => response.end(content));
    const folder = temporaryFolder();
    const file = fileOf(host, { bytes: 100_000 });
    await expect(fetchInto(folder, file)).rejects.toMatchObject({ code: 'WRONG_LENGTH' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['202 and nothing', 202, ''],
    ['204', 204, ''],
    ['200 and nothing', 200, ''],
  ])('answers %s', async (_, status, body) => {
    const host = await startFileHost((__, response) => response.writeHead(status).end(body));
    const folder = temporaryFolder();
    await expect(fetchInto(folder, fileOf(host))).rejects.toMatchObject({ code: 'EMPTY_ANSWER' });
    expect(host.seen).toHaveLength(4);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['text/html; charset=utf-8', 'application/zip'])('sends a page as %s', async (type) => {
    const host = await startFileHost((_, response) => response.setHeader('content-type', type).end(page));
    const folder = temporaryFolder();
    const file = { name: 'a.zip', mirrors: [`${host.url}/a.zip`] };
    await expect(fetchInto(folder, file)).rejects.toMatchObject({ code: 'NOT_THE_FILE' });
    expect(host.seen).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('sends no zip archive as one', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const file = { name: 'a.zip', mirrors: [`${host.url}/a.zip`] };
    await expect(fetchInto(temporaryFolder(), file)).rejects.toMatchObject({ code: 'NOT_THE_FILE' });
  });

  it('sends half an archive whose hash nobody states', async () => {
    const archive = zipSync({ 'x/1.bin': content }, { level: 0 });
    let sent = archive.subarray(0, 100_000);
    const host = await startFileHost((request, response) => serve(request, response, { content: sent }));
    const folder = temporaryFolder();
    const file = { name: 'a.zip', mirrors: [`${host.url}/a.zip`] };
    await expect(fetchInto(folder, file)).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
    expect(readdirSync(folder)).toEqual([]);
    sent = archive;
    expect(await fetchInto(folder, file)).toMatchObject({ checked: false, bytes: archive.length });
    expectWhole(folder, archive, 'a.zip');
  });

  it.each([
    ['401', (host: FileHost) => `${host.url}/401`],
    ['403', (host: FileHost) => `${host.url}/403`],
    ['a redirect to a page to log in', (host: FileHost) => `${host.url}/away`],
    ['a page with a password', (host: FileHost) => `${host.url}/page`],
  ])('wants a login: %s', async (_, address) => {
    const host = await startFileHost(({ url }, response) => {
      if (url === '/away') response.writeHead(302, { location: '/users/sign_in' }).end();
      else if (url === '/page') response.end('<html><form><input type="password"></form></html>');
      else if (url === '/users/sign_in') response.end('<html>who are you</html>');
      else response.writeHead(Number(url!.slice(1))).end();
    });
    const file = { name: 'a.bin', mirrors: [address(host)] };
    await expect(fetchInto(temporaryFolder(), file)).rejects.toMatchObject({
      code: 'LOGIN_REQUIRED',
      message: expect.stringContaining('in a browser'),
    });
    expect(host.seen.length).toBeLessThanOrEqual(2);
  });

  it('redirects', async () => {
    const host = await startFileHost((request, response) => {
      if (request.url !== '/real') response.writeHead(302, { location: '/real' }).end();
      else serve(request, response, { content }, 150_000);
    });
    const folder = temporaryFolder();
    await fetchInto(folder, fileOf(host));
    expect(host.seen.map(({ path: at }) => at)).toEqual(['/a.bin', '/real', '/a.bin', '/real']);
    expect(host.seen[3]!.range).toBe(host.seen[2]!.range);
    expectWhole(folder);
  });

  it('has no ranges: begins anew', async () => {
    const host = await startFileHost((request, response, number) =>
      serve(request, response, { content, ranges: false }, number === 0 ? 90_000 : Infinity),
    );
    const folder = temporaryFolder();
    const notes: string[] = [];
    await fetchInto(folder, fileOf(host), { onNote: (note) => notes.push(note) });
    expect(notes.join()).toMatch(/begins anew/);
    expectWhole(folder);
  });

  it('has no ranges and cuts at one place for ever', async () => {
    const host = await startFileHost((request, response) =>
      serve(request, response, { content, ranges: false }, 90_000),
    );
    await expect(fetchInto(temporaryFolder(), fileOf(host))).rejects.toMatchObject({ code: 'CUT_SHORT' });
    expect(host.seen).toHaveLength(4);
  });

  it.each([
    ['heeds If-Range', true],
    ['ignores it, another ETag', false],
  ])('changes the file between ranges and %s', async (_, heeds) => {
    const host = await startFileHost((request, response, number) => {
      if (number === 0) return serve(request, response, { content: other, etag: '"old"' }, 90_000);
      if (!heeds) delete request.headers['if-range'];
      serve(request, response, { content, etag: '"new"' });
    });
    const folder = temporaryFolder();
    // No hash: only the host can tell.
    await fetchInto(folder, { name: 'a.bin', mirrors: [`${host.url}/a.bin`] });
    expectWhole(folder);
  });

  it('changes the file and says nothing: never joined where no hash tells, thrown away where one does', async () => {
    for (const hash of [undefined, fileOf({ url: '', seen: [] }).hash]) {
      const host = await startFileHost((request, response, number) =>
        serve(
          request,
          response,
          { content: number === 0 ? other : content, etag: null },
          number === 0 ? 90_000 : Infinity,
        ),
      );
      const folder = temporaryFolder();
      await fetchInto(folder, { name: 'a.bin', mirrors: [`${host.url}/a.bin`], ...(hash && { hash }) });
      expectWhole(folder);
    }
  });

  it('sends another part than was asked for', async () => {
    const host = await startFileHost((request, response, number) => {
      if (number === 0) return serve(request, response, { content }, 90_000);
      if (request.headers.range === undefined) return serve(request, response, { content });
      response.writeHead(206, { 'content-range': `bytes 5-${content.length - 1}/${content.length}` });
      response.end(content.subarray(5));
    });
    const folder = temporaryFolder();
    await fetchInto(folder, fileOf(host));
    expectWhole(folder);
  });

  it('is busy: waits as long as it says, within bounds', async () => {
    const host = await startFileHost((request, response, number) => {
      if (number < 2) response.writeHead(503, { 'retry-after': '0' }).end();
      else serve(request, response, { content });
    });
    const folder = temporaryFolder();
    await fetchInto(folder, fileOf(host));
    expect(host.seen).toHaveLength(3);
    expectWhole(folder);
  });

  it('has it no longer, is not there at all', async () => {
    const host = await startFileHost((_, response) => response.writeHead(404).end());
    await expect(fetchInto(temporaryFolder(), fileOf(host))).rejects.toMatchObject({ code: 'GONE' });
    expect(host.seen).toHaveLength(1);
    const nobody = { name: 'a.bin', mirrors: ['http://127.0.0.1:1/a.bin'] };
    await expect(fetchInto(temporaryFolder(), nobody)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

describe('mirrors', () => {
  it('are asked in order; bytes of one are gone on with at another where a hash tells', async () => {
    const cutting = await startFileHost((request, response) => serve(request, response, { content }, 30_000));
    const good = await startFileHost((request, response) =>
      serve(request, response, { content, etag: '"two"' }),
    );
    const folder = temporaryFolder();
    const file = fileOf(cutting, { mirrors: [`${cutting.url}/a.bin`, `${good.url}/b.bin`] });
    expect(await fetchInto(folder, file, { attempts: 2 })).toMatchObject({
      url: `${good.url}/b.bin`,
      checked: true,
    });
    expect(good.seen).toHaveLength(1);
    expect(good.seen[0]).toMatchObject({ path: '/b.bin', ifRange: null });
    expectWhole(folder);
  });

  it('bytes of one are not joined with those of another where nothing tells', async () => {
    const cutting = await startFileHost((request, response) =>
      serve(request, response, { content: other }, 30_000),
    );
    const good = await startFileHost((request, response) => serve(request, response, { content }));
    const folder = temporaryFolder();
    const mirrors = [`${cutting.url}/a.bin`, `${good.url}/a.bin`];
    await fetchInto(folder, { name: 'a.bin', mirrors }, { attempts: 2 });
    expect(good.seen[0]!.range).toBe(null);
    expectWhole(folder);
  });

  it('that all fail are all named', async () => {
    const gone = await startFileHost((_, response) => response.writeHead(404).end());
    const login = await startFileHost((_, response) => response.writeHead(401).end());
    const file = fileOf(gone, { mirrors: [`${gone.url}/a`, `${login.url}/b`] });
    await expect(fetchInto(temporaryFolder(), file)).rejects.toMatchObject({
      code: 'ALL_MIRRORS_FAILED',
      message: expect.stringMatching(/GONE: .*LOGIN_REQUIRED: /),
    });
  });
});

describe('a part', () => {
  it('of an earlier run without a word about its origin is not gone on with', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, '.a.bin.part'), other);
    expect(await fetchInto(folder, fileOf(host))).toMatchObject({ resumedFrom: 0 });
    expectWhole(folder);
  });

  it('is gone on with from its last byte, by the name that the host gave the file', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const folder = temporaryFolder();
    const url = `${host.url}/a.bin`;
    leavePart(folder, content.subarray(0, 90_000), { url, validator: '"one"', total: content.length });
    expect(await fetchInto(folder, fileOf(host))).toMatchObject({ resumedFrom: 90_000, checked: true });
    expect(host.seen).toEqual([{ path: '/a.bin', range: 'bytes=90000-', ifRange: '"one"' }]);
    expectWhole(folder);
  });

  it('of another mirror is gone on with where a hash tells, and thrown away where it was of another file', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const origin = { url: 'http://127.0.0.1:1/a.bin', validator: '"x"', total: content.length };
    for (const [bytes, ranges] of [
      [content, ['bytes=90000-']],
      [other, ['bytes=90000-', null]],
    ] as const) {
      const folder = temporaryFolder();
      leavePart(folder, bytes.subarray(0, 90_000), origin);
      const before = host.seen.length;
      await fetchInto(folder, fileOf(host));
      expect(host.seen.slice(before).map(({ range, ifRange }) => [range, ifRange])).toEqual(
        ranges.map((range) => [range, null]),
      );
      expectWhole(folder);
    }
    const folder = temporaryFolder();
    leavePart(folder, content.subarray(0, 90_000), origin);
    const before = host.seen.length;
    await fetchInto(folder, { name: 'a.bin', mirrors: [`${host.url}/a.bin`] });
    expect(host.seen.slice(before).map(({ range }) => range)).toEqual([null]);
    expectWhole(folder);
  });

  it('that is whole is not asked for again', async () => {
    const host = await startFileHost((request, response) => serve(request, response, { content }));
    const folder = temporaryFolder();
    leavePart(folder, content, { url: `${host.url}/a.bin`, validator: '"one"', total: content.length });
    expect(await fetchInto(folder, fileOf(host))).toMatchObject({ resumedFrom: content.length });
    expect(host.seen).toEqual([]);
    expectWhole(folder);
  });

  it('stays when the run is interrupted', async () => {
    const abort = new AbortController();
    const host = await startFileHost((_, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
      response.write(content.subarray(0, 80_000));
    });
    const folder = temporaryFolder();
    const reason = new Error('enough');
    const running = fetchInto(folder, fileOf(host), {
      signal: abort.signal,
      onProgress: (bytes) => {
        if (bytes === 80_000) abort.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(readdirSync(folder).sort()).toEqual(['.a.bin.part', '.a.bin.part.json']);
    expect(readFileSync(path.join(folder, '.a.bin.part'))).toHaveLength(80_000);
  });
});
