import { describe, expect, it } from 'vitest';
import type { CameraSummary, DecisionMessage, StatsMessage, Verdict } from '../../src/live/client.ts';
import { cameraOfHash, Focus, hashFor, watchOf } from '../../web/src/model/focus.ts';
import { alertsOf, groupAlerts, type Alert } from '../../web/src/model/wall/alerts.ts';
import type { CameraTile } from '../../web/src/model/wall/camera-tile.ts';
import { loadThresholds, saveThresholds, thresholdsOf } from '../../web/src/model/wall/thresholds.ts';
import { paintThumbnail, shadesOf } from '../../web/src/model/wall/thumbnail-paint.ts';
import { orderTiles } from '../../web/src/model/wall/wall-order.ts';
import { WallState } from '../../web/src/model/wall/wall-state.ts';

const usual = thresholdsOf({});

function stats(changes: Partial<StatsMessage> = {}): StatsMessage {
  return {
    type: 'stats',
    camera: 'a',
    onPerSecond: 5,
    offPerSecond: 5,
    events: 1000,
    onEvents: 500,
    bytes: 8000,
    messages: 1,
    sequenceGaps: 0,
    sequenceRepeats: 0,
    unreadDecisions: 0,
    advice: null,
    ageMs: null,
    dropped: {},
    notes: [],
    queue: 0,
    queueAgeMs: 0,
    latencyMs: { last: 1, p50: 1, p99: 1 },
    ...changes,
  };
}

const verdict: Verdict = { label: 'x', score: 0.9, truth: null, events: 9, latencyMs: 1, ageMs: 400 };

function summary(changes: Partial<CameraSummary> = {}): CameraSummary {
  return { camera: 'a', verdict, windows: 0, meanScore: 0, stats: stats(), ...changes };
}

const come = (camera = 'a', connected = true) =>
  ({ type: 'camera', camera, connected, segment: null }) as const;

/** A wall with a camera that came at 0. */
function withCamera(name = 'a'): { wall: WallState; tile: CameraTile } {
  const wall = new WallState();
  wall.takeWelcome({ session: 'one' }, 0);
  wall.takeCamera(come(name), 0);
  return { wall, tile: wall.tiles.get(name)! };
}

const kinds = (tile: CameraTile, now: number, limits = usual): string[] =>
  alertsOf(tile, limits, now).map(({ kind }) => kind);

