import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientToken, serverTokens, TOKEN_VARIABLE } from '../../src/cli/access-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

beforeEach(() => {
  vi.stubEnv(TOKEN_VARIABLE, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function file(text: string): string {
  const name = path.join(temporaryFolder(), 'secret');
  writeFileSync(name, text);
  return name;
}

const lab = { name: 'lab', secret: 'the-secret-of-the-lab', cameras: ['lab-*'] };

describe("a server's tokens", () => {
  it('are those of the file, and that of the environment, which opens all', async () => {
    expect(await serverTokens(undefined)).toEqual([]);
    expect(await serverTokens(file(JSON.stringify({ tokens: [lab] })))).toEqual([lab]);
    vi.stubEnv(TOKEN_VARIABLE, 'a-secret-in-the-environment');
    const all = {
      name: TOKEN_VARIABLE,
      secret: 'a-secret-in-the-environment',
      cameras: ['*'],
      view: true,
    };
    expect(await serverTokens(undefined)).toEqual([all]);
    expect(await serverTokens(file(JSON.stringify({ tokens: [lab] })))).toEqual([all, lab]);
  });

  it.each([
    ['no JSON', '{', /not JSON/],
    ['no list', '{}', /tokens/],
    ['an empty list', '{"tokens":[]}', /tokens/],
    ['a misspelt field', JSON.stringify({ tokens: [{ ...lab, camera: 'x' }] }), /tokens\.0|camera/],
    ['a token without a secret', '{"tokens":[{"name":"x"}]}', /tokens\.0\.secret/],
  ])('%s is a usage error that says where', async (_, text, message) => {
    await expect(serverTokens(file(text))).rejects.toMatchObject({
      option: '--tokens',
      message: expect.stringMatching(message) as string,
    });
  });

  it('a file that is not there is named', async () => {
    await expect(serverTokens('/none/tokens.json')).rejects.toMatchObject({
      message: expect.stringMatching(/none.*ENOENT/) as string,
    });
  });
});

describe("a client's token", () => {
  it("is the first line of its file, else the environment's", async () => {
    expect(await clientToken(undefined)).toBeUndefined();
    vi.stubEnv(TOKEN_VARIABLE, 'env');
    expect(await clientToken(undefined)).toBe('env');
    expect(await clientToken(file('first\r\nsecond\n'))).toBe('first');
    await expect(clientToken(file('\nsecond'))).rejects.toMatchObject({ option: '--token-file' });
  });
});
