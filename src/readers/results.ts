import type { Database, RootDatabase } from 'lmdb';
import type { Output, OutputKey, Position } from '../model.ts';
import { openLmdb, untilWritten } from '../util/lmdb.ts';

/** What the analyser needs to go on after a restart: its place in the journal and its state at that place. */
export interface Checkpoint {
  position: Position;
  state: unknown;
}

/** Beyond any journal's positions, and small enough that keys stay exact through hundreds of journals. */
const anotherJournal = 2 ** 44;

/**
 * What the analyser puts out, on disk until it is published, and the analyser's checkpoints.
 *
 * After a crash the analyser starts from its last checkpoint and computes again what it had put out since. The
 * outputs come out equal and under equal keys (position and ordinal), so whatever is not beyond the last key on
 * disk is known and left alone: each output is published once.
 */
export class Results {
  readonly folder: string;
  readonly #root: RootDatabase;
  readonly #outputs: Database<Output, OutputKey>;
  readonly #meta: Database<unknown, string>;
  #last: OutputKey;

  /** `journalId` names the journal whose positions the keys are; results of another journal know nothing about it. */
  constructor(folder: string, journalId: string) {
    this.folder = folder;
    this.#root = openLmdb(folder, 'results.mdb', { maxDbs: 4 });
    this.#outputs = this.#root.openDB<Output, OutputKey>({ name: 'outputs', encoding: 'msgpack' });
    this.#meta = this.#root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' });
    if (this.#meta.get('journal') !== journalId) this.#beginWith(journalId);
    this.#last = (this.#meta.get('last') as OutputKey | undefined) ?? [0, 0];
  }

  /** Resolves when the outputs are on disk. Those of a replay, known already, are skipped; the count of new ones is returned. */
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

  /** Forgets outputs that found their owner. */
  async published(keys: OutputKey[]): Promise<void> {
    await this.#write(() => {
      for (const key of keys) void this.#outputs.remove(key);
    });
  }

  /** By what the checkpoint came about: rules, parsers, times. A replay from it goes by the same. */
  analysis(): unknown {
    this.#root.resetReadTxn();
    return this.#meta.get('analysis');
  }

  /** Position of the last record that put something out. */
  get lastPosition(): Position {
    return this.#last[0];
  }

  /**
   * From that position on another analysis holds. What it puts out itself, the checkpoint after it and the analysis
   * are on disk all at once or not at all, so that no replay can mix the two.
   */
  async change(outputs: Output[], checkpoint: Checkpoint, analysis: unknown): Promise<void> {
    const { position } = checkpoint;
    const [before, ordinal] = this.#last;
    const first = before === position ? ordinal + 1 : 1;
    await this.#write(() => {
      outputs.forEach((output, index) => void this.#outputs.put([position, first + index], output));
      if (outputs.length > 0) void this.#meta.put('last', [position, first + outputs.length - 1]);
      void this.#meta.put('checkpoint', checkpoint);
      void this.#meta.put('analysis', analysis);
    });
    if (outputs.length > 0) this.#last = [position, first + outputs.length - 1];
  }

  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#write(() => void this.#meta.put('checkpoint', checkpoint));
  }

  checkpoint(): Checkpoint | undefined {
    this.#root.resetReadTxn();
    return this.#meta.get('checkpoint') as Checkpoint | undefined;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #write(action: () => void): Promise<void> {
    return untilWritten(this.#outputs.batch(action));
  }

  /** What another journal left is still to be published, first, under keys that this one never uses. */
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
    });
  }
}

function after(a: OutputKey, b: OutputKey): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

/** The name that stands for the journal's in results that come of no journal. */
export const ofNoJournal = 'none';
