import type { Database, RootDatabase } from 'lmdb';
import { refusesAllWrites } from '../journal/record-log.ts';
import type { Output, OutputKey, Position } from '../model.ts';
import { WriteGuard } from '../util/guards/write-guard.ts';
import { entriesOf, openLmdb } from '../util/lmdb.ts';
import { type Checkpoint, Checkpoints } from './checkpoints.ts';

/** Larger than any position of a journal, and small enough that keys stay exact integers for hundreds of journals. */
const anotherJournal = 2 ** 44;

/** Analyses that are kept, so that an alert can be explained by the rule that raised it. */
const mostAnalyses = 32;

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
  readonly #guard: WriteGuard;
  readonly #outputs: Database<Output, OutputKey>;
  readonly #meta: Database<unknown, string>;
  readonly #checkpoints: Checkpoints;
  /** The analyses by which the journal was read, by the position after which each applied. */
  readonly #applied: Database<unknown, Position>;
  #last: OutputKey;

  /** `journalId` is the id of the journal to whose positions the keys belong. */
  constructor(folder: string, journalId: string) {
    this.folder = folder;
    this.#guard = new WriteGuard(folder);
    this.#root = openLmdb(folder, 'results.mdb', { maxDbs: 4 });
    this.#outputs = this.#root.openDB<Output, OutputKey>({ name: 'outputs', encoding: 'msgpack' });
    this.#meta = this.#root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' });
    this.#applied = this.#root.openDB<unknown, Position>({ name: 'applied', encoding: 'msgpack' });
    this.#checkpoints = new Checkpoints(this.#root, this.#meta);
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
    await this.#checkpoints.replace(checkpoint, (put) =>
      this.#write(() => {
        for (const { key, output } of keyed) void this.#outputs.put(key, output);
        if (last !== undefined) void this.#meta.put('last', last);
        put();
        this.#putAnalysis(analysis, checkpoint.position);
      }),
    );
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
    await this.#checkpoints.replace(checkpoint, (put) => this.#write(put));
  }

  checkpoint(): Checkpoint | undefined {
    this.#root.resetReadTxn();
    return this.#checkpoints.read();
  }

  /** Whether the database takes no write until it is opened anew, as after a write to its first pages failed. */
  refusesAllWrites(): boolean {
    return refusesAllWrites({ root: this.#root });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #write(action: () => void): Promise<void> {
    return this.#guard.write(() => this.#outputs.batch(action));
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
