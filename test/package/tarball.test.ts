import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  bin: { saccade: string };
};
/** Entries that export code. */
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => `saccade${entry.slice(1)}`);

let project: string;
let files: { path: string; size: number }[];

/** Packs the built package and installs the tarball in an empty project; dependencies are those of the repository. */
beforeAll(() => {
  expect(existsSync(path.join(root, 'dist/src/index.js')), 'run `npm run build` first').toBe(true);
  project = mkdtempSync(path.join(os.tmpdir(), 'saccade-package-'));
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(output.slice(output.indexOf('['))) as [
    { filename: string; files: typeof files },
  ];
  files = packed.files;
  const modules = path.join(project, 'node_modules');
  mkdirSync(path.join(modules, 'saccade'), { recursive: true });
  execFileSync('tar', [
    '-xzf',
    path.join(project, packed.filename),
    '-C',
    path.join(modules, 'saccade'),
    '--strip-components=1',
  ]);
  for (const name of readdirSync(path.join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
  }
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
}, 60_000);

const node = (code: string, ...args: string[]): string =>
  execFileSync(process.execPath, [...args, '-e', code], { cwd: project, encoding: 'utf8' });

describe('the packed package', () => {
  it('holds what it needs and nothing else', () => {
    const names = files.map(({ path: name }) => name);
    for (const wanted of [
      'README.md',
      'LICENSE',
      'dist/web/index.html',
      'models/nmnist.safetensors',
      'dist/src/index.d.ts',
      'dist/src/inference/wasm/thread.js',
    ])
      expect(names).toContain(wanted);
    expect(names.filter((name) => /^(test|bench|tools|web|\.ci)\//.test(name))).toEqual([]);
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(7_000_000);
  });

  it.each(entries)('%s can be imported and required', (entry) => {
    const imported = node(`import('${entry}').then((m) => console.log(Object.keys(m).length))`);
    expect(Number(imported)).toBeGreaterThan(3);
    expect(
      Number(
        node(
          `console.log(Object.keys(require('${entry}')).length)`,
          '--input-type=commonjs',
          '--no-warnings',
        ),
      ),
    ).toBe(Number(imported));
  });

  it('does its work', () => {
    const script = `
      import { readFile } from 'node:fs/promises';
      import { createOracleEngine, readModel } from 'saccade';
      import { createClassifierGraph } from 'saccade/operators';
      import { clipOptionsOf, openDataset, readLabelledClips } from 'saccade/datasets';
      import { cosineRate } from 'saccade/training';
      import { SUBPROTOCOL } from 'saccade/live';
      import { ViewerClient } from 'saccade/live/client';
      const home = 'node_modules/saccade/';
      const engine = createOracleEngine(readModel(await readFile(home + 'models/nmnist.safetensors')));
      const { definition, samples } = await openDataset(home + 'examples/recordings/nmnist');
      const { clips: [sample] } = await readLabelledClips(samples.slice(0, 1), clipOptionsOf(engine.model, definition.decoding));
      const { classIndex } = await engine.runClip(sample.clip);
      console.log(classIndex === sample.label, createClassifierGraph(engine).layers.length, cosineRate(1, 0, 2), SUBPROTOCOL, typeof ViewerClient);
    `;
    expect(node(script, '--input-type=module').trim()).toBe('true 7 1 saccade.v1 function');
  });

  it('compiles in a strict project', () => {
    writeFileSync(
      path.join(project, 'consumer.ts'),
      `import { binRecording, type Decision, type EventBatch, type FrameClip } from 'saccade';
       import { boundedBuffer } from 'saccade/operators';
       import type { OpenDataset } from 'saccade/datasets';
       import { trainNetwork } from 'saccade/training';
       import { createLiveServer } from 'saccade/live';
       import { ViewerClient } from 'saccade/live/client';
       export function bin(events: EventBatch): FrameClip[] { return binRecording(events, { by: 'number', steps: 4 }); }
       export type All = [Decision, OpenDataset, typeof trainNetwork, typeof createLiveServer, typeof ViewerClient, typeof boundedBuffer];`,
    );
    for (const resolution of [
      ['NodeNext', 'NodeNext'],
      ['ESNext', 'Bundler'],
    ] as const) {
      const options = [
        '--noEmit',
        '--strict',
        '--module',
        resolution[0],
        '--moduleResolution',
        resolution[1],
        '--target',
        'ES2023',
        '--lib',
        'ES2023,DOM',
        '--skipLibCheck',
        'true',
        '--types',
        'node',
        'consumer.ts',
      ];
      execFileSync(path.join(root, 'node_modules/.bin/tsc'), options, { cwd: project, stdio: 'pipe' });
    }
  });

  it('has a command', () => {
    const bin = path.join(project, 'node_modules/saccade', manifest.bin.saccade);
    expect(execFileSync(process.execPath, [bin, '--help'], { encoding: 'utf8' })).toContain('inspect');
  });
});
