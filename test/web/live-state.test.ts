import { describe, expect, it } from 'vitest';
import {
  ConnectionError,
  viewerWelcome,
  type DecisionMessage,
  type SegmentInfo,
} from '../../src/live/client.ts';
import { LiveState } from '../../web/src/model/live-state.ts';
import { shownClasses } from '../../web/src/model/shown-classes.ts';
import { statusOf } from '../../web/src/model/status.ts';
import { modelOf } from '../helpers/dashboard.ts';

const names = ['a', 'b', 'c'];
const welcome = viewerWelcome(modelOf(names), 'first');

function decision(changes: Partial<DecisionMessage> = {}): DecisionMessage {
  return {
    type: 'decision',
    camera: 'one',
    segment: null,
    window: 0,
    step: 9,
    steps: 10,
    final: true,
    classIndex: 1,
    label: 'b',
    scores: [0.2, 0.5, 0.3],
    logits: [1, 2, 1],
    spikes: [1, 2],
    events: 100,
    windowEvents: 1000,
    startMicros: 0,
    endMicros: 1,
    latencyMs: 1,
    computeMs: 1,
    ...changes,
  } as DecisionMessage;
}

/** A state that was greeted and follows a camera that plays a clip. */
function playing(segment: SegmentInfo | null = { name: 'clip', label: 'b' }): LiveState {
  const state = new LiveState();
  state.takeWelcome(welcome);
  state.takeCamera({ type: 'camera', camera: 'one', connected: true, segment });
  return state;
}

describe('the state of the page', () => {
  it('forgets what another model said, and keeps what the same one said', () => {
    const segment = { name: 'clip', label: 'b' };
    const state = playing(segment);
    state.takeDecision(decision({ segment }), 5);
    state.takeWelcome({ ...welcome });
    expect(state.score.history).toHaveLength(1);
    expect(state.final).toBeNull();

    // The same network, the same classes, another run: its weights may be others.
    state.takeWelcome({ ...welcome, session: 'second' });
    expect(state.score).toMatchObject({ history: [], right: 0, judged: 0 });
    expect(state.rates.time).toEqual([]);
    expect(state.layerRates).toEqual(welcome.layers.map(() => []));
  });

  it('takes no decision of another number of classes', () => {
    const state = playing();
    state.takeDecision(decision({ scores: [0.5, 0.5] }), 5);
    expect(state.decision).toBeNull();
  });

  it('counts a late decision of the clip before, and does not show it', () => {
    const before = { name: 'before', label: 'b' };
    const state = playing(before);
    const now = { name: 'now', label: 'c' };
    state.takeCamera({ type: 'camera', camera: 'one', connected: true, segment: now });
    state.takeDecision(decision({ segment: before }), 5);
    expect(state).toMatchObject({ decision: null, final: null, stepScores: [] });
    expect(state.score).toMatchObject({ right: 1, judged: 1 });
    state.takeDecision(decision({ segment: now, label: 'c', classIndex: 2 }), 6);
    expect(state.final?.label).toBe('c');
  });

  it('shows a window of a few left-over events as such, in nobody’s place', () => {
    const segment = { name: 'clip', label: 'b' };
    const state = playing(segment);
    const whole = decision({ segment });
    state.takeDecision(whole, 5);
    state.takeDecision(decision({ segment, window: 1, step: 0, final: false, windowEvents: 12 }), 6);
    expect(state.decision?.window).toBe(1);
    state.takeDecision(decision({ segment, window: 1, windowEvents: 12, label: 'a', classIndex: 0 }), 7);
    expect(state.final).toBe(whole);
    expect(state.decision).toBe(whole);
    expect(state.stepScores).toHaveLength(10);
    expect(state.score).toMatchObject({ right: 1, judged: 1, rests: 1 });
    expect(state.score.history[1]).toMatchObject({ isRest: true, events: 12 });
    // Half of the usual events are a window like any other.
    state.takeDecision(decision({ segment, window: 2, windowEvents: 500, label: 'a' }), 8);
    expect(state.score).toMatchObject({ right: 1, judged: 2, rests: 1 });
  });

  it('takes pictures of the camera that it follows only', () => {
    const state = playing();
    const planes = { on: new Uint8Array(1), off: new Uint8Array(1) };
    const size = { width: 1, height: 1 };
    const frame = { geometry: size, sensor: size, ...planes, tMicros: 0 };
    expect(state.takeFrame({ camera: 'another', ...frame }, 5)).toBe(false);
    expect(state.dataAt).toBe(-Infinity);
    expect(state.takeFrame({ camera: 'one', ...frame }, 6)).toBe(true);
  });

  it('is done when the camera that is followed leaves, and stale when it is silent', () => {
    const open = { status: 'open', retryMs: null, error: null } as const;
    const live = { kind: 'live', connection: open, since: 0, isWall: false } as const;
    const error = new ConnectionError('gone', { closeCode: 1006, status: null });
    const lost = { ...live, connection: { status: 'waiting', retryMs: 100, error } } as const;
    const state = playing();
    state.takeDecision(decision({ segment: { name: 'clip', label: 'b' } }), 1000);
    expect(statusOf(state, live, false, 1500)).toMatchObject({ text: 'live', isStale: false });
    expect(statusOf(state, live, false, 4000)).toMatchObject({ text: 'no data for 3 s', isStale: true });
    state.takeCamera({ type: 'camera', camera: 'another', connected: true, segment: null });
    state.takeCamera({ type: 'camera', camera: 'another', connected: false, segment: null });
    expect(state.ended).toBe(false);
    state.takeCamera({ type: 'camera', camera: 'one', connected: false, segment: null });
    expect(statusOf(state, live, false, 9000)).toMatchObject({ text: 'done', isStale: false });
    expect(statusOf(state, lost, false, 9000).isStale).toBe(false);
    expect(statusOf(playing(), lost, false, 9000).isStale).toBe(true);
    state.takeCamera({ type: 'camera', camera: 'one', connected: true, segment: null });
    expect(state.ended).toBe(false);
  });
});

