import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { CameraConnection } from '../../src/live/camera-connection.ts';
import { CameraRegistry } from '../../src/live/camera-registry.ts';
import { decodeDisplay, DEFAULT_LIMITS } from '../../src/live/index.ts';
import { ViewerHub } from '../../src/live/viewer-hub.ts';
import { engine } from '../helpers/live.ts';

/** A dashboard's socket of which a test says how much waits in it. */
class StubSocket {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: unknown[] = [];
  readonly closed: number[] = [];
  readonly #listeners = new Map<string, () => void>();

  on(type: string, listener: () => void): void {
    this.#listeners.set(type, listener);
  }

  send(data: string | Uint8Array): void {
    this.sent.push(typeof data === 'string' ? (JSON.parse(data) as unknown) : decodeDisplay(data));
  }

  close(code: number): void {
    this.closed.push(code);
    this.readyState = 2;
  }

  leave(): void {
    this.#listeners.get('close')?.();
  }

  get socket(): WebSocket {
    return this as unknown as WebSocket;
  }
}

const limits = { ...DEFAULT_LIMITS, viewerHighWaterBytes: 1000, viewerPatienceMs: 300 };
const camera = { type: 'camera', camera: 'c', connected: true, segment: null } as const;
const ends: string[] = [];
let registry: CameraRegistry;
let hub: ViewerHub;

beforeEach(() => {
  vi.useFakeTimers();
  ends.length = 0;
  registry = new CameraRegistry(1000);
  hub = new ViewerHub(engine.model, limits, registry, (what, end, run) => {
    try {
      run();
    } catch {
      ends.push(what);
      end();
    }
  });
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

function viewer(): StubSocket {
  const stub = new StubSocket();
  hub.add(stub.socket);
  stub.sent.length = 0;
  return stub;
}

describe('a dashboard that does not read', () => {
  it('misses messages above the limit, gets them at it, and is forgiven when it reads again', () => {
    const [slow, healthy] = [viewer(), viewer()];
    slow.bufferedAmount = 1000;
    hub.broadcast(camera);
    slow.bufferedAmount = 1001;
    hub.broadcast(camera);
    vi.advanceTimersByTime(250);
    slow.bufferedAmount = 0;
    hub.broadcast(camera);
    slow.bufferedAmount = 1001;
    vi.advanceTimersByTime(250);
    hub.broadcast(camera);
    expect(slow.sent).toHaveLength(2);
    expect(slow.closed).toEqual([]);
    expect(healthy.sent).toHaveLength(4);
  });

  it('is closed with 1013 when that lasts too long', () => {
    const slow = viewer();
    slow.bufferedAmount = 5000;
    hub.broadcast(camera);
    vi.advanceTimersByTime(300);
    hub.broadcast(camera);
    expect(slow.closed).toEqual([]);
    vi.advanceTimersByTime(1);
    hub.broadcast(camera);
    hub.broadcast(camera);
    expect(slow.closed).toEqual([1013]);
    expect(slow.sent).toEqual([]);
  });
});

describe('what dashboards are shown', () => {
  const connection = (overrides: object): CameraConnection =>
    ({
      session: '',
      isOpen: true,
      takeDisplay: () => null,
      takeStats: () => null,
      describe: () => camera,
      terminate: vi.fn(),
      ...overrides,
    }) as unknown as CameraConnection;

  it('pictures 30 times a second, statistics four times, of every camera', async () => {
    const geometry = { width: 1, height: 1 };
    const frame = { camera: 'a', geometry, on: Uint8Array.of(1), off: Uint8Array.of(2), tMicros: -3 };
    await registry.claim('a', connection({ takeDisplay: () => frame }), undefined);
    await registry.claim('b', connection({ takeStats: () => ({ type: 'stats', camera: 'b' }) }), undefined);
    const watching = viewer();
    vi.advanceTimersByTime(1001);
    const pictures = watching.sent.filter((message) => 'geometry' in (message as object));
    expect(pictures).toHaveLength(30);
    expect(pictures[0]).toMatchObject(frame);
    expect(watching.sent).toHaveLength(30 + 4);
    watching.leave();
    vi.advanceTimersByTime(1000);
    expect(watching.sent).toHaveLength(34);
    expect(hub.size).toBe(0);
  });

  it('events that nobody watched are not kept for who comes', async () => {
    const takeDisplay = vi.fn(() => null);
    await registry.claim('a', connection({ takeDisplay }), undefined);
    vi.advanceTimersByTime(500);
    expect(takeDisplay).toHaveBeenCalled();
  });

  it('a camera whose statistics fail is ended; others are shown', async () => {
    const broken = connection({
      takeStats: () => {
        throw new Error('broken');
      },
    });
    await registry.claim('a', broken, undefined);
    await registry.claim('b', connection({ takeStats: () => ({ type: 'stats', camera: 'b' }) }), undefined);
    const watching = viewer();
    vi.advanceTimersByTime(260);
    expect(ends).toEqual(['statistics']);
    expect(broken.terminate).toHaveBeenCalledOnce();
    expect(watching.sent).toEqual([{ type: 'stats', camera: 'b' }]);
  });
});
