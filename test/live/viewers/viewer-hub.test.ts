import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { LiveCamera } from '../../../src/live/camera/live-camera.ts';
import { CameraRegistry } from '../../../src/live/ingest/camera-registry.ts';
import {
  decodeDisplay,
  DEFAULT_LIMITS,
  KIND,
  decodeThumbnails,
  type CameraMessage,
  type CameraSummary,
  type DecisionMessage,
  type DisplayFrame,
  type Watch,
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
  readonly #listeners = new Map<string, (data?: unknown, isBinary?: boolean) => void>();

  on(type: string, listener: (data?: unknown, isBinary?: boolean) => void): void {
    this.#listeners.set(type, listener);
  }

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.sent.push(JSON.parse(data) as unknown);
    else this.sent.push(data[3] === KIND.thumbnails ? decodeThumbnails(data) : decodeDisplay(data));
  }

  say(message: unknown, isBinary = false): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.#listeners.get('message')?.(Buffer.from(text), isBinary);
  }

  watch(name: string | null, thumbnails = false): void {
    this.say({ type: 'watch', camera: name, thumbnails } satisfies Watch);
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
const decision = {
  type: 'decision',
  camera: 'c',
  segment: null,
  final: true,
  flushed: false,
  classIndex: 1,
  label: 'b',
  scores: [0.2, 0.8],
  windowEvents: 50,
  latencyMs: 2,
} as unknown as DecisionMessage;
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

/** Has a camera come that says what the test wants. */
async function come(name: string, overrides: object = {}): Promise<LiveCamera> {
  const connection = {
    name,
    session: '',
    isOpen: true,
    takeDisplay: () => null,
    takeStats: () => null,
    describe: () => ({ ...camera, camera: name }),
    terminate: vi.fn(),
    ...overrides,
  } as unknown as LiveCamera;
  await registry.claim(name, connection, undefined);
  return connection;
}

describe('a dashboard that does not read', () => {
  it('misses messages above the limit, gets them at it, and is forgiven when it reads again', () => {
    const [slow, healthy] = [viewer(), viewer()];
    slow.bufferedAmount = 1000;
    hub.broadcast(decision);
    slow.bufferedAmount = 1001;
    hub.broadcast(decision);
    vi.advanceTimersByTime(250);
    slow.bufferedAmount = 0;
    hub.broadcast(decision);
    slow.bufferedAmount = 1001;
    vi.advanceTimersByTime(250);
    hub.broadcast(decision);
    expect(slow.sent).toHaveLength(2);
    expect(slow.closed).toEqual([]);
    expect(healthy.sent).toHaveLength(4);
  });

  it('is closed with 1013 when that lasts too long', () => {
    const slow = viewer();
    slow.bufferedAmount = 5000;
    hub.broadcast(decision);
    vi.advanceTimersByTime(300);
    hub.broadcast(decision);
    expect(slow.closed).toEqual([]);
    vi.advanceTimersByTime(1);
    hub.broadcast(decision);
    hub.broadcast(decision);
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
    hub.broadcast(decision);
    expect(slow.sent).toEqual([{ ...camera, connected: false }, { ...camera, camera: 'd' }, decision]);
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
    hub.broadcast(decision);
    expect(watching.sent.slice(-2)).toEqual([state(999), decision]);
    for (let i = 0; i < 1000; i++) hub.announce(state(i));
    vi.advanceTimersByTime(40);
    expect(watching.sent.at(-1)).toEqual(state(999));
    expect(watching.sent.length).toBeLessThan(20);
    hub.announce(state(1));
    expect(watching.sent.at(-1)).toEqual(state(1));
  });
});

describe('what dashboards are shown', () => {
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
    await come('a', { takeDisplay: () => frame });
    await come('b', { takeStats: () => ({ type: 'stats', camera: 'b' }) });
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

  it('a camera whose statistics fail is ended; others are shown', async () => {
    const watching = viewer();
    const broken = await come('a', {
      takeStats: () => {
        throw new Error('broken');
      },
    });
    await come('b', { takeStats: () => ({ type: 'stats', camera: 'b' }) });
    vi.advanceTimersByTime(260);
    expect(ends).toEqual(['statistics']);
    expect(broken.terminate).toHaveBeenCalledOnce();
    expect(watching.sent).toEqual([{ type: 'stats', camera: 'b' }]);
  });
});

/** A camera that shows the same events whenever it is asked. */
function showing(name: string, size = 4): object {
  const geometry = { width: size, height: size };
  const on = new Uint8Array(size * size).fill(1);
  const frame: DisplayFrame = {
    camera: name,
    geometry,
    sensor: geometry,
    on,
    off: new Uint8Array(on.length),
    tMicros: 5,
  };
  return {
    takeDisplay: vi.fn(() => frame),
    takeStats: vi.fn(() => ({ type: 'stats', camera: name, events: 7, notes: [] })),
  };
}

type Sent = { type?: string; camera?: string; summaries?: CameraSummary[] } | DisplayFrame[];

/** What a dashboard was sent, in words. */
function kinds({ sent }: StubSocket): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (name: string): number => (counts[name] = (counts[name] ?? 0) + 1);
  for (const message of sent as Sent[]) {
    if (Array.isArray(message)) for (const frame of message) count(`thumbnail ${frame.camera}`);
    else if (message.summaries) for (const summary of message.summaries) count(`summary ${summary.camera}`);
    else count(`${message.type ?? 'frame'} ${message.camera ?? ''}`);
  }
  return counts;
}

