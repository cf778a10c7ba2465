/** Records one camera's connection: what came in, what time and load did to it, and what was decided. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sameSensor, SaccadeError, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import type { PipelineMark } from '../camera/pipeline-mark.ts';
import type { DecisionMessage, SegmentInfo } from '../protocol/index.ts';
import { PartWriter } from './part-writer.ts';
import { TAKE_FILE, type PartFormat, type PartHead, type RecordLine, type Take } from './record-format.ts';
import type { RecordStore } from './record-store.ts';
import { syncFolder, WholeFile } from './whole-file.ts';

/** Push class. Nothing that happens to the record reaches whoever pushes. */
export class TakeRecorder {
  readonly #store: RecordStore;
  readonly #take: Take;
  readonly #folder: string;
  /** Settles when the folder is there. */
  readonly #ready: Promise<void>;
  /** What is done on disk, in its order. */
  #disk: Promise<void>;
  /** Numbers of the recordings that decisions are of. */
  readonly #segments = new WeakMap<SegmentInfo, number>();
  #segment: SegmentInfo | null = null;
  #segmentIndex = 0;
  /** Whether the recording in hand has a part. */
  #begun = false;
  #part: PartWriter | undefined;
  #parts = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Lines for the next part. */
  #waiting: RecordLine[] = [];
  #format: 'aedat4' | 'canonical' = 'aedat4';
  #droppedWindow = '';
  readonly #unrepeatable = new Set<string>();
  /** What is just being pushed is left out, and that is said. */
  #leavesOut = false;
  /** What is just being pushed, and lies in the part in hand. */
  #pushed: { readonly after: number; readonly size: number } | null = null;
  #size = 0;
  #over = false;
  #isBroken = false;

