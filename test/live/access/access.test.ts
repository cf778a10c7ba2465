import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/events/index.ts';
import { AccessControl, type AccessToken } from '../../../src/live/access/access.ts';

const secret = (name: string): string => `${name}-and-sixteen-more`;
const lab: AccessToken = { name: 'lab', secret: secret('lab'), cameras: ['lab-*', 'roof'] };
const wall: AccessToken = { name: 'wall', secret: secret('wall'), view: true };

describe('AccessControl', () => {
  it('without tokens lets everybody do everything', () => {
    const access = new AccessControl([]);
    expect([access.isOpen, access.allows(null, 'view'), access.allows(null, 'stream')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(access.allowsCamera(null, 'x')).toBe(true);
  });

  it('knows tokens by their secrets, and what each opens', () => {
    const access = new AccessControl([lab, wall]);
    const token = access.tokenOf(lab.secret);
    expect([token, access.tokenOf(wall.secret)]).toEqual([lab, wall]);
    expect([access.tokenOf(null), access.tokenOf(''), access.tokenOf(`${lab.secret} `)]).toEqual([
      null,
      null,
      null,
    ]);
    expect([access.allows(lab, 'stream'), access.allows(lab, 'view')]).toEqual([true, false]);
    expect([access.allows(wall, 'stream'), access.allows(wall, 'view')]).toEqual([false, true]);
    expect([access.allows(null, 'stream'), access.allows(null, 'view')]).toEqual([false, false]);
    expect(
      ['lab-', 'lab-7', 'roof', 'roof2', 'alab-7', ''].map((name) => access.allowsCamera(lab, name)),
    ).toEqual([true, true, true, false, false, false]);
    expect(access.allowsCamera(wall, 'lab-7')).toBe(false);
  });

  it.each([
    ['short', [{ ...lab, secret: 'x'.repeat(15) }]],
    ['with a space', [{ ...lab, secret: 'x'.repeat(16) + ' y' }]],
    ['twice', [lab, { ...wall, secret: lab.secret }]],
  ])('refuses a secret that is %s', (_, tokens) => {
    expect(() => new AccessControl(tokens)).toThrow(OptionError);
  });

  it('patterns match as their regular expressions would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const expression = pattern
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*');
        const access = new AccessControl([{ ...lab, cameras: [pattern] }]);
        expect(access.allowsCamera({ ...lab, cameras: [pattern] }, name)).toBe(
          new RegExp(`^${expression}$`).test(name),
        );
      }),
    );
  });
});
