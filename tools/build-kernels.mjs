/**
 * Compiles the AssemblyScript kernels and writes each as a TypeScript module, so that bundlers, workers and Node
 * need no file fetch. The results are committed; a test runs this with --check.
 *
 * usage: node tools/build-kernels.mjs [--check]
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import asc from 'assemblyscript/asc';

const root = path.resolve(import.meta.dirname, '..');
const flags = '-O3 --noAssert --runtime stub --importMemory --enable simd --pedantic'.split(' ');

/** Of modules for a memory that threads share. */
const SHARED = ['--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'];

/**
 * Where each module's sources are, which of them is compiled, and the file made of it. Whoever decodes need not load what
 * encodes.
 */
const KERNEL_MODULES = [
  { sources: 'kernels/engine', output: 'src/inference/wasm/kernel.generated.ts' },
  {
    sources: 'kernels/engine',
    output: 'src/inference/wasm/kernel-shared.generated.ts',
    flags: SHARED,
  },
  { sources: 'kernels/aedat4', output: 'src/formats/aedat4/kernel.generated.ts' },
  { sources: 'kernels/csv', entry: 'read.ts', output: 'src/formats/csv/kernel.generated.ts' },
  { sources: 'kernels/csv', entry: 'write.ts', output: 'src/formats/csv/write-kernel.generated.ts' },
  { sources: 'kernels/ecf', output: 'src/formats/hdf5/ecf/kernel.generated.ts' },
  { sources: 'kernels/es', output: 'src/formats/es/kernel.generated.ts' },
  { sources: 'kernels/filters', output: 'src/filters/selection/kernel.generated.ts' },
  { sources: 'kernels/frames', output: 'src/frames/kernel.generated.ts' },
  { sources: 'kernels/npy', output: 'src/formats/npy/kernel.generated.ts' },
  { sources: 'kernels/raw', entry: 'evt2.ts', output: 'src/formats/evt2/kernel.generated.ts' },
  { sources: 'kernels/raw', entry: 'evt21.ts', output: 'src/formats/evt21/kernel.generated.ts' },
  { sources: 'kernels/raw', entry: 'evt3.ts', output: 'src/formats/evt3/kernel.generated.ts' },
  { sources: 'kernels/raw', entry: 'encode.ts', output: 'src/formats/prophesee/encode-kernel.generated.ts' },
  { sources: 'kernels/records', entry: 'decode.ts', output: 'src/formats/records/kernel.generated.ts' },
  {
    sources: 'kernels/records',
    entry: 'encode.ts',
    output: 'src/formats/records/encode-kernel.generated.ts',
  },
  { sources: 'kernels/shuffle', output: 'src/formats/hdf5/chunk-filters/shuffle-kernel.generated.ts' },
  { sources: 'kernels/training', output: 'src/training/engine/kernel.generated.ts' },
  {
    sources: 'kernels/training',
    output: 'src/training/engine/kernel-shared.generated.ts',
    flags: SHARED,
  },
];

/** A compiled module as the text of its generated file. */
async function compileKernels({ sources, entry = 'index.ts', flags: more = [] }) {
  let binary;
  const { error, stderr } = await asc.main([entry, ...flags, ...more, '--outFile', 'kernels.wasm'], {
    readFile: (name) => readFile(path.join(root, sources, name), 'utf8').catch(() => null),
    writeFile: (name, contents) => {
      if (name === 'kernels.wasm') binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined)
    throw new Error(`${sources} does not compile.\n${stderr.toString()}`);
  return [
    `/** Generated from ${sources}/ by \`npm run build:kernels\`; do not edit. ${binary.length} bytes. */`,
    'export const KERNEL_MODULE: string =',
    `  '${Buffer.from(binary).toString('base64')}';`,
    '',
  ].join('\n');
}

/**
 * The decompressor of the zstd library as the package zstddec embeds it, which can only be started asynchronously there.
 * Its licenses ask for their notices.
 */
const ZSTD = {
  sources: 'zstddec',
  output: 'src/formats/compression/zstd-module.generated.ts',
};

async function zstdModule() {
  const folder = path.join(root, 'node_modules/zstddec');
  const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const source = await readFile(path.join(folder, 'dist/zstddec-stream.mjs'), 'utf8');
  const license = await readFile(path.join(folder, 'LICENSE'), 'utf8');
  const [, code] = /\bwasm\s*=\s*["'`]([A-Za-z0-9+/=]+)["'`]/.exec(source);
  return [
    `/** The decompressor of zstd, of zstddec ${version}, by \`npm run build:kernels\`; do not edit. */`,
    '/*!',
    ...license
      .trim()
      .split('\n')
      .map((line) => ` * ${line}`.trimEnd()),
    ' */',
    'export const KERNEL_MODULE: string =',
    `  '${code}';`,
    '',
  ].join('\n');
}

const check = process.argv.includes('--check');
for (const module of [...KERNEL_MODULES, ZSTD]) {
  const output = path.join(root, module.output);
  const text = module === ZSTD ? await zstdModule() : await compileKernels(module);
  if (!check) await writeFile(output, text);
  else if (text !== (await readFile(output, 'utf8')))
    throw new Error(`${module.output} is not what ${module.sources} compiles to: npm run build:kernels.`);
}
