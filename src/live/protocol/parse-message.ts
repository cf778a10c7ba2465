/** JSON from outside into a message. */
import * as v from 'valibot';
import { ProtocolError } from './errors.ts';

/**
 * Reads a message.
 *
 * @param what its name, for people.
 * @throws ProtocolError with the code for one that does not fit the schema, `BAD_JSON` for what is no JSON.
 */
export function parseMessage<T>(
  text: string,
  schema: v.GenericSchema<unknown, T>,
  code: 'BAD_HELLO' | 'BAD_SEGMENT' | 'BAD_WATCH',
  what: string,
): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('BAD_JSON', null, `The ${what} is not JSON.`, { cause });
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ProtocolError(
    code,
    null,
    `The ${what} is wrong at "${v.getDotPath(issue) ?? ''}": ${issue.message}.`,
  );
}
