/** What a page pays for the parts that it imports: bytes are exact. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedProject } from '../../tools/packed-project.mjs';

let folder: string;

beforeAll(() => {
  ({ folder } = packedProject());
}, 240_000);

/** What an entry loads before it runs, after a bundler for browsers. */
async function bundleOf(code: string): Promise<{ text: string; gzipBytes: number; laterBytes: number }> {
  const input = path.join(folder, 'entry.js');
  writeFileSync(input, code);
  const { output } = (await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input, preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = output.filter((part) => part.type === 'chunk');
  const found = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of found) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
  }
  const text = [...found].map((chunk) => chunk.code).join('\n');
  const all = chunks.reduce((sum, chunk) => sum + chunk.code.length, 0);
  return { text, gzipBytes: gzipSync(text, { level: 9 }).length, laterBytes: all - text.length };
}

describe('a bundle of', () => {
  it('an import that is not used is empty', async () => {
    expect((await bundleOf(`import 'saccade';`)).text.trim()).toBe('');
  });

  it.each([
    'Aedat1Decoder',
    'Atis40Decoder',
    'DatDecoder',
    'Evt2Decoder',
    'Evt21Decoder',
    'Evt3Decoder',
    'EsDecoder',
  ])('%s is at most 10 kB, its kernel included', async (name) => {
    const { text, gzipBytes } = await bundleOf(
      `import { ${name} } from 'saccade'; export const decoder = new ${name}();`,
    );
    // Not an assertion on the text, which would be printed.
    expect(text.includes('policy===`strict`')).toBe(true);
    expect(gzipBytes).toBeLessThanOrEqual(10_000);
  });

  it.each([
    // Six conventions, and what tells cameras apart.
    ['Aedat2Decoder', 10_500],
    // Frames, inertial samples and several sources.
    ['Aedat3Decoder', 11_300],
    // Column names, units and preambles of many programs.
    ['CsvDecoder', 12_500],
    // Columns that lie apart are read where they lie.
    ['NpyDecoder', 14_500],
    // The reference zstd library, which packed recordings need too, XML.
    ['Aedat4Decoder', 56_000],
  ])('%s is at most %i bytes', async (name, most) => {
    const { gzipBytes } = await bundleOf(
      `import { ${name} } from 'saccade'; export const decoder = new ${name}();`,
    );
    expect(gzipBytes).toBeLessThanOrEqual(most);
  });

  /** What readers of other containers look for, or say. */
  const OTHERS = [
    ...['SQLite', 'superblock', '#ROSBAG V2.0', 'MCAP', 'EventPacket', 'maxMatBytes'],
    ...['This is no NumPy array', 'This is no zip archive', 'Event Stream'],
  ];

  it.each(['Aedat1Decoder', 'Aedat2Decoder', 'Aedat3Decoder', 'Aedat4Decoder'])(
    '%s carries no other container',
    async (name) => {
      const { text, laterBytes } = await bundleOf(
        `import { ${name} } from 'saccade'; export const decoder = new ${name}();`,
      );
      expect(OTHERS.filter((other) => text.includes(other))).toEqual([]);
      expect(laterBytes).toBe(0);
    },
  );

  it('a page that tells AEDAT 2 from AEDAT 4, packed or not, carries no other container', async () => {
    const { text, gzipBytes } = await bundleOf(
      `import { aedat2Format, aedat4Format, DetectingDecoder } from 'saccade'; export const open = () => new DetectingDecoder({ formats: [aedat2Format, aedat4Format] });`,
    );
    expect(OTHERS.filter((other) => text.includes(other))).toEqual([]);
    // AEDAT 4 alone has 56 kB; what all formats need has 168.
    expect(gzipBytes).toBeLessThanOrEqual(83_000);
  });

  it('what tells all formats has them', async () => {
    const { text } = await bundleOf(
      `import { createDecoder } from 'saccade'; export const open = createDecoder;`,
    );
    expect(OTHERS.filter((other) => !text.includes(other))).toEqual([]);
  });

  // A model may state any filter and any representation.
  it('the engine and the reader of models is at most 83 kB, its kernel included', async () => {
    const { text, gzipBytes, laterBytes } = await bundleOf(
      `import { createEngine, readModel } from 'saccade'; export const open = (file) => createEngine(readModel(file));`,
    );
    expect(text.includes('GIT_LFS_POINTER')).toBe(true);
    expect(gzipBytes).toBeLessThanOrEqual(83_000);
    // The kernel for threads comes when there are some.
    expect(laterBytes).toBeGreaterThan(20_000);
  });

  it('training asks for nothing of Node before it runs', async () => {
    const { text } = await bundleOf(
      `import { EngineLearner, selectBackend, trainNetwork } from 'saccade/training'; export { EngineLearner, selectBackend, trainNetwork };`,
    );
    expect(text.includes('BACKEND_UNAVAILABLE')).toBe(true);
    // What a bundler puts in place of a module of Node.
    expect(/from ?[`'"]node:|__vite-browser-external/.test(text)).toBe(false);
  });

  it('a client that watches carries no reader of recordings', async () => {
    const { text, gzipBytes } = await bundleOf(
      `import { ViewerClient } from 'saccade/live/client'; export const watch = (options) => new ViewerClient(options);`,
    );
    expect(text.includes('#!AER-DAT')).toBe(false);
    expect(gzipBytes).toBeLessThanOrEqual(20_000);
  });
});
