/** How a source is written down: `udp:8991/jaer?sensor=128x128&camera=lab`. */
import { isIP } from 'node:net';
import { CONVENTIONS, OptionError, type Convention, type SensorGeometry } from '../../events/index.ts';
import type { BufferPolicy } from '../../pipeline/index.ts';
import { findSourceForm, type SourceForm, type Transport } from './source-form.ts';

/** A source, ready to be opened. */
export interface SourceAddress {
  /** As it was written, without options: `udp:8991/jaer`. */
  readonly text: string;
  /** Whether it waits for senders or goes to one. */
  readonly kind: 'listen' | 'connect';
  readonly transport: Transport;
  readonly host: string;
  /** 0 takes a free one (`listen`). */
  readonly port: number;
  readonly form: SourceForm;
  /** Name of the camera; `undefined`: the form and the port. */
  readonly camera: string | undefined;
  /** `null` where what comes states it. */
  readonly sensor: SensorGeometry | null;
  readonly convention: Convention | undefined;
  readonly policy: BufferPolicy;
  /** Addresses or networks (`192.168.1.0/24`) that may send. Empty: all that reach it. */
  readonly allow: readonly string[];
  /** What the form's decoder is told. */
  readonly decoding: Readonly<Record<string, unknown>>;
}

const LOOPBACK = '127.0.0.1';
const POLICIES: readonly BufferPolicy[] = ['pause', 'drop-oldest', 'drop-newest'];

const flag = (text: string): boolean | undefined =>
  ({ '': true, true: true, yes: true, false: false, no: false })[text];
const number = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
const anyText = (text: string): string | undefined => text || undefined;

/** How the values of decoders' options are read; `undefined`: not so. What they may be is the decoder's affair. */
const VALUES: Readonly<Record<string, (text: string) => unknown>> = {
  timestampFirst: flag,
  byteSwap: flag,
  sequenceNumbers: flag,
  flipY: flag,
  addressBytes: number,
  timestampBytes: number,
  skipBytes: number,
  stream: number,
  maxHeaderBytes: number,
  maxPacketBytes: number,
  maxPayloadBytes: number,
};

const camel = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Reads a source's address: `udp:[HOST:]PORT/FORM` or `tcp:[HOST:]PORT/FORM` to listen (HOST is the address to bind,
 * 127.0.0.1 if not said), `tcp:HOST:PORT/FORM` to connect; behind a `?` options, as in an URL: `camera`, `sensor`,
 * `policy`, `convention`, `allow` (once or more), and those of the form's decoder in kebab case.
 *
 * @param option what the caller calls it, for errors.
 * @throws OptionError that says what is wrong, and what there is.
 *
 * @example
 * ```ts
 * import { parseSourceAddress } from 'saccade/live';
 * const { host, port, form, sensor } = parseSourceAddress('listen', 'udp:8991/jaer?sensor=128x128');
 * console.log(host, port, form.name, sensor?.width); // 127.0.0.1 8991 jAER UDP 128
 * ```
 */
