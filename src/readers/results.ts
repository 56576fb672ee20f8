import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Database, RootDatabase } from 'lmdb';
import { refusesAllWrites } from '../journal/record-log.ts';
import type { Output, OutputKey, Position } from '../model.ts';
import { entriesOf, openLmdb, untilWritten } from '../util/lmdb.ts';

/** What the analyser needs to continue after a restart: a position in the journal and the state at that position. */
export interface Checkpoint {
  position: Position;
  /** A snapshot, unchecked. */
  state: unknown;
}

/** Larger than any position of a journal, and small enough that keys stay exact integers for hundreds of journals. */
const anotherJournal = 2 ** 44;

/** An analysis, and the position of the last record that was read before it applied. */
interface Applied {
  after: Position;
  analysis: unknown;
}

/** Analyses that are kept, so that an alert can be explained by the rule that raised it. */
const mostAnalyses = 32;

/** A part of a state that never changes. It is written once, and is the same object under the same name each time. */
type Part = [name: string, part: object];

/** The state of an engine, which may have such parts. */
const partsOf = (state: unknown): Part[] => (state as { parts?: Part[] } | undefined)?.parts ?? [];

/**
 * The analyser's outputs, on disk until they are published, and its checkpoints.
 *
 * After a crash the analyser starts from its last checkpoint and computes the outputs since then again. The
 * outputs are equal and have equal keys (position and ordinal), so those up to the last key on
 * disk are known and ignored: each output is published once.
 *
 * Values are msgpack, encoded by lmdb with the msgpackr that it brings along. To encode them before would give the same
 * bytes in the same time. The state is checked by `SnapshotFormat` when it is restored, and not when it is written.
 */
export class Results {
  readonly folder: string;
  readonly #root: RootDatabase;
  readonly #outputs: Database<Output, OutputKey>;
  readonly #meta: Database<unknown, string>;
  readonly #parts: Database<object, string>;
  /** The analyses by which the journal was read, by the position after which each applied. */
  readonly #applied: Database<unknown, Position>;
  /** The parts on disk, as far as this process wrote or read them. */
  readonly #written = new Map<string, object>();
  #last: OutputKey;

  /** `journalId` is the id of the journal to whose positions the keys belong. */
  constructor(folder: string, journalId: string) {
    this.folder = folder;
    this.#root = openLmdb(folder, 'results.mdb', { maxDbs: 4 });
    this.#outputs = this.#root.openDB<Output, OutputKey>({ name: 'outputs', encoding: 'msgpack' });
    this.#meta = this.#root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' });
    this.#parts = this.#root.openDB<object, string>({ name: 'parts', encoding: 'msgpack' });
    this.#applied = this.#root.openDB<unknown, Position>({ name: 'applied', encoding: 'msgpack' });
    if (this.#meta.get('journal') !== journalId) this.#beginWith(journalId);
    this.#last = (this.#meta.get('last') as OutputKey | undefined) ?? [0, 0];
  }

  /** Resolves when the outputs are on disk, with the number of new ones. Known outputs of a replay are skipped. */
  async append(outputs: { key: OutputKey; output: Output }[]): Promise<number> {
    const news = outputs.filter(({ key }) => after(key, this.#last));
    if (news.length === 0) return 0;
    const last = news.at(-1)!.key;
    await this.#write(() => {
      for (const { key, output } of news) void this.#outputs.put(key, output);
      void this.#meta.put('last', last);
    });
    this.#last = last;
    return news.length;
  }

  isNew(key: OutputKey): boolean {
    return after(key, this.#last);
  }

  /** Outputs that are not published yet, in order. */
  read(limit: number): { key: OutputKey; output: Output }[] {
    this.#root.resetReadTxn();
    return [...this.#outputs.getRange({ limit })].map(({ key, value }) => ({ key, output: value }));
  }

  /** Number of outputs that are not published yet. */
  get unpublished(): number {
    this.#root.resetReadTxn();
    return entriesOf(this.#outputs);
  }

  /** Removes outputs that were published. */
  async published(keys: OutputKey[]): Promise<void> {
    await this.#write(() => {
      for (const key of keys) void this.#outputs.remove(key);
    });
  }

  /** The analysis by which the checkpoint was made: rules, parsers, times. A replay from it uses the same. */
  analysis(): unknown {
    this.#root.resetReadTxn();
    return this.#meta.get('analysis');
  }

  /** Position of the last record that had an output. */
  get lastPosition(): Position {
    return this.#last[0];
  }

  /**
   * Another analysis applies from that position on. The outputs of the change, the checkpoint after it and the analysis
   * are written in one transaction, so that no replay can mix the two analyses.
   */
  async change(outputs: Output[], checkpoint: Checkpoint, analysis: unknown): Promise<void> {
    const keyed = this.keyed(outputs, checkpoint.position);
    const last = keyed.at(-1)?.key;
    await this.#writeState(() => {
      for (const { key, output } of keyed) void this.#outputs.put(key, output);
      if (last !== undefined) void this.#meta.put('last', last);
      this.#putCheckpoint(checkpoint);
      this.#putAnalysis(analysis, checkpoint.position);
    });
    if (last !== undefined) this.#last = last;
  }

