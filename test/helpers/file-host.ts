/** A host of files on loopback that behaves as badly as it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** What was asked. */
export interface SeenRequest {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
}

/** Answers a request, by its number from 0. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A host that runs until the test ends. */
export interface FileHost {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

export async function startFileHost(behaviour: Behaviour): Promise<FileHost> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { range = null, 'if-range': ifRange = null } = request.headers;
    seen.push({ path: request.url!, range, ifRange: ifRange as string | null });
    behaviour(request, response, seen.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, seen };
}

/** What a good host knows of a file. */
export interface ServedFile {
  readonly content: Uint8Array;
  /** `null`: none. */
  readonly etag?: string | null;
  readonly ranges?: boolean;
}

/** Answers as a good host does, and ends the connection after `cutAfter` bytes of the body. */
export function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { content, etag = '"one"', ranges = true }: ServedFile,
  cutAfter: number = Infinity,
): void {
  const { range, 'if-range': ifRange } = request.headers;
  const asked =
    ranges && (ifRange === undefined || ifRange === etag) ? /^bytes=(\d+)-$/.exec(range ?? '') : null;
  const from = asked === null ? 0 : Number(asked[1]);
  if (etag !== null) response.setHeader('etag', etag);
  if (asked !== null && from >= content.length) {
    response.writeHead(416).end();
    return;
  }
  if (asked !== null)
    response.setHeader('content-range', `bytes ${from}-${content.length - 1}/${content.length}`);
  response.setHeader('content-type', 'application/octet-stream');
  response.writeHead(asked === null ? 200 : 206, { 'content-length': content.length - from });
  const body = content.subarray(from, Math.min(content.length, from + cutAfter));
  if (body.length === content.length - from) response.end(body);
  // What was written still arrives.
  else response.write(body, () => setTimeout(() => response.socket?.destroySoon(), 30));
}
