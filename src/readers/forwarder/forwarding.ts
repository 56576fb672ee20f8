import { isDeepStrictEqual } from 'node:util';
import type { ForwardConfig } from '../../config/schema/forward.ts';
import type { Config } from '../../config/schema/schema.ts';
import { messageOf } from '../../errors.ts';
import type { Journal } from '../../journal/journal.ts';
import type { JournalReaders } from '../../journal/options.ts';
import type { Millis, Position } from '../../model.ts';
import { refuseUnusable } from '../../sinks/logstash/output.ts';
import type { Reader } from '../reader.ts';
import type { ReaderData } from '../reader-data.ts';

/** What the forwarder's thread is given. `from`: what lies up to here is done with, though the disk may not know yet. */
export interface ForwarderData extends ReaderData {
  from: Position;
}

interface ForwardingParts {
  journal: Pick<Journal, 'committed' | 'setReaders'>;
  start: (data: ForwarderData) => Promise<Reader>;
}

/** ACKs of what is under way are waited for; a thread that takes longer than this is ended. */
const stopWithin: Millis = 5_000;

/** The forwarder holds senders only where that is wished for; else the journal keeps so much for it and no more. */
export function journalReaders({ forward }: Pick<Config, 'forward'>): JournalReaders {
  const readers = ['analyser', 'indexer'];
  if (forward?.onFull === 'hold') return { readers: [...readers, 'forwarder'] };
  return { readers, ...(forward && { lagging: { forwarder: forward.maxLag } }) };
}

/** Why nothing could be forwarded by these settings; undefined where it could. */
export function forwardProblem({ forward }: Pick<Config, 'forward'>): string | undefined {
  try {
    if (forward) refuseUnusable(forward);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What concerns the journal alone leaves the connections as they are. */
function sending(forward: ForwardConfig | undefined): unknown {
  const { maxLag: _, onFull: __, ...rest } = forward ?? {};
  return rest;
}

/** The forwarder, where there is one: it may come, change and go while everything else goes on. */
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
   * Forwards by this configuration from now on, or no longer. Another forwarder goes on where the one before it was.
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
    // Before it starts, so that what it is to begin with is still there.
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
