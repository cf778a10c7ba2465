import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createEngine, timeLayers } from '../../src/inference/index.ts';
import { encodeEnd, encodeEvents, Recorder, ServerProblems, SUBPROTOCOL } from '../../src/live/index.ts';
import { LiveMetrics } from '../../src/live/metrics/index.ts';
import { randomModel } from '../../src/network/index.ts';
import { HELLO, ingest, randomEvents, SENSOR, serve } from '../helpers/live.ts';
import { scrape } from '../helpers/scrape.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}

const file = path.join(import.meta.dirname, '../../deploy/grafana/saccade.json');
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.map(({ query }) => query),
];
const namesIn = (text: string): string[] => text.match(/\b(?:saccade|nodejs|process)_\w+/g) ?? [];

/** Of us, and in no panel: only with what they are of. */
const LEFT_OUT: readonly string[] = [];

/** Series that are there only when something was lost: their names and labels, from `# TYPE` lines and what happened. */
async function seriesOfWork(): Promise<{ names: Set<string>; labels: Map<string, Set<string>> }> {
  const recorder = await Recorder.open({ folder: temporaryFolder() });
  const problems = new ServerProblems();
  problems.note('stdout-closed', 'Standard output is closed.');
  const metrics = new LiveMetrics({ recorder, problems });
  metrics.nameModel({ name: 'm', digest: 'd', engine: 'wasm' });
  const engine = timeLayers(await createEngine(randomModel({ steps: 3, ...SENSOR })), metrics.onLayerTime);
  const server = await serve({ engine, extensions: [metrics, recorder] });
  const socket = new WebSocket(ingest(server), [SUBPROTOCOL]);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(HELLO);
  // Enough to decide, a gap, a late event, and an end in the middle of a window.
  socket.send(encodeEvents(0, randomEvents(4000, 1, 50_000)));
  socket.send(encodeEvents(3, randomEvents(100, 2, 49_000)));
  socket.send(encodeEnd(4));
  await new Promise((resolve) =>
    socket.once('close', resolve).on('message', (data) => {
      if (String(data).includes('"end"')) socket.close();
    }),
  );
  const text = await (await fetch(`${server.url}metrics`)).text();
  const series = [...(await scrape(server)).keys()];
  const labels = new Map<string, Set<string>>();
  for (const key of series) {
    const [name = ''] = key.split('{');
    const own = labels.get(name) ?? new Set<string>();
    for (const [, label = ''] of key.matchAll(/[{,](\w+)="/g)) own.add(label);
    labels.set(name, own);
  }
  const declared = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  engine.dispose();
  return { names: new Set([...declared, ...labels.keys()]), labels };
}

it('the Grafana dashboard asks for metrics that there are, and for all of them', async () => {
  const { names, labels } = await seriesOfWork();
  expect(expressions.length).toBeGreaterThan(20);
  const asked = new Set(expressions.flatMap(namesIn));
  expect([...asked].filter((name) => !names.has(name))).toEqual([]);
  const ours = [...names]
    .filter((name) => /^saccade_/.test(name))
    .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const shown = new Set([...asked].map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  expect([...new Set(ours)].filter((name) => !shown.has(name) && !LEFT_OUT.includes(name))).toEqual([]);
  // Labels by which it sums are those of the series, as far as there are any.
  for (const expr of expressions) {
    const by = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? [];
    for (const name of namesIn(expr)) {
      const own = labels.get(name);
      if (own !== undefined && own.size > 0) for (const label of by) expect(own, expr).toContain(label);
    }
  }
});
