import { isDeepStrictEqual } from 'node:util';
import type { ForwardConfig } from '../../config/schema/forward.ts';
import type { Config } from '../../config/schema/schema.ts';
import { messageOf } from '../../errors.ts';
import type { Journal } from '../../journal/journal.ts';
import type { JournalReaders } from '../../journal/layout.ts';
import type { Millis, Position } from '../../model.ts';
import { type LogstashStatus, refuseUnusable } from '../../sinks/logstash/output.ts';
import type { ForwardStatus } from '../../telemetry/api/status.ts';
import type { Reader } from '../reader.ts';
import type { ReaderData } from '../reader-port.ts';

/** What the forwarder's thread is given. `from` is the cursor, which may be ahead of the one on disk. */
export interface ForwarderData extends ReaderData {
  from: Position;
}

interface ForwardingParts {
  journal: Pick<Journal, 'committed' | 'setReaders'>;
  start: (data: ForwarderData) => Promise<Reader>;
}

/** How long a stop waits for ACKs before the thread is terminated. */
const stopWithin: Millis = 5_000;

/** A full journal waits for the forwarder only with `onFull: hold`; else the journal keeps at most `maxLag` for it. */
export function journalReaders({ forward }: Pick<Config, 'forward'>): JournalReaders {
  const readers = ['analyser', 'indexer'];
  if (forward?.onFull === 'hold') return { readers: [...readers, 'forwarder'] };
  return { readers, ...(forward && { lagging: { forwarder: forward.maxLag } }) };
}

/** Why these settings cannot be used for forwarding; undefined where they can. */
export function forwardProblem({ forward }: Pick<Config, 'forward'>): string | undefined {
  try {
    if (forward) refuseUnusable(forward);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The settings that concern connections; others change without a new connection. */
function sending(forward: ForwardConfig | undefined): unknown {
  const { maxLag: _, onFull: __, ...rest } = forward ?? {};
  return rest;
}

/** Starts, replaces and stops the forwarder on a reload, while everything else goes on. */
export class Forwarding {
  reader: Reader | undefined;
  readonly #parts: ForwardingParts;
  #config: ForwardConfig | undefined;
  /** One change at a time, and none after a stop. */
  #changing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
  }

  /**
   * Applies the configuration. A new forwarder begins at the cursor of the one before it.
   * Rejects where its thread cannot be started.
   */
  reload(data: ReaderData): Promise<void> {
    const changed = this.#changing.then(() => this.#change(data));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async stop(timeout: Millis): Promise<void> {
    this.#stopped = true;
    await this.#changing;
    await this.reader?.stop(timeout);
  }

  async #change(data: ReaderData): Promise<void> {
    if (this.#stopped) return;
    const { forward } = data.config;
    const { journal, start } = this.#parts;
    // Set before the start, so that the journal keeps the records with which the forwarder begins.
    journal.setReaders(journalReaders(data.config));
    const goesOn = isDeepStrictEqual(sending(forward), sending(this.#config));
    if (!goesOn) {
      await this.reader?.stop(stopWithin);
      this.reader = undefined;
      this.#config = undefined;
      if (forward) this.reader = await start({ ...data, from: journal.committed('forwarder') });
    }
    this.#config = forward;
  }
}

/** The status of the forwarder's thread. */
export type ForwarderReport = LogstashStatus & { skipped: number; read: Position };

/** Windows without an ACK for so long mean that Logstash makes no progress, although it may send heartbeats. */
const slowAfter: Millis = 30_000;

/** The number of records that were trimmed before they were read. */
const trimmed = (forwarder: Reader, journal: Journal, report: ForwarderReport | undefined): number =>
  Math.max(0, journal.fill.oldest - 1 - (report?.read ?? forwarder.position));

/** What the forwarder waits for. It is never a fault of logboom as a whole, for nothing else waits for the forwarder. */
export function forwarderWaits(
  forwarder: Reader,
  report: ForwarderReport | undefined,
  now: Millis,
): { waitsFor?: string } {
  if (!forwarder.alive) return { waitsFor: 'its thread, which ended and is started again' };
  if (report?.reason !== undefined) return { waitsFor: `Logstash: ${report.reason}` };
  const { stuckSince } = forwarder;
  const slow = stuckSince !== undefined && now - stuckSince >= slowAfter;
  return slow ? { waitsFor: 'Logstash, which acknowledges nothing' } : {};
}

/** What it waits for, how many records it missed, and whether a full journal waits for it. */
export function forwarderVitals(
  forwarder: Reader,
  journal: Journal,
  { onFull }: ForwardConfig,
  report: ForwarderReport | undefined,
  now: Millis,
): { waitsFor?: string; holds: boolean } {
  const missed = trimmed(forwarder, journal, report);
  const { waitsFor } = forwarderWaits(forwarder, report, now);
  const described = missed > 0 ? `${waitsFor ?? 'Logstash'}; it misses ${missed} records` : waitsFor;
  return {
    ...(described !== undefined && { waitsFor: described }),
    holds: onFull === 'hold',
  };
}

export function forwardStatus(
  forwarder: Reader,
  journal: Journal,
  report: ForwarderReport | undefined,
): ForwardStatus {
  return {
    hosts: report?.hosts ?? [],
    windowsUnderWay: report?.windowsUnderWay ?? 0,
    missed: (report?.skipped ?? 0) + trimmed(forwarder, journal, report),
  };
}
