/** A recording on a host that answers ranges (RFC 9110, section 14). */
import { contentRange, strongValidator } from '../../formats/http-range.ts';
import type { RandomAccessSource } from '../../formats/index.ts';
import { streamChunks } from '../../formats/stream-chunks.ts';
import { RecordingAccessError, type RecordingErrorCode } from './errors.ts';

/** How a host is asked. */
export interface HttpSourceOptions {
  /** Sent with each request: credentials, for example. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Does the requests. Default `fetch`. */
  readonly fetch?: typeof fetch;
  /** Attempts in a row that may end without a byte more. Default 4. */
  readonly attempts?: number;
}

/** A host's answer about a file. */
interface About {
  readonly size: number;
  /** What the host sends the rest by; `null`: it says nothing that could tell a change. */
  readonly validator: string | null;
}

/** Between attempts, doubled each time. */
const FIRST_PAUSE_MS = 50;

/**
 * A recording by its URL, for `openRecording`. One byte is asked for, to learn the size. Each part is asked for by a range, of
 * the file as it was then (`If-Range` with its strong ETag or date); a body that is cut is asked for again from there on.
 * Of a host that states neither, a change is seen only where the size changes, or an index does not fit.
 *
 * @throws RecordingAccessError `NO_RANGES` for a host that sends whole files only, `CHANGED`, `BAD_ANSWER`, `CUT_SHORT`,
 * `UNREACHABLE`; the signal's reason. What it returns throws the same.
 *
 * @example
 * ```ts
 * import { httpSource } from 'saccade';
 * // A host of one file of three bytes.
 * const answer = (_: unknown, init?: RequestInit): Promise<Response> => {
 *   const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range')!)!.map(Number);
 *   const headers = { 'content-range': `bytes ${from}-${to}/3`, etag: '"1"' };
 *   return Promise.resolve(new Response(Uint8Array.of(1, 2, 3).slice(from, to! + 1), { status: 206, headers }));
 * };
 * const source = await httpSource('https://example.org/recording.raw', { fetch: answer });
 * console.log(source.size, Array.from(await source.read(1, 5))); // 3 [2, 3]
 * ```
 */
export async function httpSource(url: string, options: HttpSourceOptions = {}): Promise<RandomAccessSource> {
  const first = await request(url, 0, 1, null, options);
  await first.response.body?.cancel();
  const about = first.about;
  return {
    size: about.size,
    read: async (offset, length) => {
      const end = Math.min(offset + length, about.size);
      const bytes = new Uint8Array(Math.max(0, end - offset));
      let filled = 0;
      for await (const chunk of rangeChunks(url, offset, end, about, options)) {
        bytes.set(chunk, filled);
        filled += chunk.length;
      }
      return bytes;
    },
    chunks: (start, end) => rangeChunks(url, start, Math.min(end, about.size), about, options),
  };
}

/** The bytes `[start, end)`, asked for again where a body ends early. */
async function* rangeChunks(
  url: string,
  start: number,
  end: number,
  about: About,
  options: HttpSourceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { attempts = 4, signal } = options;
  let at = start;
  let fruitless = 0;
  while (at < end) {
    const before = at;
    let cause: unknown;
    try {
      const { response } = await request(url, at, end, about, options);
      for await (const chunk of response.body === null ? [] : streamChunks(response.body)) {
        if (at + chunk.length > end) throw wrong(url, 'BAD_ANSWER', 'more bytes than were asked for');
        at += chunk.length;
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RecordingAccessError && error.code !== 'UNREACHABLE') throw error;
      cause = error;
    }
    if (at === end) return;
    fruitless = at > before ? 0 : fruitless + 1;
    if (fruitless < attempts) await pause(FIRST_PAUSE_MS * 2 ** fruitless, signal);
    else if (cause instanceof RecordingAccessError) throw cause;
    else throw new RecordingAccessError('CUT_SHORT', `${url} ends at byte ${at} of ${end}.`, { cause });
  }
}

/** @param known what earlier answers said; `null` before the first. */
async function request(
  url: string,
  start: number,
  end: number,
  known: About | null,
  { headers, signal, fetch: ask = fetch }: HttpSourceOptions,
): Promise<{ response: Response; about: About }> {
  const told = { ...headers, range: `bytes=${start}-${end - 1}` };
  const ifRange = (known?.validator ?? null) === null ? {} : { 'if-range': known!.validator! };
  let response: Response;
  try {
    response = await ask(url, { headers: { ...told, ...ifRange }, ...(signal && { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new RecordingAccessError('UNREACHABLE', `${url} cannot be reached: ${(cause as Error).message}.`, {
      cause,
    });
  }
  try {
    return { response, about: aboutOf(url, response, start, end, known) };
  } catch (error) {
    response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

function aboutOf(url: string, response: Response, start: number, end: number, known: About | null): About {
  const { status, headers } = response;
  const validator = strongValidator(headers);
  if (status === 200 && known !== null && known.validator !== validator) throw changed(url);
  if (status === 200) {
    throw new RecordingAccessError(
      'NO_RANGES',
      `The host sends ${url} as a whole, not the part that was asked for: download it, or decode it in order.`,
    );
  }
  if (status >= 500 || status === 429) throw wrong(url, 'UNREACHABLE', `the status ${status}`);
  if (status === 416 && known !== null) throw changed(url);
  if (status !== 206) throw wrong(url, 'BAD_ANSWER', `the status ${status}`);
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity')
    throw wrong(url, 'BAD_ANSWER', 'a part packed once more, whose bytes cannot be told');
  const range = contentRange(headers.get('content-range'));
  if (range === null || range.total === null)
    throw wrong(url, 'BAD_ANSWER', 'a part of which it does not say which one, of how many bytes');
  if (known !== null && (range.total !== known.size || validator !== known.validator)) throw changed(url);
  if (range.start !== start || range.end > Math.min(end, range.total))
    throw wrong(url, 'BAD_ANSWER', `bytes ${range.start} to ${range.end}, asked for ${start} to ${end}`);
  return { size: range.total, validator };
}

function changed(url: string): RecordingAccessError {
  return new RecordingAccessError('CHANGED', `${url} changed while it was read. Open it again.`);
}

function wrong(url: string, code: RecordingErrorCode, what: string): RecordingAccessError {
  return new RecordingAccessError(code, `For a part of ${url} the host answers with ${what}.`);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
