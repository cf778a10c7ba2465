import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { LiveCamera } from '../../../src/live/camera/live-camera.ts';
import { CameraRegistry } from '../../../src/live/ingest/camera-registry.ts';
import {
  decodeDisplay,
  DEFAULT_LIMITS,
  type CameraMessage,
  type StatsMessage,
} from '../../../src/live/index.ts';
import { ViewerHub } from '../../../src/live/viewers/viewer-hub.ts';
import { engine } from '../../helpers/live.ts';

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
const stats = { type: 'stats', camera: 'c' } as StatsMessage;
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
    hub.broadcast(stats);
    slow.bufferedAmount = 1001;
    hub.broadcast(stats);
    vi.advanceTimersByTime(250);
    slow.bufferedAmount = 0;
    hub.broadcast(stats);
    slow.bufferedAmount = 1001;
    vi.advanceTimersByTime(250);
    hub.broadcast(stats);
    expect(slow.sent).toHaveLength(2);
    expect(slow.closed).toEqual([]);
    expect(healthy.sent).toHaveLength(4);
  });

  it('is closed with 1013 when that lasts too long', () => {
    const slow = viewer();
    slow.bufferedAmount = 5000;
    hub.broadcast(stats);
    vi.advanceTimersByTime(300);
    hub.broadcast(stats);
    expect(slow.closed).toEqual([]);
    vi.advanceTimersByTime(1);
    hub.broadcast(stats);
    hub.broadcast(stats);
    expect(slow.closed).toEqual([1013]);
    expect(slow.sent).toEqual([]);
  });

  it('is told the newest state of each camera when it reads again, before anything else', () => {
    const slow = viewer();
    slow.bufferedAmount = 5000;
    hub.announce(camera);
    hub.announce({ ...camera, camera: 'd' });
    hub.announce({ ...camera, connected: false });
    expect(slow.sent).toEqual([]);
    slow.bufferedAmount = 0;
    hub.broadcast(stats);
    expect(slow.sent).toEqual([{ ...camera, connected: false }, { ...camera, camera: 'd' }, stats]);
  });

  it('is told them also if nothing else happens, and closed if it never reads', () => {
    const [late, hopeless] = [viewer(), viewer()];
    late.bufferedAmount = 5000;
    hopeless.bufferedAmount = 5000;
    hub.announce(camera);
    vi.advanceTimersByTime(100);
    late.bufferedAmount = 0;
    vi.advanceTimersByTime(300);
    expect(late.sent).toEqual([camera]);
    expect(hopeless.sent).toEqual([]);
    expect(hopeless.closed).toEqual([1013]);
  });
});

describe('a camera whose state changes faster than pictures come', () => {
  it('is told in its newest state, and in front of its decision', () => {
    const watching = viewer();
    const state = (i: number): CameraMessage => ({ ...camera, segment: { name: `${i}`, label: null } });
    for (let i = 0; i < 1000; i++) hub.announce(state(i));
    expect(watching.sent.length).toBeLessThan(10);
    hub.broadcast(stats);
    expect(watching.sent.slice(-2)).toEqual([state(999), stats]);
    for (let i = 0; i < 1000; i++) hub.announce(state(i));
    vi.advanceTimersByTime(40);
    expect(watching.sent.at(-1)).toEqual(state(999));
    expect(watching.sent.length).toBeLessThan(20);
    hub.announce(state(1));
    expect(watching.sent.at(-1)).toEqual(state(1));
  });
});

describe('what dashboards are shown', () => {
  const connection = (overrides: object): LiveCamera =>
    ({
      session: '',
      isOpen: true,
      takeDisplay: () => null,
      takeStats: () => null,
      describe: () => camera,
      terminate: vi.fn(),
      ...overrides,
    }) as unknown as LiveCamera;

  it('pictures 30 times a second, statistics four times, of every camera', async () => {
    const geometry = { width: 1, height: 1 };
    const frame = {
      camera: 'a',
      geometry,
      sensor: geometry,
      on: Uint8Array.of(1),
      off: Uint8Array.of(2),
      tMicros: -3,
    };
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
