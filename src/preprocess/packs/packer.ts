/** Gathers the outputs of a folder into packs, and takes packs apart that no longer fit. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DiskSync } from '../disk-sync.ts';
import { hashFile } from '../hash-file.ts';
import type { JobOutput, JobResult } from '../job-result.ts';
import type { Journal } from '../journal.ts';
import { removeEmpty } from '../output-folder.ts';
import { filesBelow, partOf } from '../write-whole.ts';
import type { PackForm, PackItem, PackLimits, PlannedPack } from './pack-form.ts';
import { packKey, type PackRecord } from './pack-record.ts';

/** So many packs, or bytes of them, are made durable together. */
const BATCH_PACKS = 1024;
const BATCH_BYTES = 2 ** 26;

/** What a packer works on. */
export interface PackerSetting {
  readonly form: PackForm;
  readonly limits: PackLimits;
  /** What paths of outputs are relative to, and the folder of this run in it. */
  readonly out: string;
  readonly folder: string;
  readonly journal: Journal;
}

/** See {@link Packer.pack}. */
export interface PackOptions {
  /** That the journal names. */
  readonly results: Iterable<JobResult>;
  /** Called before anything changes, if something does. */
  readonly onChange: () => Promise<void>;
  /** What is begun is finished. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Outputs are files of their own until their pack is whole, durable and in the journal, and again before a pack goes: killed at any
 * time, each output is in a file of its own or in a pack that the journal names.
 */
export class Packer {
  readonly #setting: PackerSetting;
  /** Those that are whole, by their paths. */
  readonly #packs = new Map<string, PackRecord>();
  readonly #packed = new Map<string, PackRecord>();

  private constructor(setting: PackerSetting) {
    this.#setting = setting;
  }

  /** Reads the packs that the journal names. Those that are damaged count for nothing. */
  static async open(setting: PackerSetting): Promise<Packer> {
    const packer = new Packer(setting);
    for (const record of setting.journal.packs.values()) {
      if (!packer.#isOwn(record.path)) continue;
      const found = await hashFile(packer.#locate(record.path)).catch(() => null);
      if (found?.bytes === record.bytes && found.sha256 === record.sha256) packer.#add(record);
    }
    // What a kill left of both is not needed twice.
    await packer.#removeOutputs([...packer.#packed.keys()]);
    return packer;
  }

  /** By their paths. */
  get packs(): readonly PackRecord[] {
    return [...this.#packs.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The pack that an output lies in. */
  packOf(output: string): PackRecord | undefined {
    return this.#packed.get(output);
  }

  /**
   * Takes apart the packs that hold any of these outputs, so that each can be removed.
   *
   * @param results that the journal names then.
   */
  async free(outputs: Iterable<string>, results: Iterable<JobResult>): Promise<void> {
    const packs = new Set<PackRecord>();
    for (const output of outputs) {
      const found = this.#packed.get(output);
      if (found !== undefined) packs.add(found);
    }
    await this.#dissolve([...packs], results);
  }

  /**
   * Makes the packs of these items. Packs that are as they would be made stay.
   *
   * @returns `false` if it was stopped before all were made.
   */
  async pack(items: readonly PackItem[], { results, onChange, signal }: PackOptions): Promise<boolean> {
    const { form, limits, folder } = this.#setting;
    const planned = form.plan(items, limits).map((plan) => ({ plan, key: packKey(form, plan.items) }));
    const wanted = new Map(planned.map(({ plan, key }) => [this.#pathOf(plan), key]));
    const leaving = this.packs.filter((pack) => wanted.get(pack.path) !== pack.key);
    if (leaving.length > 0 || planned.some(({ plan }) => !this.#packs.has(this.#pathOf(plan))))
      await onChange();
    await this.#dissolve(leaving, results);
    // A loader would read them: of a run that was killed in front of the journal, or that nobody knows any more.
    for (const name of await filesBelow(folder))
      if (form.isPack(name) && !this.#packs.has(`${path.basename(folder)}/${name}`))
        rmSync(path.join(folder, name));
    const missing = planned.filter(({ plan }) => !this.#packs.has(this.#pathOf(plan)));
    while (missing.length > 0) {
      if (signal?.aborted) return false;
      await this.#make(nextBatch(missing));
    }
    return true;
  }

  async #make(batch: readonly { readonly plan: PlannedPack; readonly key: string }[]): Promise<void> {
    const { form, journal } = this.#setting;
    const made: PackRecord[] = [];
    for (const { plan, key } of batch) {
      const name = this.#pathOf(plan);
      const file = this.#locate(name);
      mkdirSync(path.dirname(file), { recursive: true });
      const written = await form.write(partOf(file), plan.items, (output: JobOutput) =>
        this.#locate(output.path),
      );
      made.push({ path: name, ...written, key, outputs: plan.items.map(({ output }) => output.path) });
    }
    await this.#keep(made.map((record) => record.path));
    await journal.addPacks(made);
    for (const record of made) this.#add(record);
    await this.#removeOutputs(made.flatMap(({ outputs }) => outputs));
  }

  async #dissolve(packs: readonly PackRecord[], results: Iterable<JobResult>): Promise<void> {
    if (packs.length === 0) return;
    const { form, journal } = this.#setting;
    for (const { path: name, outputs } of packs)
      await form.unpack(this.#locate(name), outputs, (output) => partOf(this.#locate(output)));
    await this.#keep(packs.flatMap(({ outputs }) => outputs));
    for (const pack of packs) {
      this.#packs.delete(pack.path);
      for (const output of pack.outputs) this.#packed.delete(output);
    }
    await journal.rewrite(results, this.packs);
    for (const { path: name } of packs) rmSync(this.#locate(name), { force: true });
  }

  /** Gives parts their names, durably. */
  async #keep(names: readonly string[]): Promise<void> {
    const disk = new DiskSync(this.#setting.folder);
    const files = names.map((name) => this.#locate(name));
    for (const fault of (await disk.files(files.map((file) => partOf(file)))).values()) throw fault;
    for (const file of files) renameSync(partOf(file), file);
    const folders = new Set(files.map((file) => path.dirname(file)));
    for (const fault of (await disk.folders([...folders])).values()) throw fault;
  }

  /** Files of outputs that lie in packs. */
  async #removeOutputs(outputs: readonly string[]): Promise<void> {
    const files = outputs.map((output) => this.#locate(output));
    for (const file of files) rmSync(file, { force: true });
    for (const inner of new Set(files.map((file) => path.dirname(file))))
      await removeEmpty(this.#setting.folder, inner);
  }

  #add(record: PackRecord): void {
    this.#packs.set(record.path, record);
    for (const output of record.outputs) this.#packed.set(output, record);
  }

  #pathOf({ name }: PlannedPack): string {
    return `${path.basename(this.#setting.folder)}/${name}`;
  }

  #locate(name: string): string {
    return path.join(this.#setting.out, name);
  }

  /** A journal is a file like others: it may not name what is elsewhere. */
  #isOwn(name: string): boolean {
    const { form, folder } = this.#setting;
    const [first, ...rest] = name.split('/');
    return first === path.basename(folder) && form.isPack(rest.join('/')) && existsSync(this.#locate(name));
  }
}

/** Takes the next packs. */
function nextBatch<Planned extends { readonly plan: PlannedPack }>(missing: Planned[]): Planned[] {
  let count = 0;
  let bytes = 0;
  while (count < Math.min(missing.length, BATCH_PACKS) && (count === 0 || bytes < BATCH_BYTES))
    for (const { output } of missing[count++]!.plan.items) bytes += output.bytes;
  return missing.splice(0, count);
}