export function parseSourceAddress(
  kind: 'listen' | 'connect',
  text: string,
  option: string = kind,
): SourceAddress {
  const usage = kind === 'listen' ? 'udp:PORT/form or tcp:PORT/form, as udp:8991/jaer' : 'tcp:HOST:PORT/form';
  const match = /^(udp|tcp):(?:(\[[^\]/?]+\]|[^:/?[\]]+):)?(\d+)\/([a-z0-9-]+)(?:\?(.*))?$/i.exec(text);
  if (match === null) throw new OptionError(option, `must be ${usage}; got "${text}"`);
  const transport = match[1]!.toLowerCase() as Transport;
  const host = match[2]?.replace(/^\[|\]$/g, '');
  const port = Number(match[3]);
  if (port > 65_535 || (kind === 'connect' && port === 0))
    throw new OptionError(option, `names port ${port}, which there is not ("${text}")`);
  if (kind === 'connect' && (transport === 'udp' || host === undefined))
    throw new OptionError(option, `must be ${usage}; got "${text}". Datagrams are listened for (--listen)`);
  if (kind === 'listen' && host !== undefined && isIP(host) === 0 && host !== 'localhost')
    throw new OptionError(option, `must name an address of this machine to listen on; got "${host}"`);
  const form = named(option, text, () => findSourceForm(transport, match[4]!.toLowerCase()));
  const options = readOptions(option, text, form, new URLSearchParams(match[5] ?? ''));
  if (kind === 'connect' && options.allow.length > 0)
    throw new OptionError(option, `"${text}": allow is of senders that connect, and this goes to one`);
  const address: SourceAddress = {
    text: text.replace(/\?.*$/s, ''),
    kind,
    transport,
    host: host === undefined || host === 'localhost' ? LOOPBACK : host,
    port,
    form,
    ...options,
    policy: options.policy ?? (transport === 'udp' ? 'drop-oldest' : 'pause'),
  };
  if (transport === 'udp' && address.policy === 'pause')
    throw new OptionError(
      option,
      `cannot have policy=pause ("${text}"): whoever sends datagrams does not wait`,
    );
  // A wrong value is told now, and not with the first bytes.
  named(option, text, () => form.createDecoder(decoderOptionsOf(address)));
  return address;
}

/** What the decoder of each of its streams is told. */
export function decoderOptionsOf({ sensor, decoding }: SourceAddress): Record<string, unknown> {
  return { ...decoding, ...(sensor !== null && { geometry: sensor }) };
}

/** An error of an option inside the address, as one of the whole. */
function named<T>(option: string, text: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof OptionError)) throw cause;
    const problem = cause.message.replace(`Option ${cause.option} `, `${kebab(cause.option)} `);
    throw new OptionError(option, `"${text}": ${problem}`, { cause });
  }
}

function readOptions(
  option: string,
  text: string,
  form: SourceForm,
  given: URLSearchParams,
): Pick<SourceAddress, 'camera' | 'sensor' | 'convention' | 'allow' | 'decoding'> & {
  readonly policy: BufferPolicy | undefined;
} {
  const decoding: Record<string, unknown> = {};
  let sensor: SensorGeometry | null = null;
  const wrong = (name: string, value: string, wanted: string): OptionError =>
    new OptionError(option, `"${text}": ${name} must be ${wanted}; got "${value}"`);
  const oneOf = <T extends string>(name: string, values: readonly T[]): T | undefined => {
    const value = given.get(name);
    if (value === null) return undefined;
    if (!values.includes(value as T)) throw wrong(name, value, `one of ${values.join(', ')}`);
    return value as T;
  };
  const camera = given.get('camera') ?? undefined;
  if (camera !== undefined && (camera === '' || camera.length > 100))
    throw wrong('camera', camera, 'a name of up to 100 characters');
  for (const [name, value] of given) {
    if (['camera', 'policy', 'convention', 'allow'].includes(name)) continue;
    if (name === 'sensor' || name === 'geometry') {
      const size = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(value);
      if (size === null) throw wrong(name, value, 'WIDTHxHEIGHT');
      sensor = { width: Number(size[1]), height: Number(size[2]) };
      continue;
    }
    const key = camel(name);
    if (!form.options.includes(key)) {
      const known = ['camera', 'sensor', 'policy', 'convention', 'allow', ...form.options.map(kebab)];
      throw new OptionError(
        option,
        `"${text}": ${form.name} has no option ${name}; there are ${known.join(', ')}`,
      );
    }
    const read = VALUES[key] ?? anyText;
    const parsed = read(value);
    if (parsed === undefined) throw wrong(name, value, read === flag ? 'true or false' : 'a value');
    decoding[key] = parsed;
  }
  return {
    camera,
    sensor,
    convention: oneOf('convention', CONVENTIONS),
    allow: given
      .getAll('allow')
      .flatMap((list) => list.split(','))
      .filter((entry) => entry !== ''),
    policy: oneOf('policy', POLICIES),
    decoding,
  };
}
