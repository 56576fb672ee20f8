import { isDeepStrictEqual } from 'node:util';
import type { ForwardConfig } from '../../config/schema/forward.ts';
import type { Config } from '../../config/schema/schema.ts';
import { messageOf } from '../../errors.ts';
import type { Journal } from '../../journal/journal.ts';
import type { JournalReaders } from '../../journal/layout.ts';
import type { Millis, Position } from '../../model.ts';
import { refuseUnusable } from '../../sinks/logstash/output.ts';
import type { Reader } from '../reader.ts';
import type { ReaderData } from '../reader-port.ts';

/** The `workerData` of the forwarder's thread. `from` is the cursor, which may be ahead of the one on disk. */
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
