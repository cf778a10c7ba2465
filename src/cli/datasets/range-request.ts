/** Asks a host for a file from some byte on. */
import { contentRange, strongValidator } from '../../formats/http-range.ts';
import { packageVersion } from '../own-package.ts';
import { DownloadError } from './download-error.ts';
import { checkedHead, emptyAnswer, loginRequired } from './file-head.ts';
import { StallClock } from './stall-clock.ts';

/** What is asked for. */
export interface RangeRequest {
  readonly name: string;
  readonly url: string;
  /** First byte wanted. */
  readonly from: number;
  /** What the host called the file when the bytes before came: it sends the rest only of that one. */
  readonly validator: string | null;
  /** Longest time without a byte. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/** What the host sends. */
export interface RangeAnswer {
  /** Number of the first byte that comes: what was asked for, or 0. */
  readonly start: number;
  /** Length of the whole file, `null` where the host does not state it. */
  readonly total: number | null;
  /** Strong ETag or date of the file, for the next request; `null` where it has neither. */
  readonly validator: string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** No wait that a host asks for is longer. */
const MAX_RETRY_AFTER_MS = 60_000;

/** @throws DownloadError; the signal's reason when it aborts. */
export async function requestRange(request: RangeRequest): Promise<RangeAnswer> {
  const { url, from, validator, signal, stallMs } = request;
  const clock = new StallClock(stallMs, signal);
  try {
    const response = await fetch(url, {
      signal: clock.signal,
      headers: {
        // Packed on the way, its bytes could neither be counted nor asked for.
        'accept-encoding': 'identity',
        'user-agent': `saccade/${packageVersion()}`,
        ...(from > 0 && { range: `bytes=${from}-` }),
        ...(from > 0 && validator !== null && { 'if-range': validator }),
      },
    });
    return answerOf(response, request, clock);
  } catch (error) {
    throw clock.faultOf(error, url, 'UNREACHABLE');
  }
}

function answerOf(response: Response, request: RangeRequest, clock: StallClock): RangeAnswer {
  const { status, headers } = response;
  const { name, url, from } = request;
  const length = numberOf(headers.get('content-length'));
  if (status !== 200 && status !== 206) {
    clock.end();
    throw statusError(response, url);
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new DownloadError(
      'NOT_THE_FILE',
      url,
      `The host sends ${name} packed once more, as ${encoding}, though not asked to.`,
    );
  if (length === 0) throw emptyAnswer(url, 'The host answered with no bytes.');
  if (/(?:^|[/_.-])(?:log[-_]?in|sign[-_]?in|sso|oauth2?)(?:$|[/_.-])/i.test(new URL(response.url).pathname))
    throw loginRequired(url, 'The host leads to a page to log in.');
  const range = contentRange(headers.get('content-range'));
  const start = status === 206 ? requireStart(range?.start, request) : 0;
  const stated = status === 206 ? (range?.total ?? null) : length;
  const type = headers.get('content-type') ?? '';
  const body = clock.watch(response, url);
  return {
    start,
    total: stated,
    validator: strongValidator(headers),
    body: from > 0 && start === from ? body : checkedHead(body, { name, url, type }),
  };
}

function statusError({ status, headers }: Response, url: string): DownloadError {
  if (status === 401 || status === 403 || status === 407)
    return loginRequired(url, `The host refuses (${status}).`);
  if (status === 404 || status === 410)
    return new DownloadError('GONE', url, `The file is there no longer (${status}).`);
  if (status >= 200 && status < 300)
    return emptyAnswer(url, `The host answered ${status}, without the file.`);
  if (status === 416)
    return new DownloadError('WRONG_RANGE', url, 'The host has no such part of the file (416).');
  const passing = status === 408 || status === 425 || status === 429 || status >= 500;
  return new DownloadError('HTTP_STATUS', url, `The host answered ${status}.`, {
    passing,
    retryAfterMs: retryAfter(headers.get('retry-after')),
  });
}

function retryAfter(text: string | null): number {
  if (text === null) return 0;
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? 1000 * seconds : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, wait)) : 0;
}

function requireStart(start: number | undefined, { url, from }: RangeRequest): number {
  if (start === from && from > 0) return start;
  throw new DownloadError('WRONG_RANGE', url, `The host sends another part than that from byte ${from} on.`);
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