  /** An analysis that an earlier version of logboom left is taken to apply from the beginning. */
  #putAnalysis(analysis: unknown, after: Position): void {
    const known = [...this.#applied.getKeys()].filter((position) => position !== after);
    const former = known.length === 0 ? this.#meta.get('analysis') : undefined;
    if (former !== undefined) void this.#applied.put(0, former);
    void this.#applied.put(after, analysis);
    for (const position of known.slice(0, Math.max(0, known.length + 1 - mostAnalyses)))
      void this.#applied.remove(position);
    void this.#meta.put('analysis', analysis);
  }

  /** Outputs of a change at that position with the keys that `change` gives them. */
  keyed(outputs: readonly Output[], position: Position): { key: OutputKey; output: Output }[] {
    const [before, ordinal] = this.#last;
    const first = before === position ? ordinal + 1 : 1;
    return outputs.map((output, index) => ({ key: [position, first + index], output }));
  }

  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#writeState(() => this.#putCheckpoint(checkpoint));
  }

  checkpoint(): Checkpoint | undefined {
    this.#root.resetReadTxn();
    const checkpoint = this.#meta.get('checkpoint') as (Checkpoint & { parts?: string[] }) | undefined;
    if (checkpoint?.parts === undefined) return checkpoint;
    const { parts: names, ...stored } = checkpoint;
    const parts = names.flatMap((name): Part[] => {
      const part = this.#parts.get(name);
      if (part !== undefined) this.#written.set(name, part);
      return part === undefined ? [] : [[name, part]];
    });
    return { ...stored, state: { ...(stored.state as object), parts } };
  }

  /** Whether the database takes no write until it is opened anew, as after a write to its first pages failed. */
  refusesAllWrites(): boolean {
    return refusesAllWrites({ root: this.#root });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  /** Writes the parts that are not on disk yet, and removes those that the state has no more. */
  #putCheckpoint({ position, state }: Checkpoint): void {
    const parts = new Map(partsOf(state));
    for (const [name, part] of parts) {
      if (this.#written.get(name) !== part) void this.#parts.put(name, part);
      this.#written.set(name, part);
    }
    for (const name of this.#written.keys()) {
      if (parts.has(name)) continue;
      void this.#parts.remove(name);
      this.#written.delete(name);
    }
    if (parts.size === 0) return void this.#meta.put('checkpoint', { position, state });
    const { parts: _, ...rest } = state as { parts?: Part[] };
    void this.#meta.put('checkpoint', { position, state: rest, parts: [...parts.keys()] });
  }

  #write(action: () => void): Promise<void> {
    return untilWritten(this.#outputs.batch(action));
  }

  /** As `#write`. After a failure the parts that were not written are written again. */
  async #writeState(action: () => void): Promise<void> {
    const written = [...this.#written];
    try {
      await this.#write(action);
    } catch (error) {
      this.#written.clear();
      for (const [name, part] of written) this.#written.set(name, part);
      throw error;
    }
  }

  /** Outputs of another journal are published first, under keys that this journal never uses. */
  #beginWith(journalId: string): void {
    this.#root.transactionSync(() => {
      for (const { key, value } of [...this.#outputs.getRange()]) {
        this.#outputs.remove(key);
        this.#outputs.put([key[0] - anotherJournal, key[1]], value);
      }
      this.#meta.put('journal', journalId);
      this.#meta.remove('last');
      this.#meta.remove('checkpoint');
      this.#meta.remove('analysis');
      for (const position of [...this.#applied.getKeys()]) this.#applied.remove(position);
    });
  }
}

const after = (a: OutputKey, b: OutputKey): boolean => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);

/** Stands for the journal's id in results that do not come from a journal. */
export const ofNoJournal = 'none';

/**
 * The analyses on disk by which a server read its journal, oldest first; it may run meanwhile. The last one is in force. Empty where
 * there is none.
 */
export async function analysesIn(folder: string): Promise<Applied[]> {
  if (!existsSync(`${folder}/results.mdb`)) return [];
  const root = openLmdb(folder, 'results.mdb', { maxDbs: 4, readOnly: true });
  try {
    const present = root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' }).get('analysis');
    // Results of an earlier version of logboom have no such table.
    const applied: Database<unknown, Position> | undefined = root.openDB({
      name: 'applied',
      encoding: 'msgpack',
    });
    const kept = [...(applied?.getRange() ?? [])].map(({ key, value }) => ({ after: key, analysis: value }));
    // An earlier version of logboom, run on this folder since, does not write this table.
    const isKept = isDeepStrictEqual(kept.at(-1)?.analysis, present);
    return isKept || present === undefined ? kept : [{ after: 0, analysis: present }];
  } finally {
    await root.close();
  }
}