describe('what the page says of its connection', () => {
  const lost = (
    status: 'waiting' | 'connecting' | 'closed',
    code: { closeCode?: number; status?: number },
    retryMs: number | null = null,
  ): string => {
    const error = new ConnectionError('gone', { closeCode: null, status: null, ...code });
    const connection = { status, retryMs, error };
    return statusOf(playing(), { kind: 'live', connection, since: 1000, isWall: false }, false, 3000).text;
  };

  it.each([
    ['no server, trying again', lost('waiting', { closeCode: 1006 }, 2500)],
    ['no server, trying again in 6 s', lost('waiting', { closeCode: 1006 }, 7100)],
    ['no server, trying again', lost('connecting', { closeCode: 1006 })],
    ['no server, trying again', lost('waiting', {}, 100)],
    ['server ended, trying again', lost('waiting', { closeCode: 1001 }, 100)],
    ['server begins again, trying again', lost('waiting', { closeCode: 1012 }, 100)],
    ['too slow for the server, trying again in 2 s', lost('waiting', { closeCode: 1013 }, 4000)],
    ['too many attempts, trying again in 2 s', lost('waiting', { status: 429 }, 4000)],
    ['token not valid any more', lost('closed', { closeCode: 4401 })],
    ['closed by the server (4999)', lost('closed', { closeCode: 4999 })],
    ['closed by the server (503), trying again', lost('waiting', { status: 503 })],
  ])('%s', (words, text) => {
    expect(text).toBe(words);
  });

  it('connects before anything went wrong', () => {
    const connection = { status: 'connecting', retryMs: null, error: null } as const;
    const source = { kind: 'live', connection, since: 0, isWall: false } as const;
    expect(statusOf(new LiveState(), source, false, 9)).toEqual({
      text: 'connecting',
      tone: 'calm',
      isStale: false,
    });
  });
});

describe('the classes that are shown', () => {
  it('are all in their order, or the best of many', () => {
    expect(shownClasses(3, [0.1, 0.2, 0.7])).toEqual([0, 1, 2]);
    const scores = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
    const shown = shownClasses(40, scores);
    expect(shown).toHaveLength(12);
    expect(shown.map((i) => scores[i])).toEqual([39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28]);
    expect(shownClasses(40, null)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });
});
