/** Secrets come from files or the environment, never from arguments: those are for all users of a machine to see. */
import process from 'node:process';
import * as v from 'valibot';
import { OptionError } from '../events/index.ts';
import type { AccessToken } from '../live/index.ts';
import { readJsonOption, readOptionFile } from './option-file.ts';

/** A secret that opens all, or the one that a client sends. */
export const TOKEN_VARIABLE = 'SACCADE_TOKEN';

const fileSchema = v.strictObject({
  tokens: v.pipe(
    v.array(
      v.strictObject({
        name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
        secret: v.pipe(v.string(), v.maxLength(1000)),
        cameras: v.exactOptional(v.pipe(v.array(v.string()), v.maxLength(1000))),
        view: v.exactOptional(v.boolean()),
        metrics: v.exactOptional(v.boolean()),
      }),
    ),
    v.minLength(1),
  ),
});

/**
 * The tokens of a server: those of a file, and one of the environment that opens all.
 *
 * @throws OptionError for a file that is not `{"tokens": [{"name", "secret", "cameras"?, "view"?, "metrics"?}, …]}`.
 */
export async function serverTokens(file: string | undefined): Promise<AccessToken[]> {
  const secret = process.env[TOKEN_VARIABLE];
  const own: AccessToken[] = secret ? [{ name: TOKEN_VARIABLE, secret, cameras: ['*'], view: true }] : [];
  if (file === undefined) return own;
  const { success, output, issues } = v.safeParse(fileSchema, await readJsonOption('--tokens', file));
  if (success) return [...own, ...output.tokens];
  const [{ message }] = issues;
  const place = v.getDotPath(issues[0]) ?? '';
  throw new OptionError('--tokens', `names a file that is wrong at "${place}": ${message}`);
}

/** The secret of a client: the first line of a file, else the environment's. @throws OptionError */
export async function clientToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return process.env[TOKEN_VARIABLE] || undefined;
  const [line = ''] = (await readOptionFile('--token-file', file)).split(/\r?\n/);
  if (line === '') throw new OptionError('--token-file', `names a file without a first line: ${file}`);
  return line;
}
