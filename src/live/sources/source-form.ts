/** What a network source may carry: the network forms, and the streaming recording formats as they stand over TCP. */
import { OptionError } from '../../events/index.ts';
import {
  eventFormats,
  findNetworkForm,
  networkForms,
  type DecoderOptions,
  type EventDecoder,
} from '../../formats/index.ts';

/** How bytes come. */
export type Transport = 'udp' | 'tcp';

/** A form as the command line spells it: `jaer`, `evt3`. */
export interface SourceForm {
  /** As in `udp:8991/jaer`. */
  readonly id: string;
  readonly transport: Transport;
  /** Name as users know it: `jAER UDP`. */
  readonly name: string;
  /** Asked where nothing comes. */
  readonly ask: string;
  /** Names of the options that its decoder has, beside the sensor's size. */
  readonly options: readonly string[];
  createDecoder(options: DecoderOptions & Record<string, unknown>): EventDecoder;
}

const JAER_OPTIONS = ['chip', 'timestampFirst', 'addressBytes', 'timestampBytes', 'byteSwap'];
const ASK_SENDER = 'does something send to this port?';

/** What people look at on the other side, and what decoders may be told; by identifiers of network forms. */
const DETAILS: Readonly<Record<string, { readonly ask: string; readonly options: readonly string[] }>> = {
  'jaer-udp': {
    ask: "is jAER's UDP output on (File / Remote / Enable unicast datagram (UDP) output), to this host and port?",
    options: [...JAER_OPTIONS, 'sequenceNumbers', 'skipBytes'],
  },
  'jaer-tcp': {
    ask: 'does jAER write to this port (File / Remote / Open remote server output stream socket)?',
    options: JAER_OPTIONS,
  },
  'caer-udp': { ask: "does cAER's net_udp module send to this host and port?", options: ['stream'] },
  'caer-tcp': { ask: "does cAER's net_tcp module run, and is there a camera?", options: ['stream'] },
  'dv-tcp': {
    ask: "does DV's network output (net_tcp_server) run, and is it connected to the camera's events?",
    options: ['stream', 'flipY'],
  },
  'spif-udp': { ask: 'does `aestream … output udp` send to this host and port?', options: [] },
  'faery-udp': { ask: 'does faery (`to_udp`) send to this host and port?', options: ['payload'] },
};

const fromNetwork: readonly SourceForm[] = networkForms.map((form) => ({
  id: form.id.replace(`-${form.transport}`, ''),
  transport: form.transport,
  name: form.name,
  ask: ASK_SENDER,
  options: [],
  ...DETAILS[form.id],
  createDecoder: (options) => findNetworkForm(form.id)!.createDecoder(options),
}));

const fromRecordings: readonly SourceForm[] = eventFormats
  .filter(({ streaming }) => streaming)
  .map((format) => ({
    id: format.id,
    transport: 'tcp',
    name: `${format.name} over TCP`,
    ask: ASK_SENDER,
    options: Object.keys(format.decoderOptions ?? {}).filter((name) => name !== 'convention'),
    createDecoder: (options) => format.createDecoder(options),
  }));

/** All forms, those of cameras' software first. A network form or a streaming format that is added is here too. */
export const sourceForms: readonly SourceForm[] = [...fromNetwork, ...fromRecordings];

/** @throws OptionError that lists the forms of the transport. */
export function findSourceForm(transport: Transport, id: string): SourceForm {
  const form = sourceForms.find((known) => known.transport === transport && known.id === id);
  if (form !== undefined) return form;
  const ids = sourceForms.filter((known) => known.transport === transport).map((known) => known.id);
  throw new OptionError('form', `must be one of ${ids.join(', ')} over ${transport}; got "${id}"`);
}
