import type { Database, RootDatabase } from 'lmdb';
import type { Millis, OutputKey } from '../../model.ts';
import { WriteGuard } from '../../util/guards/write-guard.ts';
import { openLmdb } from '../../util/lmdb.ts';

/** An output as streams send it. */
export interface StreamOutput {
  /** Id of the document, with the revision of a corrected one. */
  id: string;
  kind: 'windows' | 'transitions';
  rule: string;
  group: string;
  /** One line for people. */
  text: string;
  /** JSON. */
  document: string;
}

/** `number`: order of arrival, from 1. `since`: wall time at which it was put. */
export interface StreamEntry extends StreamOutput {
  number: number;
  since: Millis;
}

/** How far a stream is. */
interface Place {
  /** Number of the last entry that is done with. */
  at: number;
  /** Entries that were dropped because more than `keep` waited. */
  dropped: number;
}

/** What was put last by one writer. A replay after a crash puts the same outputs again, under equal keys. */
interface Last {
  number: number;
  journal: string;
  key: OutputKey;
}

export interface StreamedOutput {
  key: OutputKey;
  output: StreamOutput;
}

const nothing: Last = { number: 0, journal: '', key: [0, 0] };

/**
 * The outputs that streams have still to send, in one durable log with a place for each stream. The analyser's thread puts, the
 * main thread puts alerts about logboom itself, sends, and moves the places on. An entry is removed when all streams are past it.
 *
 * The log is bounded by `keep` of each stream: one that is farther behind loses its oldest entries, and their number is kept. It is no
 * part of the outbox, so that a stream of many outputs delays no alert.
 *
 * On disk: LMDB, `streams.mdb`, values in MessagePack. `entries`: number → `StreamEntry`; `places`: stream → `Place`; `meta`:
 * `last` of the analyser and `own` of the alerts about logboom itself → `Last`.
 */
export class StreamLog {
  readonly #root: RootDatabase;
  readonly #guard: WriteGuard;
  readonly #entries: Database<StreamEntry, number>;
  readonly #places: Database<Place, string>;
  readonly #meta: Database<Last, string>;

  constructor(folder: string) {
    this.#root = openLmdb(folder, 'streams.mdb', { maxDbs: 4 });
    this.#guard = new WriteGuard(folder);
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'msgpack' });
    this.#places = this.#root.openDB({ name: 'places', encoding: 'msgpack' });
    this.#meta = this.#root.openDB({ name: 'meta', encoding: 'msgpack' });
  }

  /** From now on there are these streams. A new one begins after the last entry; what waits for a removed one is dropped. */
  async configure(names: readonly string[]): Promise<void> {
    await this.#write(() => {
      const number = this.#newest;
      for (const name of [...this.#places.getKeys()])
        if (!names.includes(name)) void this.#places.remove(name);
      for (const name of names)
        if (!this.#places.get(name)) void this.#places.put(name, { at: number, dropped: 0 });
      this.#trim();
    });
  }

  /**
   * Puts outputs that were not put before. `journal`: id of the journal whose positions are in the keys; undefined: they are of alerts about
   * logboom itself. `keep`: by stream, how many may wait.
   */
  async put(
    journal: string | undefined,
    outputs: readonly StreamedOutput[],
    keep: Readonly<Record<string, number>>,
    now: Millis,
  ): Promise<void> {
    await this.#write(() => {
      const row = journal === undefined ? 'own' : 'last';
      const last = this.#meta.get(row) ?? nothing;
      const isOther = journal !== undefined && last.journal !== journal;
      const news = outputs.filter(({ key }) => isOther || isAfter(key, last.key));
      let number = this.#newest;
      for (const { output } of news) {
        number += 1;
        void this.#entries.put(number, { ...output, number, since: now });
      }
      if (news.length > 0)
        void this.#meta.put(row, { number, journal: journal ?? '', key: news.at(-1)!.key });
      for (const { key: name, value } of [...this.#places.getRange()]) {
        const most = keep[name];
        const first = most === undefined ? 0 : number - most;
        if (value.at < first)
          void this.#places.put(name, { at: first, dropped: value.dropped + first - value.at });
      }
      this.#trim();
    });
  }

  /** The oldest entries that a stream is not done with. */
  read(stream: string, limit: number): StreamEntry[] {
    this.#root.resetReadTxn();
    const place = this.#places.get(stream);
    if (place === undefined) return [];
    return [...this.#entries.getRange({ start: place.at + 1, limit })].map(({ value }) => value);
  }

  /** A stream is done with all entries up to that number. */
  async advance(stream: string, number: number): Promise<void> {
    await this.#write(() => {
      const place = this.#places.get(stream);
      if (place === undefined || number <= place.at) return;
      void this.#places.put(stream, { ...place, at: number });
      this.#trim();
    });
  }

  /** Entries that wait for a stream, and entries that it lost. */
  stateOf(stream: string): { pending: number; dropped: number } {
    this.#root.resetReadTxn();
    const place = this.#places.get(stream);
    return { pending: place ? this.#newest - place.at : 0, dropped: place?.dropped ?? 0 };
  }

  get size(): number {
    this.#root.resetReadTxn();
    return this.#entries.getCount();
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  /** Number of the newest entry, whoever put it. */
  get #newest(): number {
    return Math.max(...['last', 'own'].map((row) => (this.#meta.get(row) ?? nothing).number));
  }

  /** Removes what no stream needs any more. Only within a transaction. */
  #trim(): void {
    const places = [...this.#places.getRange()].map(({ value }) => value.at);
    const upTo = places.reduce((one, other) => Math.min(one, other), this.#newest);
    for (const number of [...this.#entries.getKeys({ end: upTo + 1 })]) void this.#entries.remove(number);
  }

  /** One transaction. Within it the reads see what all threads have written. */
  async #write(action: () => void): Promise<void> {
    await this.#guard.write(() => this.#root.transaction(action));
  }
}

const isAfter = (one: OutputKey, other: OutputKey) =>
  one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
