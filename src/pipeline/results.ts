import { mkdirSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Output, OutputKey, Position } from '../model.ts';

/** What the analyser needs to go on after a restart: its place in the journal and its state at that place. */
export interface Checkpoint {
  position: Position;
  state: unknown;
}

/**
 * What the analyser puts out, on disk until it is published, and the analyser's checkpoints.
 *
 * After a crash the analyser starts from its last checkpoint and computes again what it had put out since. The
 * outputs come out equal and under equal keys (position and ordinal), so whatever is not beyond the last key on
 * disk is known and left alone: each output is published once.
 */
export class Results {
  private readonly root: RootDatabase;
  private readonly outputs: Database<Output, OutputKey>;
  private readonly meta: Database<unknown, string>;
  private last: OutputKey;

  /** `journalId` names the journal whose positions the keys are; results of another journal know nothing about it. */
  constructor(folder: string, journalId: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.root = open({ path: `${folder}/results.mdb`, maxDbs: 4, overlappingSync: false });
    this.outputs = this.root.openDB<Output, OutputKey>({ name: 'outputs', encoding: 'msgpack' });
    this.meta = this.root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' });
    if (this.meta.get('journal') !== journalId) {
      this.root.transactionSync(() => {
        this.meta.put('journal', journalId);
        this.meta.remove('last');
        this.meta.remove('checkpoint');
      });
    }
    this.last = (this.meta.get('last') as OutputKey | undefined) ?? [0, 0];
  }

  /** Resolves when the outputs are on disk. Those of a replay, known already, are skipped; the count of new ones is returned. */
  async append(outputs: { key: OutputKey; output: Output }[]): Promise<number> {
    const news = outputs.filter(({ key }) => after(key, this.last));
    if (news.length === 0) return 0;
    const last = news.at(-1)!.key;
    await this.root.transaction(() => {
      for (const { key, output } of news) this.outputs.put(key, output);
      this.meta.put('last', last);
    });
    this.last = last;
    return news.length;
  }

  isNew(key: OutputKey): boolean {
    return after(key, this.last);
  }

  /** Outputs that are not published yet, in order. */
  read(limit: number): { key: OutputKey; output: Output }[] {
    this.root.resetReadTxn();
    return [...this.outputs.getRange({ limit })].map(({ key, value }) => ({ key, output: value }));
  }

  /** Forgets outputs that found their owner. */
  async published(keys: OutputKey[]): Promise<void> {
    await this.root.transaction(() => {
      for (const key of keys) this.outputs.remove(key);
    });
  }

  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.meta.put('checkpoint', checkpoint);
  }

  checkpoint(): Checkpoint | undefined {
    this.root.resetReadTxn();
    return this.meta.get('checkpoint') as Checkpoint | undefined;
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}

function after(a: OutputKey, b: OutputKey): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