  constructor(store: RecordStore, take: Take, name: string) {
    this.#store = store;
    this.#take = take;
    this.#folder = store.begin(name);
    this.#ready = this.#guarded(async () => {
      await mkdir(this.#folder, { recursive: true });
      const file = new WholeFile(path.join(this.#folder, TAKE_FILE), (error) => {
        store.fail(error);
      });
      file.write(new TextEncoder().encode(`${JSON.stringify(take, null, 2)}\n`));
      if (await file.sync()) await file.appear();
      await syncFolder(store.folder);
    });
    this.#disk = this.#ready;
  }

  /** @param segment another object for every recording: decisions name it. */
  startSegment(segment: SegmentInfo): void {
    if (this.#isDeaf()) return;
    // What happened since the last part was closed is of the recording that ends.
    if (this.#part === undefined && this.#waiting.length > 0) this.#openPart(null, null, 0);
    this.#closePart({ segmentEnds: true, takeEnds: false });
    this.#segment = segment;
    this.#segmentIndex++;
    this.#segments.set(segment, this.#segmentIndex);
    this.#begun = false;
    this.#format = 'aedat4';
    // Bytes must be a recording: that there are none is a fault, to be replayed too.
    if (this.#take.payload === 'raw') this.#openPart('raw', null, 0);
  }

  pushEvents(batch: EventBatch): void {
    if (batch.length === 0 || this.#isDeaf()) return;
    let outcome = this.#partFor(batch).pushEvents(batch);
    if (outcome === 'unfit') {
      this.#closePart({ segmentEnds: false, takeEnds: false });
      this.#format = 'canonical';
      outcome = this.#partFor(batch).pushEvents(batch);
    }
    if (outcome === 'taken') this.#note(batch.length);
    else this.#lose('the disk is slower than the camera');
  }

  /** Events that the server leaves out, and will say so. */
  leaveOut(events: number): void {
    if (this.#isDeaf()) return;
    this.#leavesOut = true;
    this.#say({ type: 'left-out', after: this.#part?.size ?? 0, events });
  }

  pushBytes(bytes: Uint8Array): void {
    if (this.#isDeaf()) return;
    const part = this.#part ?? this.#openPart('raw', null, 0);
    if (part.pushBytes(bytes)) this.#note(bytes.length);
    else this.#lose('the disk is slower than the camera');
  }

  /** What was pushed was taken, or left out: the part may be closed. */
  settle(): void {
    this.#pushed = null;
    this.#leavesOut = false;
    if (this.#part !== undefined) this.#rotate();
  }

  mark(mark: PipelineMark): void {
    if (mark.kind === 'flush') {
      this.#say({ type: 'flush', after: this.#part?.size ?? 0 });
      return;
    }
    if (mark.kind === 'left-out') {
      // It is in the record all the same: what follows cannot be decoded without.
      if (!this.#leavesOut && this.#pushed !== null) this.#say({ type: 'too-old', ...this.#pushed });
      else if (!this.#leavesOut) this.#say({ type: 'left-out', after: this.#part?.size ?? 0, events: 0 });
      this.#leavesOut = true;
      return;
    }
    if (mark.kind === 'unrepeatable') {
      this.#sayUnrepeatable(mark.why);
      return;
    }
    const { window, step } = mark;
    const segmentIndex = this.#indexOf(mark.segment);
    const key = `${segmentIndex} ${window}`;
    if (key === this.#droppedWindow) return;
    this.#droppedWindow = key;
    this.#say({ type: 'dropped', segmentIndex, window, step });
  }

  #sayUnrepeatable(why: string): void {
    if (!this.#unrepeatable.has(why)) this.#say({ type: 'unrepeatable', why });
    this.#unrepeatable.add(why);
  }

  decide(decision: DecisionMessage): void {
    this.#say({ type: 'decision', segmentIndex: this.#indexOf(decision.segment), decision });
  }

  fail(error: unknown): void {
    const { code = 'SERVER_ERROR', message = '' } =
      error instanceof SaccadeError ? (error as SaccadeError) : {};
    this.#say({ type: 'fault', code, message });
  }

  /** All is decided. Resolves when it is on disk. */
  async end(): Promise<void> {
    if (!this.#isDeaf()) {
      if (this.#part === undefined) this.#openPart(null, null, 0);
      this.#closePart({ segmentEnds: true, takeEnds: true });
    }
    this.#over = true;
    await this.#disk;
    this.#store.release(this.#folder);
  }

  #indexOf(segment: SegmentInfo | null): number {
    return segment === null ? 0 : (this.#segments.get(segment) ?? 0);
  }

  /** What is there is whole; the rest of the take is not recorded. */
  #lose(why: string): void {
    this.#over = true;
    this.#store.lose(this.#take.camera, why);
    this.#discardPart();
  }

  #isDeaf(): boolean {
    if (!this.#over && this.#store.hasStopped)
      this.#lose(`recording stopped (${this.#store.account.stopped!})`);
    return this.#over;
  }

  #say(line: RecordLine): void {
    if (this.#isDeaf()) return;
    if (this.#part === undefined) this.#waiting.push(line);
    else if (!this.#part.say(line)) this.#lose('the disk is slower than the camera');
    else if (this.#pushed === null) this.#rotate();
  }

  /** A part is of one sensor and one time segment. */
  #partFor(batch: EventBatch): PartWriter {
    const head = this.#part?.head;
    const fits =
      head !== undefined && head.clockSegment === batch.segment && sameGeometry(head.sensor, batch.geometry);
    if (fits) return this.#part!;
    this.#closePart({ segmentEnds: false, takeEnds: false });
    return this.#openPart(this.#format, batch.geometry, batch.segment);
  }

  #openPart(format: PartFormat | null, sensor: SensorGeometry | null, clockSegment: number): PartWriter {
    const head: PartHead = {
      type: 'part',
      part: ++this.#parts,
      segmentIndex: this.#segmentIndex,
      segment: this.#segment,
      format,
      sensor,
      clockSegment,
      sizeBefore: this.#size,
      begins: !this.#begun && format !== null,
    };
    this.#begun ||= format !== null;
    const part = new PartWriter(this.#store, this.#folder, head, this.#ready);
    for (const line of this.#waiting.splice(0)) part.say(line);
    this.#part = part;
    this.#timer = setTimeout(() => {
      this.#closePart({ segmentEnds: false, takeEnds: false });
    }, this.#store.limits.recordPartMs);
    this.#timer.unref();
    return part;
  }

  #note(size: number): void {
    this.#pushed = { after: this.#part!.size - size, size };
    this.#size += size;
  }

  #rotate(): void {
    if (this.#part!.bytes >= this.#store.limits.recordPartBytes)
      this.#closePart({ segmentEnds: false, takeEnds: false });
  }

  #closePart(ends: { readonly segmentEnds: boolean; readonly takeEnds: boolean }): void {
    const part = this.#takePart();
    if (part === undefined) return;
    const before = this.#disk;
    this.#disk = this.#guarded(async () => {
      await before;
      // Behind one that is not there others would be of no use, and take the room that is left.
      if (this.#isBroken) await part.discard();
      else this.#isBroken = !(await part.commit(ends));
    });
  }

  #discardPart(): void {
    const part = this.#takePart();
    const before = this.#disk;
    this.#disk = this.#guarded(async () => {
      await before;
      await part?.discard();
    });
  }

  #takePart(): PartWriter | undefined {
    clearTimeout(this.#timer);
    const part = this.#part;
    this.#part = undefined;
    return part;
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#store.fail(error);
    }
  }
}

function sameGeometry(a: SensorGeometry | null, b: SensorGeometry | null): boolean {
  return a === null || b === null ? a === b : sameSensor(a, b);
}
