/** Whether bytes can be the beginning of a file of that name. */
import { DownloadError } from './download-error.ts';

/** Enough to tell a web page from data, and whether it asks who one is. */
const HEAD_BYTES = 16_384;

/** First bytes by the end of the name. */
const MAGIC: readonly (readonly [ending: string, bytes: readonly number[]])[] = [
  ['.zip', [0x50, 0x4b]],
  ['.gz', [0x1f, 0x8b]],
  ['.tgz', [0x1f, 0x8b]],
];

/** Passes bytes on once the first of them were looked at. @throws DownloadError `NOT_THE_FILE`, `LOGIN_REQUIRED`, `EMPTY_ANSWER` */
export async function* checkedHead(
  chunks: AsyncIterable<Uint8Array>,
  { name, url, type }: { readonly name: string; readonly url: string; readonly type: string },
): AsyncGenerator<Uint8Array, void, undefined> {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let checked = false;
  const check = (): void => {
    checked = true;
    checkHead(Buffer.concat(waiting), name, url, type);
  };
  let fault: Error | undefined;
  try {
    for await (const chunk of chunks) {
      if (checked) {
        yield chunk;
        continue;
      }
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < HEAD_BYTES) continue;
      check();
      yield* waiting;
    }
  } catch (error) {
    if (checked || bytes === 0) throw error;
    // What came before the connection broke is good all the same.
    fault = error as Error;
  }
  if (checked) return;
  check();
  yield* waiting;
  if (fault !== undefined) throw fault;
}

function checkHead(head: Buffer, name: string, url: string, type: string): void {
  if (head.length === 0) throw emptyAnswer(url, 'The host answered with no bytes.');
  const text = head.toString('latin1').trimStart().toLowerCase();
  if (/^text\/html\b/i.test(type) || /^<(?:!doctype html|html|head|\?xml)/.test(text)) {
    if (/type=["']?password|sign in|log ?in\b|captcha/.test(text))
      throw loginRequired(url, 'The host shows a page to log in.');
    throw new DownloadError(
      'NOT_THE_FILE',
      url,
      `The host sends a web page in place of ${name}. Open the address in a browser: it may ask something, or the file moved.`,
    );
  }
  const magic = MAGIC.find(([ending]) => name.toLowerCase().endsWith(ending));
  if (magic === undefined || magic[1].every((byte, i) => head[i] === byte)) return;
  throw new DownloadError(
    'NOT_THE_FILE',
    url,
    `What the host sends is no ${magic[0]} file as ${name} must be.`,
  );
}

/** A host that wants a person. */
export function loginRequired(url: string, problem: string): DownloadError {
  return new DownloadError(
    'LOGIN_REQUIRED',
    url,
    `${problem} Open the address in a browser, log in or agree there, save the file in the folder of the download, and run \`saccade datasets verify\`.`,
  );
}

/** A success with nothing in it. */
export function emptyAnswer(url: string, problem: string): DownloadError {
  return new DownloadError(
    'EMPTY_ANSWER',
    url,
    `${problem} Hosts do so to programs that they take for robots.`,
  );
}
