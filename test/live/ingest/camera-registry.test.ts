import { describe, expect, it } from 'vitest';
import type { LiveCamera } from '../../../src/live/camera/live-camera.ts';
import { CameraRegistry } from '../../../src/live/ingest/camera-registry.ts';

/** What the registry asks of a connection. */
class StubConnection {
  readonly session: string;
  isOpen = true;
  terminated = 0;
  asked = 0;
  #answer: (alive: boolean) => void = () => undefined;

  constructor(session: string) {
    this.session = session;
  }

  showsLife(): Promise<boolean> {
    this.asked++;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(alive: boolean): void {
    this.#answer(alive);
  }

  terminate(): void {
    this.terminated++;
  }

  get connection(): LiveCamera {
    return this as unknown as LiveCamera;
  }
}

async function withHolder(): Promise<{ registry: CameraRegistry; holder: StubConnection }> {
  const registry = new CameraRegistry(1000);
  const holder = new StubConnection('first');
  expect(await registry.claim('c', holder.connection, undefined)).toBe(true);
  return { registry, holder };
}

describe('a name that is taken', () => {
  it('goes to who knows the session, and the old connection is ended', async () => {
    const { registry, holder } = await withHolder();
    const back = new StubConnection('second');
    expect(await registry.claim('c', back.connection, 'first')).toBe(true);
    expect(holder).toMatchObject({ asked: 0, terminated: 1 });
    expect([...registry]).toEqual([back.connection]);
    expect(registry.release('c', holder.connection)).toBe(false);
    expect(registry.release('c', back.connection)).toBe(true);
    expect([...registry]).toEqual([]);
  });

  it('stays with who is alive, and goes over from who is not', async () => {
    const { registry, holder } = await withHolder();
    const other = new StubConnection('second');
    const refused = registry.claim('c', other.connection, 'wrong');
    holder.answer(true);
    expect(await refused).toBe(false);
    const accepted = registry.claim('c', other.connection, undefined);
    holder.answer(false);
    expect(await accepted).toBe(true);
    expect(holder.terminated).toBe(1);
    expect([...registry]).toEqual([other.connection]);
  });

  it('is asked for by one at a time', async () => {
    const { registry, holder } = await withHolder();
    const first = registry.claim('c', new StubConnection('a').connection, undefined);
    expect(await registry.claim('c', new StubConnection('b').connection, undefined)).toBe(false);
    expect(holder.asked).toBe(1);
    holder.answer(false);
    expect(await first).toBe(true);
  });

  it('that changes hands meanwhile is not taken from its new holder', async () => {
    const { registry, holder } = await withHolder();
    const waiting = registry.claim('c', new StubConnection('a').connection, undefined);
    const back = new StubConnection('b');
    expect(await registry.claim('c', back.connection, 'first')).toBe(true);
    holder.answer(false);
    expect(await waiting).toBe(false);
    expect([...registry]).toEqual([back.connection]);
    expect(back.terminated).toBe(0);
  });

  it('is not given to who left while it waited; a name that became free is', async () => {
    const { registry, holder } = await withHolder();
    const gone = new StubConnection('a');
    const waiting = registry.claim('c', gone.connection, undefined);
    gone.isOpen = false;
    holder.answer(false);
    expect(await waiting).toBe(false);
    expect([...registry]).toEqual([holder.connection]);
    const next = new StubConnection('b');
    const patient = registry.claim('c', next.connection, undefined);
    registry.release('c', holder.connection);
    holder.answer(true);
    expect(await patient).toBe(true);
  });
});

it('ends those that show no life, each asked once', async () => {
  const registry = new CameraRegistry(1000);
  const [dead, alive] = [new StubConnection('a'), new StubConnection('b')];
  await registry.claim('dead', dead.connection, undefined);
  await registry.claim('alive', alive.connection, undefined);
  registry.endDead();
  registry.endDead();
  dead.answer(false);
  alive.answer(true);
  await new Promise((resolve) => setTimeout(resolve));
  expect(dead).toMatchObject({ asked: 1, terminated: 1 });
  expect(alive).toMatchObject({ asked: 1, terminated: 0 });
});
