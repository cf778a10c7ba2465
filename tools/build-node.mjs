/**
 * Bundles what Node runs: a handful of files in place of three hundred, which is most of the time that an import or a
 * command takes to start. `dist/node` has the entries of the package; RxJS stays outside, because streams go in and out of
 * it, and whoever imports `saccade` must have the same. `dist/cli` has the command, with all that it needs but TensorFlow.js.
 * Other bundlers take the modules of `dist/src`, which they can leave out one by one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { build } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const { exports, bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Packages that are found by name when they are asked for. */
const NEVER = [
  ...[
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-backend-webgpu',
    '@tensorflow/tfjs-node',
  ],
  ...['webgpu', 'uplot', '@jsquash/jpeg'],
  ...['@nats-io/transport-node', '@nats-io/jetstream', '@nats-io/kv'],
];
/** Started by the names of files beside whatever starts them. */
const THREADS = { thread: 'src/inference/wasm/thread.ts', worker: 'src/preprocess/worker.ts' };

/** Folders of the packages that a bundle holds. */
function packagesOf(chunks) {
  const modules = chunks.flatMap(({ moduleIds = [] }) => moduleIds);
  const folders = modules.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

/** The licence of a package, which asks to be repeated. */
function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined ? `Licence: ${license}` : readFileSync(path.join(folder, file), 'utf8').trim();
  return `## ${name} ${version}\n\n${text}\n`;
}

/**
 * What the command has in place of packages. RxJS shows Node one CommonJS module of all; of this one only what is used
 * is taken. ws asks for `bufferutil`, which is compiled where it is installed.
 */
const INSTEAD = [
  { find: /^rxjs$/, replacement: path.join(root, 'node_modules/rxjs/dist/esm/index.js') },
  { find: /^bufferutil$/, replacement: path.join(root, 'src/cli/bufferutil.ts') },
];

async function bundle(outDir, input, { external = [], alias = [], sourcemap }) {
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias },
    ssr: { noExternal: true, external: [...external, ...NEVER] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap,
      rolldownOptions: {
        input: { ...input, ...THREADS },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          // Without comments and spaces; names stay, for the traces of faults.
          minify: { compress: true, mangle: false, codegen: true },
          // The sources are in the package.
          sourcemapExcludeSources: true,
        },
      },
    },
  });
  const packages = packagesOf(output);
  const notice = `# Packages of others in this folder\n\n${packages.map(licence).join('\n')}`;
  writeFileSync(path.join(outDir, 'THIRD-PARTY.md'), notice);
}

process.chdir(root);
const entries = Object.values(exports).filter(({ node }) => node !== undefined);
const library = Object.fromEntries(
  entries.map(({ node, default: module }) => [
    path.basename(node, '.js'),
    module.replace('./dist/', '').replace(/\.js$/, '.ts'),
  ]),
);
await bundle('dist/node', library, { external: ['rxjs', 'ws'], sourcemap: true });
await bundle(path.dirname(bin.saccade), { main: 'src/cli/main.ts' }, { alias: INSTEAD, sourcemap: false });
