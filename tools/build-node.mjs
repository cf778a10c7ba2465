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
/** Started by the names of files beside whatever starts them: of engines, and of preprocessing, which is the command's. */
const ENGINE_THREADS = { thread: 'src/inference/wasm/thread.ts' };
const THREADS = { ...ENGINE_THREADS, worker: 'src/preprocess/worker.ts' };

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

/** What a thread shares with others must lie beside it: to import it from the thread would start that here. */
function requireNoImports(chunks, threads) {
  for (const { fileName, imports = [], dynamicImports = [] } of chunks) {
    const thread = Object.keys(threads).find((name) =>
      [...imports, ...dynamicImports].includes(`${name}.js`),
    );
    if (thread !== undefined) throw new Error(`${fileName} imports ${thread}.js, which is a thread`);
  }
}

async function bundle(outDir, input, threads, { external = [], alias = [], sourcemap }) {
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
        input: { ...input, ...threads },
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
  requireNoImports(output, threads);
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
await bundle('dist/node', library, ENGINE_THREADS, { external: ['rxjs', 'ws'], sourcemap: true });
await bundle(path.dirname(bin.saccade), { main: 'src/cli/main.ts' }, THREADS, {
  alias: INSTEAD,
  sourcemap: false,
});