describe('the cameras of the wall', () => {
  it('stay when they leave, as such, and are themselves when they come back', () => {
    const { wall, tile } = withCamera();
    wall.takeSummary(summary(), 1000);
    expect(tile).toMatchObject({ verdict, decidedAt: 600 });
    wall.takeCamera(come('a', false), 2000);
    wall.takeCamera(come('a', false), 9000);
    expect(wall.connected).toBe(0);
    expect(tile).toMatchObject({ connected: false, changedAt: 2000, verdict });
    wall.takeCamera(come(), 10_000);
    expect(tile).toMatchObject({ connected: true, changedAt: 10_000, eventsAt: 10_000 });
    wall.takeCamera(come('never seen', false), 10_000);
    expect([...wall.tiles.keys()]).toEqual(['a']);
    wall.takeCamera(come('a', false), 11_000);
    wall.forgetGone();
    expect(wall.tiles.size).toBe(0);
  });

  it('are gone after a welcome until they are told of; what another model said of them is forgotten', () => {
    const { wall, tile } = withCamera();
    wall.takeSummary(summary({ windows: 9, meanScore: 0.9 }), 1000);
    wall.takeWelcome({ session: 'one' }, 5000);
    expect(tile).toMatchObject({ connected: false, changedAt: 5000, verdict });
    wall.takeCamera(come(), 5001);
    expect(tile).toMatchObject({ connected: true, verdict });
    expect(tile.meanScore(5)).toBeCloseTo(0.9);
    wall.takeWelcome({ session: 'two' }, 6000);
    wall.takeCamera(come(), 6001);
    expect(tile).toMatchObject({ connected: true, verdict: null });
    expect(tile.meanScore(1)).toBeNull();
  });

  it('that left are remembered up to a number, those that are there all', () => {
    const { wall } = withCamera('stays');
    for (let i = 0; i < 250; i++) {
      wall.takeCamera(come(`c${i}`), i);
      wall.takeCamera(come(`c${i}`, false), i);
    }
    expect(wall.tiles.size).toBe(201);
    expect([wall.tiles.has('c49'), wall.tiles.has('c50'), wall.tiles.has('stays')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('have decisions in full counted like summaries', () => {
    const { wall, tile } = withCamera();
    const decide = (changes: object): void => {
      const message = {
        camera: 'a',
        final: true,
        flushed: false,
        label: 'y',
        scores: [0.2, 0.8],
        classIndex: 1,
      };
      const rest = { segment: { name: 's', label: 'y' }, windowEvents: 7, latencyMs: 3, ...changes };
      wall.takeDecision({ ...message, ...rest } as unknown as DecisionMessage, 500);
    };
    decide({ final: false });
    expect(tile.verdict).toBeNull();
    decide({});
    decide({ flushed: true, label: 'rest' });
    expect(tile.verdict).toEqual({ label: 'y', score: 0.8, truth: 'y', events: 7, latencyMs: 3, ageMs: 0 });
    wall.takeSummary(summary({ windows: 3, meanScore: 0.4 }), 600);
    expect(tile.meanScore(4)).toBeCloseTo((0.8 + 3 * 0.4) / 4);
    // The newest first: the windows of a summary are not told apart.
    expect(tile.meanScore(2)).toBeCloseTo(0.4);
    expect(tile.meanScore(5)).toBeNull();
  });
});

describe('alerts', () => {
  it('tell of silence from its limit on, and no longer when events come', () => {
    const { wall, tile } = withCamera();
    wall.takeSummary(summary(), 1000);
    wall.takeSummary(summary(), 5999);
    expect(kinds(tile, 5999)).toEqual([]);
    expect(alertsOf(tile, usual, 8000)).toMatchObject([
      { kind: 'silent', camera: 'a', text: 'no events for 7 s' },
    ]);
    wall.takeSummary(summary({ stats: stats({ events: 1001 }) }), 8001);
    expect(kinds(tile, 8001)).toEqual([]);
    expect(kinds(tile, 9002, { ...usual, silentMs: 1000 })).toEqual(['silent']);
  });

  it('tell of losses since somebody looked, where they matter', () => {
    const { wall, tile } = withCamera();
    const lose = (events: number, dropped: Record<string, number>, sequenceGaps = 0): string[] => {
      wall.takeSummary(summary({ stats: stats({ events, dropped, sequenceGaps }) }), 100);
      return kinds(tile, 100);
    };
    // What was lost before the page was opened is nothing new.
    expect(lose(1000, { overload: 50 }, 3)).toEqual([]);
    expect(lose(2000, { overload: 50, 'incomplete-window': 900 }, 3)).toEqual([]);
    expect(lose(3000, { overload: 51, 'incomplete-window': 900 }, 3)).toEqual(['dropped']);
    expect(alertsOf(tile, usual, 100)[0]!.text).toBe(
      'left out since somebody looked: 1 because the classifier was too slow',
    );
    tile.look();
    expect(kinds(tile, 100)).toEqual([]);
    // A share of what came since then, not of all.
    expect(lose(3100, { overload: 51, late: 1 }, 3)).toEqual([]);
    expect(lose(3100, { overload: 51, late: 2 }, 4)).toEqual(['dropped', 'dropped']);
    // A new connection counts from nothing.
    tile.look();
    expect(lose(10, {}, 0)).toEqual([]);
    expect(lose(20, { overload: 1 }, 1)).toEqual(['dropped', 'dropped']);
  });

  it('tell of decisions that come late, while there are any', () => {
    const { wall, tile } = withCamera();
    const latencyMs = { last: 1, p50: 201, p99: 900 };
    wall.takeSummary(summary({ stats: stats({ latencyMs }) }), 0);
    expect(alertsOf(tile, usual, 10)).toMatchObject([
      { kind: 'late', text: expect.stringContaining('201 ms') },
    ]);
    expect(kinds(tile, 10, { ...usual, lateMs: 201 })).toEqual([]);
    wall.takeSummary(summary({ stats: stats({ queueAgeMs: 900 }) }), 0);
    expect(alertsOf(tile, usual, 10)).toMatchObject([
      { kind: 'late', text: expect.stringContaining('900 ms') },
    ]);
    expect(kinds(tile, 60_000)).toEqual(['silent']);
  });

  it('tell of a low mean score over enough windows', () => {
    const { wall, tile } = withCamera();
    const score = (windows: number, meanScore: number): void =>
      wall.takeSummary(summary({ windows, meanScore }), 10);
    score(4, 0.1);
    expect(kinds(tile, 10)).toEqual([]);
    score(1, 0.1);
    expect(kinds(tile, 10)).toEqual(['low']);
    score(5, 0.5);
    expect(kinds(tile, 10)).toEqual([]);
    expect(kinds(tile, 10, { ...usual, overWindows: 10 })).toEqual(['low']);
  });

  it('tell who left, a moment later, and of advice before all', () => {
    const { wall, tile } = withCamera();
    wall.takeSummary(summary({ stats: stats({ advice: 'Point the camera at port 3333.' }) }), 99);
    wall.takeCamera(come('a', false), 100);
    expect(kinds(tile, 1099)).toEqual(['source']);
    expect(alertsOf(tile, usual, 1_000_100)).toMatchObject([
      { kind: 'source', text: 'Point the camera at port 3333.' },
      { kind: 'gone', text: 'left 16 min ago' },
    ]);
    wall.takeCamera(come(), 200);
    expect(kinds(tile, 300)).toEqual([]);
    wall.takeSummary(summary({ stats: stats({ advice: 'No datagrams for 12 s.' }) }), 300);
    expect(kinds(tile, 300)).toEqual(['source']);
    wall.takeSummary(summary(), 300);
    expect(kinds(tile, 300)).toEqual([]);
  });

  it('of the same kind are one line where many cameras have them', () => {
    const alert = (kind: Alert['kind'], camera: string): Alert => ({ kind, camera, text: '', todo: '' });
    const many = ['a', 'b', 'c', 'd'].map((camera) => alert('late', camera));
    const groups = groupAlerts([alert('low', 'x'), ...many, alert('dropped', 'y'), alert('low', 'z')]);
    expect(groups.map(({ kind, alerts }) => [kind, alerts.length])).toEqual([
      ['dropped', 1],
      ['late', 4],
      ['low', 1],
      ['low', 1],
    ]);
    // Advice is of each camera its own.
    expect(groupAlerts(many.map((one) => ({ ...one, kind: 'source' as const })))).toHaveLength(4);
  });
});

describe('the order of the wall', () => {
  const { wall } = withCamera('camera 10');
  for (const name of ['camera 9', 'door', 'yard']) wall.takeCamera(come(name), 0);
  const tell = (camera: string, onPerSecond: number, score: number, label = 'x'): void =>
    wall.takeSummary(
      {
        camera,
        verdict: { ...verdict, score, label },
        windows: 0,
        meanScore: 0,
        stats: stats({ camera, onPerSecond }),
      },
      0,
    );
  tell('door', 100, 0.3, 'Person');
  tell('yard', 7, 0.8);
  tell('camera 9', 50, 0.5);
  const alert = (kind: Alert['kind']): Alert[] => [{ kind, camera: '', text: '', todo: '' }];
  const alerts = new Map([
    ['yard', alert('low')],
    ['door', alert('dropped')],
  ]);
  const order = (choice: object): string[] =>
    orderTiles(wall.tiles.values(), alerts, { sort: 'name', find: '', kind: null, ...choice });

  it('is that which people ask for, and by name as they count', () => {
    expect(order({})).toEqual(['camera 9', 'camera 10', 'door', 'yard']);
    expect(order({ sort: 'alerts' })).toEqual(['door', 'yard', 'camera 9', 'camera 10']);
    expect(order({ sort: 'rate' })).toEqual(['door', 'camera 9', 'yard', 'camera 10']);
    expect(order({ sort: 'score' })).toEqual(['door', 'camera 9', 'yard', 'camera 10']);
  });

  it('leaves out what is not looked for', () => {
    expect(order({ find: ' CAMERA' })).toEqual(['camera 9', 'camera 10']);
    expect(order({ find: 'person' })).toEqual(['door']);
    expect(order({ kind: 'low' })).toEqual(['yard']);
    expect(order({ kind: 'low', find: 'door' })).toEqual([]);
  });
});

describe('limits of alerts', () => {
  const storage = (text: string | null): Pick<Storage, 'getItem'> => ({ getItem: () => text });

  it('are kept, and as usual where what was kept is none', () => {
    let kept = '';
    const own = { silentMs: 60_000, lateMs: 50, lowScore: 0.25, overWindows: 20 };
    saveThresholds({ setItem: (_, text) => (kept = text) }, own);
    expect(loadThresholds(storage(kept))).toEqual(own);
    for (const bad of [
      null,
      'no JSON',
      '3',
      'null',
      '[]',
      '{"silentMs":"5","lowScore":7,"overWindows":0,"lateMs":null}',
    ])
      expect(loadThresholds(storage(bad))).toEqual(usual);
  });
});

describe('what the page looks at', () => {
  it('is the only camera, or all of many from then on', () => {
    const focus = new Focus();
    focus.count(1);
    expect(focus.look).toEqual({ kind: 'camera', camera: null });
    focus.count(2);
    focus.count(1);
    expect(focus.look).toEqual({ kind: 'wall' });
  });

  it('is the chosen camera whatever comes, until people want all', () => {
    const focus = new Focus();
    focus.choose('door');
    focus.count(50);
    expect(focus.look).toEqual({ kind: 'camera', camera: 'door' });
    focus.choose(null);
    expect(focus.look).toEqual({ kind: 'wall' });
    const few = new Focus();
    few.choose('door');
    few.showAll();
    expect(few.look).toEqual({ kind: 'wall' });
  });

  it('is what the server is told', () => {
    const now = { isElsewhere: false, isHidden: false, followed: 'only' };
    expect(watchOf({ kind: 'wall' }, now)).toEqual({ camera: null, thumbnails: true });
    expect(watchOf({ kind: 'wall' }, { ...now, isHidden: true })).toEqual({
      camera: null,
      thumbnails: false,
    });
    expect(watchOf({ kind: 'camera', camera: 'a' }, now)).toEqual({ camera: 'a', thumbnails: false });
    expect(watchOf({ kind: 'camera', camera: null }, now)).toEqual({ camera: 'only', thumbnails: false });
    expect(watchOf({ kind: 'camera', camera: 'a' }, { ...now, isElsewhere: true })).toEqual({
      camera: null,
      thumbnails: false,
    });
  });

  it('stands in the address, beside whatever else does', () => {
    const hash = hashFor('#x=1', 'Kamera süd & 2');
    expect(cameraOfHash(hash)).toBe('Kamera süd & 2');
    expect(hashFor(hash, null)).toBe('#x=1');
    expect(hashFor('#camera=a', null)).toBe('');
    expect([cameraOfHash(''), cameraOfHash('#camera=')]).toEqual([null, null]);
  });
});

describe('a small picture', () => {
  it('has the colour of the polarity that a pixel has more of, the stronger the more events', () => {
    const shades = shadesOf({ background: [0, 0, 0], on: [200, 0, 0], off: [0, 0, 200] });
    const pixels = new Uint32Array(5);
    const size = { width: 5, height: 1 };
    const planes = { on: Uint8Array.of(0, 1, 16, 255, 1), off: Uint8Array.of(0, 0, 3, 0, 2) };
    paintThumbnail(pixels, { camera: 'a', geometry: size, sensor: size, ...planes, tMicros: 0 }, shades);
    expect(Array.from(pixels, (word) => [word & 0xff, (word >> 16) & 0xff])).toEqual([
      [0, 0],
      [80, 0],
      [200, 0],
      [200, 0],
      [0, 110],
    ]);
    expect(Array.from(pixels, (word) => word >>> 24)).toEqual(Array(5).fill(255));
  });
});
