/** Packs of one file each, under its number in its part: for loaders that ask for samples by number. */
import { copyFileSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { byPart, type PackForm } from './pack-form.ts';

const NUMBER = '(\\d+)';

/** @param nameOf the file of a number. */
export function numberedPacks(nameOf: (index: number | string) => string): PackForm {
  const extension = path.extname(nameOf(0));
  const pattern = nameOf('#').replace('.', '\\.').replace('#', NUMBER);
  const isPack = new RegExp(`^(?:(?:train|validation|test)/)?${pattern}$`);
  return {
    extension,
    isPack: (name) => isPack.test(name),
    plan: (items) =>
      [...byPart(items)].flatMap(([part, own]) =>
        own.map((item, i) => ({ name: `${part === null ? '' : `${part}/`}${nameOf(i)}`, items: [item] })),
      ),
    describe: ({ output: { path: name, sha256 } }) => [name, sha256],
    write: async (file, [item], locate) => {
      const { output } = item!;
      linkOrCopy(locate(output), file);
      return Promise.resolve({ bytes: output.bytes, sha256: output.sha256 });
    },
    unpack: async (file, [output], locate) => {
      linkOrCopy(file, locate(output!));
      return Promise.resolve();
    },
  };
}

/** Some file systems have no links. */
function linkOrCopy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