describe('a dashboard that says what it looks at', () => {
  it('is shown that camera in full, and of all of them a few words and small pictures', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) await come(name, showing(name));
    const [wall, one, all, brief] = [viewer(), viewer(), viewer(), viewer()];
    wall.watch(null, true);
    one.watch('b');
    brief.watch('nobody');
    vi.advanceTimersByTime(300);
    for (const stub of [wall, one, all, brief]) stub.sent.length = 0;
    for (let i = 0; i < 10; i++) {
      for (const name of names) hub.broadcast({ ...decision, camera: name, final: i % 2 === 1 });
      vi.advanceTimersByTime(200);
    }
    const each = (what: string, times: number): Record<string, number> =>
      Object.fromEntries(names.map((name) => [`${what} ${name}`, times]));
    // Turns begin with a display frame: of 2 s they have a little less than 8.
    const whole = (stub: StubSocket): Record<string, number> =>
      Object.fromEntries(
        Object.entries(kinds(stub)).map(([name, times]) => {
          const most = name.startsWith('thumbnail') ? 8 : name.startsWith('summary') ? 4 : times;
          return [name, times === most - 1 ? most : times];
        }),
      );
    expect(whole(wall)).toEqual({ ...each('thumbnail', 8), ...each('summary', 4) });
    expect(whole(brief)).toEqual(each('summary', 4));
    expect(whole(one)).toEqual({ ...each('summary', 4), 'frame b': 60, 'stats b': 8, 'decision b': 10 });
    expect(kinds(all)).toEqual({ ...each('frame', 60), ...each('stats', 8), ...each('decision', 10) });
    vi.advanceTimersByTime(600);
    const verdicts = (wall.sent as Sent[]).flatMap((message) =>
      'summaries' in message ? message.summaries!.filter(({ camera: name }) => name === 'a') : [],
    );
    expect(verdicts.reduce((sum, { windows }) => sum + windows, 0)).toBe(5);
    expect(verdicts.at(-1)).toMatchObject({
      verdict: { label: 'b', score: 0.8, truth: null, events: 50, latencyMs: 2 },
      meanScore: 0.8,
      stats: { events: 7 },
    });
  });

  it('looks at something else from then on', async () => {
    for (const name of ['a', 'b']) await come(name, showing(name));
    const changing = viewer();
    changing.watch('a');
    hub.broadcast({ ...decision, camera: 'a' });
    hub.broadcast({ ...decision, camera: 'b' });
    changing.watch('b');
    hub.broadcast({ ...decision, camera: 'a' });
    hub.broadcast({ ...decision, camera: 'b' });
    expect(kinds(changing)).toEqual({ 'decision a': 1, 'decision b': 1 });
  });

  it.each([
    ['no JSON', false],
    [{ type: 'watch', camera: '', thumbnails: true }, false],
    [{ type: 'watch', camera: 'x'.repeat(101), thumbnails: true }, false],
    [{ type: 'watch', camera: null }, false],
    [{ type: 'watch', camera: null, thumbnails: true, more: 1 }, false],
    [{ type: 'hello', camera: null, thumbnails: true }, false],
    [' '.repeat(2001) + JSON.stringify({ type: 'watch', camera: null, thumbnails: true }), false],
    [{ type: 'watch', camera: null, thumbnails: true }, true],
  ])('is told what is wrong with %j, and closed', (message, isBinary) => {
    const stub = viewer();
    stub.say(message, isBinary);
    expect(stub.sent).toMatchObject([
      { type: 'error', code: /BAD_(WATCH|JSON)/.exec(JSON.stringify(stub.sent))?.[0] },
    ]);
    expect(stub.closed).toEqual([1007]);
  });

  it('is told the last verdict of a camera that leaves, before that it left, and what comes behind', async () => {
    const connection = await come('a', showing('a'));
    const wall = viewer();
    wall.watch(null);
    vi.advanceTimersByTime(600);
    wall.sent.length = 0;
    hub.broadcast({ ...decision, camera: 'a' });
    registry.release('a', connection);
    hub.announce({ ...camera, camera: 'a', connected: false });
    expect(wall.sent).toMatchObject([
      { type: 'summaries', summaries: [{ camera: 'a', windows: 1 }] },
      { type: 'camera', camera: 'a', connected: false },
    ]);
    hub.broadcast({ ...decision, camera: 'a', label: 'late' });
    vi.advanceTimersByTime(5000);
    expect(wall.sent.slice(2)).toMatchObject([{ summaries: [{ camera: 'a', verdict: { label: 'late' } }] }]);
    // Then it is forgotten.
    hub.broadcast({ ...decision, camera: 'a' });
    vi.advanceTimersByTime(5000);
    expect(wall.sent).toHaveLength(3);
  });

  it('costs cameras neither statistics nor pictures while nobody watches; rates are of no such time', async () => {
    const stats = vi.fn(() => null);
    const display = vi.fn(() => null);
    await come('a', { takeStats: stats, takeDisplay: display });
    vi.advanceTimersByTime(10_000);
    expect([stats, display].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    viewer();
    expect(stats).toHaveBeenCalledOnce();
  });
});

