import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedProject, type PackedProject } from '../../tools/packed-project.mjs';
import { hdf5File } from '../formats/hdf5/files.ts';
import { findExamples } from '../helpers/examples.ts';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  bin: { saccade: string };
};
/** Entries that export code. */
const entries = Object.keys(manifest.exports)
  .filter((entry) => typeof manifest.exports[entry] !== 'string')
  .map((entry) => `saccade${entry.slice(1)}`);

let project: PackedProject;
/** What only training needs is installed too. */
let training: PackedProject;

beforeAll(() => {
  expect(existsSync(path.join(root, 'dist/node/index.js')), 'run `npm run build` first').toBe(true);
  project = packedProject();
  training = packedProject(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@types/node']);
}, 60_000);

const node = (code: string, args: readonly string[] = [], { folder } = project): string =>
  execFileSync(process.execPath, [...args, '-e', code], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
/** The command of a project, as its link in `.bin` starts it. */
const command = ({ folder }: PackedProject): string =>
  path.join(folder, 'node_modules/saccade', manifest.bin.saccade);

describe('the packed package', () => {
  it('holds what it needs and nothing else', () => {
    const names = project.files.map(({ path: name }) => name);
    for (const wanted of [
      'README.md',
      'LICENSE',
      'dist/web/index.html',
      'models/nmnist.safetensors',
      'dist/src/index.d.ts',
      'dist/src/inference/wasm/thread.js',
      'dist/node/thread.js',
      'dist/node/THIRD-PARTY.md',
      'dist/cli/thread.js',
      'dist/cli/worker.js',
      'dist/cli/THIRD-PARTY.md',
    ])
      expect(names).toContain(wanted);
    expect(names.filter((name) => /^(test|bench|tools|web|\.ci|dist\/src\/cli)\//.test(name))).toEqual([]);
    // 5.5 MB are JavaScript: modules, the bundles of the entries and that of the command.
    expect(project.files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(20_000_000);
  });

  it('is installed with at most 25 packages and 40 MB', () => {
    const { packages } = project;
    expect(packages.map(({ name }) => name)).toContain('rxjs');
    expect(packages.map(({ name }) => name).filter((name) => name.includes('tensorflow'))).toEqual([]);
    expect(packages.length).toBeLessThanOrEqual(25);
    expect(packages.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(40_000_000);
  });

  it.each(entries)('%s can be imported and required', (entry) => {
    const where = entry.endsWith('/training') ? training : project;
    const imported = node(
      `import('${entry}').then((m) => console.log(Object.keys(m).length))`,
      ['--no-warnings'],
      where,
    );
    const required = node(
      `console.log(Object.keys(require('${entry}')).length)`,
      ['--input-type=commonjs', '--no-warnings'],
      where,
    );
    expect(Number(imported.trim().split('\n').at(-1))).toBeGreaterThan(1);
    expect(required.trim().split('\n').at(-1)).toBe(imported.trim().split('\n').at(-1));
  });

  it('modules for other bundlers export what Node gets', () => {
    const code = `
      const [bundle, modules] = await Promise.all([import('saccade'), import('./node_modules/saccade/dist/src/index.js')]);
      console.log(Object.keys(bundle).join() === Object.keys(modules).join(), Object.keys(bundle).length);`;
    expect(node(code, ['--input-type=module'])).toMatch(/^true \d{2,}/);
  });

  it('training without TensorFlow.js says what to install', () => {
    const said =
      /NOT_INSTALLED.*npm install @tensorflow\/tfjs@4\.22\.0 @tensorflow\/tfjs-backend-wasm@4\.22\.0/s;
    expect(
      node(
        `import('saccade/training').then((t) => t.selectBackend({ prefer: 'wasm' })).catch(({ code, message }) => console.log(code, message))`,
      ),
    ).toMatch(said);
    let failure = { status: 0, stderr: '' };
    try {
      execFileSync(
        process.execPath,
        [
          command(project),
          'train',
          'node_modules/saccade/examples/recordings/nmnist/Test',
          '--split',
          'random-1',
          '--sensor',
          '34x34',
          '--backend',
          'wasm',
          '--out',
          'm',
        ],
        {
          cwd: project.folder,
          encoding: 'utf8',
          stdio: 'pipe',
        },
      );
    } catch (error) {
      failure = error as typeof failure;
    }
    expect(failure.status).toBe(3);
    expect(failure.stderr).toMatch(said);
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
    const said = node(script, ['--input-type=module'], training).trim();
    expect(said.split('\n').at(-1)).toBe('true 7 1 saccade.v1 function');
  });

  it('data sets in archives of each kind are opened', () => {
    const { folder } = project;
    const home = path.join(folder, 'node_modules/saccade/examples/recordings/nmnist');
    execFileSync('tar', ['-cf', path.join(folder, 'own.tar'), '-C', home, 'Test']);
    execFileSync('tar', ['-czf', path.join(folder, 'own.tar.gz'), '-C', home, 'Test']);
    const seven = readFileSync(path.join(home, 'Test/7/00001.bin'));
    writeFileSync(path.join(folder, 'own.zip'), zipSync({ '7/a.bin': seven, '8/a.bin': seven }));
    writeFileSync(path.join(folder, 'shd_test.h5'), hdf5File('shd.h5'));
    const script = `
      import { openDataset } from 'saccade/datasets';
      for (const name of ['own.tar', 'own.tar.gz', 'own.zip', 'shd_test.h5']) {
        const { samples, close } = await openDataset(name);
        let bytes = 0;
        for await (const chunk of samples[0].open()) bytes += chunk.length;
        console.log(name, samples.length, bytes === samples[0].bytes);
        await close();
      }
    `;
    const clips = readdirSync(path.join(home, 'Test'), { recursive: true, withFileTypes: true });
    const count = clips.filter((entry) => entry.isFile() && entry.name.endsWith('.bin')).length;
    expect(node(script, ['--input-type=module']).trim().split('\n')).toEqual([
      `own.tar ${count} true`,
      `own.tar.gz ${count} true`,
      'own.zip 2 true',
      'shd_test.h5 2 true',
    ]);
  });

  it('threads run', () => {
    const script = `
      import { createEngine, randomModel, sparseClip } from 'saccade';
      const model = randomModel({ steps: 4 });
      const [one, two] = await Promise.all([1, 2].map((threads) => createEngine(model, { threads })));
      const [a, b] = await Promise.all([one, two].map((engine) => engine.runClip(sparseClip(model.network, 0.2, 1))));
      console.log(JSON.stringify(a.logits) === JSON.stringify(b.logits), one.name, two.name);
      two.dispose();
    `;
    expect(node(script, ['--input-type=module'])).toMatch(/^true wasm wasm/);
  });

  it('the samples of the README run', () => {
    const samples = findExamples().filter(({ place, runs }) => place.startsWith('README.md') && runs);
    expect(samples.length).toBeGreaterThan(2);
    for (const { code, place } of samples) {
      const file = path.join(project.folder, `${place.replace(/\W/g, '-')}.mjs`);
      writeFileSync(file, code);
      const said = execFileSync(process.execPath, [file], { cwd: project.folder, encoding: 'utf8' });
      expect(said, place).not.toBe('');
    }
  });

  it('compiles in a strict project', () => {
    writeFileSync(
      path.join(training.folder, 'consumer.ts'),
      `import { binRecording, type Decision, type EventBatch, type FrameClip } from 'saccade';
       import { boundedBuffer } from 'saccade/operators';
       import type { OpenDataset } from 'saccade/datasets';
       import { trainNetwork } from 'saccade/training';
       import { createLiveServer } from 'saccade/live';
       import { ViewerClient } from 'saccade/live/client';
       export function bin(events: EventBatch): FrameClip[] { return binRecording(events, { by: 'number', steps: 4 }); }
       export type All = [Decision, OpenDataset, typeof trainNetwork, typeof createLiveServer, typeof ViewerClient, typeof boundedBuffer];`,
    );
    const options =
      '--noEmit --strict --module NodeNext --target ES2023 --lib ES2023,DOM --skipLibCheck true --types node consumer.ts';
    execFileSync(path.join(root, 'node_modules/.bin/tsc'), options.split(' '), {
      cwd: training.folder,
      stdio: 'pipe',
    });
  });

  it('has a command', () => {
    expect(execFileSync(process.execPath, [command(project), '--help'], { encoding: 'utf8' })).toContain(
      'inspect',
    );
    const args = ['inspect', 'node_modules/saccade/examples/recordings/nmnist/Test/7/00001.bin', '--json'];
    const said = execFileSync(process.execPath, [command(project), ...args], {
      cwd: project.folder,
      encoding: 'utf8',
    });
    expect(JSON.parse(said)).toMatchObject({ events: 3330 });
  });
});
