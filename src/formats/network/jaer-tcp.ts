/** jAER's TCP stream: big-endian timestamps and addresses, the other way round than in files. */
import { OptionError, type SensorGeometry } from '../../events/index.ts';
import { startClock } from '../aedat2/layout.ts';
import { SideWords } from '../aedat2/side-words.ts';
import type { NetworkForm } from '../network-forms.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import { RecordDecoder } from '../records/record-decoder.ts';
import { word } from '../records/scalar.ts';
import { jaerStream, noteAssumedChip, type JaerStream, type JaerStreamOptions } from './jaer-stream.ts';

/**
 * Push decoder of what jAER's `AESocket` sends (port 8990).
 *
 * @example
 * ```ts
 * import { JaerTcpDecoder } from 'saccade';
 * const decoder = new JaerTcpDecoder({ chip: 'dvs128' });
 * const [batch] = decoder.push(new Uint8Array([0, 0, 3, 0xe8, 0, 0, 0x7b, 0xf8]));
 * console.log(batch?.t[0], batch?.x[0], batch?.y[0], batch?.p[0]); // 1000 3 4 1
 * ```
 */
export class JaerTcpDecoder extends RecordDecoder {
  protected readonly recordBytes: number;
  readonly geometry: SensorGeometry;
  readonly #stream: JaerStream;
  #side: SideWords | undefined;

  constructor(options: JaerStreamOptions = {}) {
    super('aedat2', 'jAER TCP', options);
    if (options.timestampBytes === 0) throw new OptionError('timestampBytes', 'must be 2 or 4 for jAER TCP');
    this.#stream = jaerStream(options, true);
    this.recordBytes = this.#stream.layout.recordBytes;
    this.geometry = this.#stream.geometry;
    noteAssumedChip(this.account, options);
  }

  protected decode(bytes: Uint8Array): void {
    this.pushRecords(bytes);
  }

  protected end(): void {
    this.#side?.finish();
    this.endRecords();
  }

  protected startRecords(bytes: Uint8Array, offset: number): RecordStream {
    const { layout, rule } = this.#stream;
    this.#side = SideWords.for(this.sink(), this.#stream);
    return {
      layout,
      clock: startClock(rule.time, word(bytes, offset, layout.timeBytes)),
      besides: this.#side?.read,
    };
  }
}

/** The form's entry in the list. */
export const jaerTcp: NetworkForm = {
  id: 'jaer-tcp',
  name: 'jAER TCP',
  transport: 'tcp',
  format: 'aedat2',
  createDecoder: (options) => new JaerTcpDecoder(options),
};
