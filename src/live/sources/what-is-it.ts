/** Tells what a stream of bytes or some datagrams are, where they are not what was announced. */
import { concatBatches, type EventBatch } from '../../events/index.ts';
import { byteText } from '../../formats/bytes.ts';
import { detectFormat, EventFormatError } from '../../formats/index.ts';
import { readCaerHeader } from '../../formats/network/caer-header.ts';
import { sourceForms, type SourceForm } from './source-form.ts';

/** What bytes are; `form` is how a source is told to read them, `null` where it cannot. */
export interface Identity {
  readonly name: string;
  readonly form: string | null;
}

const HTTP = /^(GET|POST|PUT|HEAD|OPTIONS|CONNECT|PRI) \S/;

/** What the first bytes of a stream say of themselves; `null`: nothing certain. */
export function identify(head: Uint8Array): Identity | null {
  const text = byteText(head.subarray(0, 64));
  if (HTTP.test(text)) return { name: 'an HTTP request, as browsers and WebSocket clients send', form: null };
  if (head[0] === 0x16 && head[1] === 3 && head[5] === 1 && head.length > 5)
    return { name: 'the beginning of TLS, which this port does not speak', form: null };
  if (typeof readCaerHeader(head) === 'object' && readCaerHeader(head) !== null)
    return { name: "cAER's network stream", form: 'caer' };
  if (text.slice(8, 12) === 'IOHE') return { name: "DV's network stream (AEDAT 4)", form: 'dv' };
  try {
    const { format, confidence } = detectFormat(head);
    return confidence === 'certain' ? { name: format.name, form: format.id } : null;
  } catch (error) {
    if (!(error instanceof EventFormatError) || error.code !== 'UNSUPPORTED_FORMAT') throwUnknown(error);
    else if (!/^This is (a Prophesee recording that|two|gzip)/.test(error.problem)) {
      const [, name = 'something else'] = /^This is (.*?), which/.exec(error.problem) ?? [];
      return { name, form: null };
    }
    return null;
  }
}

function throwUnknown(error: unknown): void {
  if (!(error instanceof EventFormatError)) throw error;
}

/** No sensor is larger, and no clock jumps by more from one datagram to the next. */
const MAX_PLACE = 4096;
const MAX_FORWARD_MICROS = 60_000_000;
const MAX_BACK_MICROS = 1_000_000;

/** Whether a form can be what some datagrams are: all are whole, and their events are somewhere and in some order. */
export function couldBe(
  form: SourceForm,
  options: Record<string, unknown>,
  datagrams: readonly Uint8Array[],
): boolean {
  let events: EventBatch;
  try {
    const decoder = form.createDecoder(options);
    const batches = datagrams.flatMap((datagram) => decoder.push(datagram));
    const { datagrams: account, dropped, faultCount } = decoder.report;
    const { malformed = 0, missing = 0 } = account ?? {};
    const lost = dropped['outside-sensor'] + dropped['unknown-type'];
    if (malformed > 0 || missing > 100 * datagrams.length || lost > decoder.report.events) return false;
    if (faultCount > datagrams.length / 2) return false;
    events = concatBatches(batches);
  } catch {
    return false;
  }
  const { t, x, y, length } = events;
  if (length === 0) return false;
  let odd = 0;
  for (let i = 0; i < length; i++) {
    const step = i === 0 ? 0 : t[i]! - t[i - 1]!;
    if (x[i]! >= MAX_PLACE || y[i]! >= MAX_PLACE || step > MAX_FORWARD_MICROS || step < -MAX_BACK_MICROS)
      odd++;
  }
  return odd <= length / 100;
}

/** The one other form that datagrams can be, where they cannot be what was announced. */
export function guessForm(
  announced: SourceForm,
  options: Record<string, unknown>,
  datagrams: readonly Uint8Array[],
): Identity | null {
  if (couldBe(announced, options, datagrams)) return null;
  const variants: readonly (readonly [SourceForm, Record<string, unknown>, string])[] = sourceForms
    .filter(({ transport }) => transport === 'udp')
    .flatMap((form) =>
      form.id === 'faery'
        ? (['t64_x16_y16_on8', 't32_x16_y15_on1'] as const).map(
            (payload) => [form, { payload }, `${form.id}?payload=${payload}`] as const,
          )
        : [[form, {}, form.id] as const],
    );
  const fitting = variants.filter(([form, own]) => couldBe(form, own, datagrams));
  const [first, ...others] = fitting;
  if (first === undefined || others.length > 0) return null;
  return { name: first[0].name, form: first[2] };
}
