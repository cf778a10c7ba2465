/** Definitions of messages, as bags carry them: which topics are of events, and in which order their fields come. */

/** What events come as. */
export type EventMessageKind = 'array' | 'packet';

/** How a type's messages are laid out. */
export interface EventMessage {
  readonly kind: EventMessageKind;
  /** Names of the fields, in order. */
  readonly fields: readonly string[];
}

/** Fields with their types, without packages. */
const ARRAY_FIELDS: Readonly<Record<string, string>> = {
  header: 'Header',
  height: 'uint32',
  width: 'uint32',
  events: 'Event[]',
};
const PACKET_FIELDS: Readonly<Record<string, string>> = {
  header: 'Header',
  height: 'uint32',
  width: 'uint32',
  seq: 'uint64',
  time_base: 'uint64',
  encoding: 'string',
  is_bigendian: 'bool',
  events: 'uint8[]',
};
const EVENT_FIELDS = 'uint16 x;uint16 y;time ts;bool polarity';

const ARRAY: EventMessage = { kind: 'array', fields: Object.keys(ARRAY_FIELDS) };
const PACKET: EventMessage = { kind: 'packet', fields: Object.keys(PACKET_FIELDS) };

/** Types by their names, for bags without definitions. */
const KNOWN_TYPES: Readonly<Record<string, EventMessage>> = {
  'dvs_msgs/EventArray': ARRAY,
  'prophesee_event_msgs/EventArray': ARRAY,
  'event_array_msgs/EventArray': PACKET,
  'event_camera_msgs/EventPacket': PACKET,
};

/** A type of messages without `msg` between package and name, which ROS 2 puts there. */
export function plainType(type: string): string {
  return type.replace(/^([^/]+)\/msg\//, '$1/');
}

/**
 * How messages of a type are laid out.
 *
 * @param type with its package.
 * @param definition in the language of `.msg` files, those of the types that it uses behind it; `null` if there is none.
 * @returns `null` for types of no events; `unknown` for those of events with other fields than are known.
 */
export function eventMessage(type: string, definition: string | null): EventMessage | 'unknown' | null {
  const plain = plainType(type);
  if (definition === null || definition.trim() === '') return KNOWN_TYPES[plain] ?? null;
  const [own, ...others] = definition.split(/^={3,}\s*$/m).map(fieldsOf);
  const event = others.find(({ name }) => /(^|\/)Event$/.test(name ?? ''));
  const fields = own!.fields;
  if (matches(fields, PACKET_FIELDS)) return { kind: 'packet', fields: fields.map(({ name }) => name) };
  if (
    matches(fields, ARRAY_FIELDS) &&
    event?.fields.map(({ type: of, name }) => `${of} ${name}`).join(';') === EVENT_FIELDS
  )
    return { kind: 'array', fields: fields.map(({ name }) => name) };
  return Object.hasOwn(KNOWN_TYPES, plain) ? 'unknown' : null;
}

interface Field {
  readonly type: string;
  readonly name: string;
}

/** The fields of a definition, and the name in its line `MSG:`. */
function fieldsOf(text: string): { readonly name: string | undefined; readonly fields: readonly Field[] } {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const name = /^MSG:\s*(\S+)/m.exec(lines.join('\n'))?.[1];
  const fields = lines.flatMap((line): Field[] => {
    const [, type, field] = /^([\w/]+(?:\[\d*\])?)\s+(\w+)$/.exec(line) ?? [];
    if (type === undefined || field === undefined) return [];
    const plain = type.replace(/^.*\//, '');
    return [{ type: plain === 'Time' ? 'time' : plain, name: field }];
  });
  return { name, fields };
}

/** Whether these are the fields, in any order. */
function matches(fields: readonly Field[], expected: Readonly<Record<string, string>>): boolean {
  return (
    fields.length === Object.keys(expected).length &&
    fields.every(({ type, name }) => Object.hasOwn(expected, name) && expected[name] === type) &&
    new Set(fields.map(({ name }) => name)).size === fields.length
  );
}