describe('a dashboard that says nothing', () => {
  it('is shown pictures of the first 16 cameras only, and told everything else of all', async () => {
    for (let i = 0; i < 20; i++) await come(`c${i}`, showing(`c${i}`));
    const silent = viewer();
    hub.broadcast({ ...decision, camera: 'c19' });
    vi.advanceTimersByTime(260);
    const counts = kinds(silent);
    expect(counts).toMatchObject({ 'decision c19': 1, 'stats c19': 1, 'frame c15': 7 });
    expect(Object.keys(counts).filter((name) => name.startsWith('frame'))).toHaveLength(16);
  });
});

describe('when another model is served', () => {
  it('all are greeted anew and told of the cameras; one that is behind later, without what was before', async () => {
    await come('a', showing('a'));
    const [there, slow] = [viewer(), viewer()];
    there.watch(null);
    slow.bufferedAmount = 5000;
    hub.announce({ ...camera, camera: 'gone' });
    hub.broadcast({ ...decision, camera: 'a' });
    vi.advanceTimersByTime(100);
    there.sent.length = 0;
    hub.serve(engine.model);
    const greeting = [
      { type: 'viewer-welcome', classes: engine.model.network.classes },
      { ...camera, camera: 'a' },
    ];
    expect(there.sent).toMatchObject(greeting);
    expect(slow.sent).toEqual([]);
    slow.bufferedAmount = 0;
    vi.advanceTimersByTime(40);
    expect(slow.sent.slice(0, 2)).toMatchObject(greeting);
    // The verdict was the other model's.
    vi.advanceTimersByTime(1000);
    expect((there.sent as Sent[]).find((message) => 'summaries' in message)).toMatchObject({
      summaries: [{ camera: 'a', verdict: null, windows: 0 }],
    });
    const late = new StubSocket();
    hub.add(late.socket);
    expect((late.sent[0] as { session: string }).session).toBe(
      (there.sent[0] as { session: string }).session,
    );
  });
});
