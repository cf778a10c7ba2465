import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownCommand, ownPackage, packageVersion } from '../../src/cli/own-package.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe("the command's own package", () => {
  it('is found from the sources', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(packageVersion()).toBe(version);
    expect(ownCommand()).toBe(path.join(root, 'dist/cli/main.js'));
  });

  it.each([
    ['nothing', null],
    ["another's package.json", '{"name":"app","version":"9.9.9"}'],
    ['a package.json that is none', '{"name":'],
    ['a package.json of nothing', 'null'],
  ])('is not taken to be %s above it: that is said', (_, content) => {
    const folder = temporaryFolder();
    if (content !== null) writeFileSync(path.join(folder, 'package.json'), content);
    const inside = path.join(folder, 'a', 'b');
    mkdirSync(inside, { recursive: true });
    expect(() => ownPackage(inside)).toThrow(expect.objectContaining({ code: 'NO_PACKAGE' }));
  });

  it("is found beyond another's package.json", () => {
    const folder = temporaryFolder();
    const own = { name: 'saccade', version: '1.2.3', bin: { saccade: 'cli.js' } };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(own));
    const inside = path.join(folder, 'dist');
    mkdirSync(inside);
    writeFileSync(path.join(inside, 'package.json'), '{"type":"module"}');
    expect(ownPackage(inside)).toEqual({ folder, ...own });
  });
});
