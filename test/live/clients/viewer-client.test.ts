import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  encodeDisplay,
  encodeThumbnails,
  ViewerClient,
  type ClientSocket,
  type SocketEvent,
} from '../../../src/live/client.ts';

type Listener = (event: SocketEvent) => void;

/** A socket that does what the test says. */
class FakeSocket implements ClientSocket {
  binaryType = '';
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly closedWith: (number | undefined)[] = [];
  readonly #listeners: [string, Listener][] = [];

  send(data: string): void {
    this.sent.push(data);
  }

  close(code?: number): void {
    this.closedWith.push(code);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.push([type, listener]);
  }

  tell(type: string, event: SocketEvent = {}): void {
    for (const [own, listener] of this.#listeners) if (own === type) listener(event);
  }
}

function start(maxBackoffMs?: number): { viewer: ViewerClient; sockets: FakeSocket[]; statuses: string[] } {
  const sockets: FakeSocket[] = [];
  const statuses: string[] = [];
  const viewer = new ViewerClient({
    url: 'ws://host/view',
    createSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    ...(maxBackoffMs !== undefined && { maxBackoffMs }),
  });
  viewer.connection$.subscribe(({ status }) => statuses.push(status));
  viewer.connect();
  return { viewer, sockets, statuses };
}

/** Loses the connection; gives how long it takes until the next attempt. */
function waitAfterLoss(sockets: FakeSocket[], event?: SocketEvent): number {
  const before = sockets.length;
  sockets.at(-1)!.tell('close', event);
  for (let waited = 1; waited <= 100_000; waited++) {
    vi.advanceTimersByTime(1);
    if (sockets.length > before) return waited;
  }
  return Infinity;
}

const MESSAGE = JSON.stringify({ type: 'stats' });

describe('ViewerClient', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    // The longest wait that chance allows.
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('waits twice as long after every attempt in vain, up to the longest', () => {
    const { sockets } = start();
    expect(Array.from({ length: 8 }, () => waitAfterLoss(sockets))).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    const short = start(700);
    expect([0, 1, 2].map(() => waitAfterLoss(short.sockets))).toEqual([500, 700, 700]);
  });

  it('waits a random part of that', () => {
    vi.mocked(Math.random).mockReturnValueOnce(0.5).mockReturnValueOnce(0.25);
    const { sockets } = start();
    expect([0, 1].map(() => waitAfterLoss(sockets))).toEqual([250, 250]);
  });

  it('begins anew where the server spoke, not where a socket opened', () => {
    const { sockets } = start();
    for (const wait of [500, 1000, 2000]) expect(waitAfterLoss(sockets)).toBe(wait);
    sockets.at(-1)!.tell('open');
    expect(waitAfterLoss(sockets)).toBe(4000);
    sockets.at(-1)!.tell('message', { data: MESSAGE });
    expect(waitAfterLoss(sockets)).toBe(500);
  });

  it('leaves whoever does not speak the protocol, and tries again later and later', () => {
    const { sockets } = start();
    sockets[0]!.tell('message', { data: 'no message' });
    expect(sockets[0]!.closedWith).toEqual([1000]);
    expect(waitAfterLoss(sockets)).toBe(500);
    sockets[1]!.tell('message', { data: new ArrayBuffer(3) });
    expect(sockets[1]!.closedWith).toEqual([1000]);
    expect(waitAfterLoss(sockets)).toBe(1000);
  });

  it('tells how it is, and stops for good when it is closed', () => {
    const { viewer, sockets, statuses } = start();
    expect(sockets[0]!.binaryType).toBe('arraybuffer');
    sockets[0]!.tell('open');
    sockets[0]!.tell('error');
    waitAfterLoss(sockets);
    expect(statuses).toEqual(['connecting', 'connecting', 'open', 'waiting', 'connecting']);
    viewer.close();
    expect(statuses.at(-1)).toBe('closed');
    expect(sockets[1]!.closedWith).toEqual([1000]);
    expect(waitAfterLoss(sockets)).toBe(Infinity);
    // Closed while it waits for the next attempt.
    const waiting = start();
    waiting.sockets[0]!.tell('close');
    waiting.viewer.close();
    vi.advanceTimersByTime(100_000);
    expect(waiting.sockets.length).toBe(1);
  });

  it.each([1000, 1003, 1007, 1008, 1009, 4400, 4401, 4404, 4409])(
    'after %i it never comes back, and says why',
    (code) => {
      const { viewer, sockets, statuses } = start();
      let error: Error | null = null;
      viewer.connection$.subscribe((state) => ({ error } = state));
      sockets[0]!.tell('open');
      sockets[0]!.tell('message', { data: MESSAGE });
      expect(waitAfterLoss(sockets, { code, reason: 'so it is' })).toBe(Infinity);
      expect(statuses.at(-1)).toBe('closed');
      expect(error).toMatchObject({
        closeCode: code,
        message: expect.stringContaining('so it is') as string,
      });
    },
  );

  it('comes back at once after 1012, and leaves it for longer after 1013 and 4429', () => {
    const { sockets } = start();
    for (const wait of [500, 1000, 2000]) expect(waitAfterLoss(sockets, { code: 1006 })).toBe(wait);
    expect(waitAfterLoss(sockets, { code: 1012 })).toBe(500);
    sockets.at(-1)!.tell('message', { data: MESSAGE });
    expect(waitAfterLoss(sockets, { code: 1013 })).toBe(4000);
    expect(waitAfterLoss(sockets, { code: 4429 })).toBe(4000);
  });

  it('does not come back where the answer to its upgrade says so', () => {
    const { sockets, statuses } = start();
    sockets[0]!.tell('error', { message: 'Unexpected server response: 503' });
    expect(waitAfterLoss(sockets, { code: 1006 })).toBe(500);
    sockets[1]!.tell('error', { message: 'Unexpected server response: 401' });
    expect(waitAfterLoss(sockets, { code: 1006 })).toBe(Infinity);
    expect(statuses.at(-1)).toBe('closed');
  });

  it('says what it looks at when it can, and again after every connection', () => {
    const { viewer, sockets } = start();
    sockets[0]!.tell('open');
    expect(sockets[0]!.sent).toEqual([]);
    viewer.watch({ camera: 'a', thumbnails: false });
    const watch = '{"type":"watch","camera":"a","thumbnails":false}';
    expect(sockets[0]!.sent).toEqual([watch]);
    waitAfterLoss(sockets);
    viewer.watch({ camera: null, thumbnails: true });
    expect(sockets[1]!.sent).toEqual([]);
    sockets[1]!.tell('open');
    expect(sockets[1]!.sent).toEqual([watch.replace('"a"', 'null').replace('false', 'true')]);
    viewer.close();
  });

  it('hands out summaries one by one, and small pictures apart from display frames', () => {
    const { viewer, sockets } = start();
    const seen: string[] = [];
    viewer.summaries$.subscribe(({ camera }) => seen.push(`summary ${camera}`));
    viewer.thumbnails$.subscribe(({ camera }) => seen.push(`thumbnail ${camera}`));
    viewer.frames$.subscribe(({ camera }) => seen.push(`frame ${camera}`));
    const geometry = { width: 1, height: 1 };
    const planes = { on: Uint8Array.of(1), off: Uint8Array.of(0) };
    const display = (camera: string): Uint8Array =>
      encodeDisplay(0, { camera, geometry, sensor: geometry, ...planes, tMicros: 0 });
    const tell = (data: unknown): void => sockets[0]!.tell('message', { data });
    tell(JSON.stringify({ type: 'summaries', summaries: [{ camera: 'a' }, { camera: 'b' }] }));
    tell(encodeThumbnails(0, [display('c'), display('d')]).buffer);
    tell(display('e').buffer);
    expect(seen).toEqual(['summary a', 'summary b', 'thumbnail c', 'thumbnail d', 'frame e']);
    expect(sockets[0]!.closedWith).toEqual([]);
    viewer.close();
  });
});
