import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Millis } from '@logboom/common';
import type { Engine, OpenIndex } from './engine.ts';
import { countBits } from './storage/bits.ts';
import { purgeSome } from './storage/purge.ts';
import type { SealedSegment } from './storage/segment.ts';
import { pagesOf } from './storage/usage.ts';
import type { StoreTelemetry } from './telemetry.ts';

/** How much the store keeps. Both limits apply. */
export interface RetentionLimits {
  /** Milliseconds since a document was written. */
  keepAge: Millis;
  /** Bytes in use in the store's file: documents, their columns and their ids. */
  keepSize: number;
  /** The index of alert documents, from which only age removes anything. */
  alerts?: string;
}

/** Milliseconds between two runs. */
const interval = 60_000;
/** Milliseconds between two looks at the size. */
const sizeInterval = 5_000;
/**
 * Ratios of `keepSize` in use from which segments are removed, and down to which. What is above the first is for the columns of a
 * segment that is sealed, and for pages that a transaction frees only at its end.
 */
const limits = { from: 0.9, to: 0.8 };

/**
 * Removes old documents, segment by segment. A segment is taken out of sight in one small
 * transaction; its documents and columns are removed from disk in many small ones, after a restart
 * if need be (`Trash`).
 *
 * Age counts from the *write*, not from `@timestamp`: a user who ships last year's logs today wants
 * to see them. A segment is removed when its last document is old enough. An open segment is sealed
 * when its first document is an eighth of the age old, so that nothing stays much longer than
 * configured.
 *
 * Size is what is in use in the file. While that is more, the segment that was written
 * to least recently is removed, whatever its index, except in the index of alerts: alerts are few,
 * and outlive the lines that caused them. A segment is taken to use as much of the file as its documents are of all documents.
 * LMDB never shortens its file while it is open, so the file stays as large as it ever was, and size is looked at often.
 *
 * Runs start at `start` and then every minute, one at a time, and as soon as the size is found to be exceeded. Errors are reported and the next run
 * tries again.
 */
export class Retention {
  readonly #engine: Engine;
  readonly #keep: RetentionLimits;
  readonly #telemetry: StoreTelemetry;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(engine: Engine, keep: RetentionLimits, telemetry: StoreTelemetry) {
    this.#engine = engine;
    this.#keep = keep;
    this.#telemetry = telemetry;
  }

  /** Runs now and then every minute. The timer does not keep the process alive. */
  start(): void {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const isDue = performance.now() - last >= interval - sizeInterval / 2;
      if (!isDue && this.#usedBytes() <= limits.from * this.#keep.keepSize) return;
      last = performance.now();
      void this.run();
    }, sizeInterval);
    this.#timer.unref();
    void this.run();
  }

  /** Starts no further run and waits for the present one, which ends after its current transaction. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One run. A call during a run waits for that one. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #look(): Promise<void> {
    try {
      await this.#expireByAge();
      await this.#expireBySize();
      await this.#purge();
      this.#measure();
    } catch (error) {
      if (!this.#stopped) this.#telemetry.retentionFailed(error as Error);
    }
  }

  #indices(): OpenIndex[] {
    return this.#engine.catalog.all('index').map(([name]) => this.#engine.open(name));
  }

  async #expireByAge(): Promise<void> {
    const oldest = this.#engine.now() - this.#keep.keepAge;
    const sealing = this.#engine.now() - this.#keep.keepAge / 8;
    for (const { record, shard } of this.#indices()) {
      if (shard.open.size > 0 && shard.open.opened <= sealing) await this.#engine.write(() => shard.seal());
      for (const segment of shard.sealed)
        if (segment.written <= oldest) await this.#drop(record.name, segment, 'age');
        else if (countBits(segment.live) === 0) await this.#drop(record.name, segment, 'deleted');
    }
  }

  #usedBytes(): number {
    const { used, pageSize } = pagesOf(this.#engine.files.root);
    return used * pageSize;
  }

  async #expireBySize(): Promise<void> {
    const indices = this.#indices();
    const { alerts = 'alerts' } = this.#keep;
    let used = this.#usedBytes();
    if (used <= limits.from * this.#keep.keepSize) return;
    const documents = indices.reduce((sum, { shard }) => sum + shard.bytes, 0);
    const perByte = used / Math.max(documents, 1);
    for (const { record, shard } of indices)
      if (record.name !== alerts && shard.open.bytes > this.#keep.keepSize / 16)
        await this.#engine.write(() => shard.seal());
    const segments = indices
      .filter(({ record }) => record.name !== alerts)
      .flatMap(({ record, shard }) => shard.sealed.map((segment) => ({ name: record.name, segment })))
      .sort((a, b) => a.segment.written - b.segment.written);
    for (const { name, segment } of segments) {
      if (used <= limits.to * this.#keep.keepSize) return;
      await this.#drop(name, segment, 'size');
      used -= segment.bytes * perByte;
    }
  }

  /** Takes a segment out of sight, unless it or its index is gone meanwhile. */
  async #drop(name: string, segment: SealedSegment, reason: 'age' | 'size' | 'deleted'): Promise<void> {
    const dropped = await this.#engine.write(() => {
      const { catalog } = this.#engine;
      if (!catalog.get('index', name)) return false;
      const { shard } = this.#engine.open(name);
      if (!shard.sealed.includes(segment)) return false;
      shard.drop(segment);
      const range: [number, number] = [segment.base, segment.base + segment.size];
      catalog.put('trash', String(catalog.next('trash')), { index: shard.number, range });
      return true;
    });
    if (dropped && reason !== 'deleted') this.#telemetry.expired(name, countBits(segment.live), reason);
    await turn();
  }

  /** Removes from disk what is out of sight. */
  async #purge(): Promise<void> {
    for (const [name, trash] of this.#engine.catalog.all('trash')) {
      while (!this.#stopped && (await this.#engine.write(() => purgeSome(this.#engine.files, trash))))
        await turn();
      if (this.#stopped) return;
      await this.#engine.write(() => this.#engine.catalog.remove('trash', name));
    }
  }

  /** Reports documents and bytes of all indices. */
  #measure(): void {
    const shards = this.#indices().map(({ shard }) => shard);
    const total = (read: (shard: (typeof shards)[number]) => number) =>
      shards.reduce((sum, shard) => sum + read(shard), 0);
    this.#telemetry.measured(
      total((shard) => shard.count),
      total((shard) => shard.bytes),
    );
  }
}
