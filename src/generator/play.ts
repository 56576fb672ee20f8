import { setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../model.ts';
import type { DocumentMaker } from './traffic.ts';

export interface Pace {
  /** Divides every pause. 1 is real time. */
  speed?: number;
  /** Additionally divides the pauses of quiet parts, so that the burst keeps its pace and starts soon. */
  quietSpeed?: number;
}

export interface Progress {
  sent: number;
  acknowledged: number;
  /** Event time of the last event sent. */
  at: Millis;
}

export interface Clock {
  now(): Millis;
  sleep(length: Millis, signal?: AbortSignal): Promise<unknown>;
}

export interface PlayOptions extends Pace {
  /** Offsets of events from the start, ascending. */
  schedule: Iterable<Millis>;
  document: DocumentMaker;
  send(documents: string[]): Promise<void>;
  /** Event time of offset 0. */
  start: Millis;
  /** Largest number of events in a window. Default 2,048. */
  windowSize?: number;
  /** Largest number of windows without an ACK. Default 8. */
  maxWindows?: number;
  onProgress?: (progress: Progress) => void;
  /** Ends the play early. The play then resolves without waiting for ACKs. */
  signal?: AbortSignal;
  clock?: Clock;
}

/** Pauses of this length or longer are quiet. Quiet events of the tutorial are 1 s apart, those of the burst 10 ms. */
const QUIET = 250;
const realClock: Clock = {
  now: () => performance.now(),
  sleep: (length, signal) => sleep(length, undefined, { signal: signal as AbortSignal }),
};

/** The real duration of a pause between two events. It does not change event times. */
export function pauseOf(gap: Millis, { speed = 1, quietSpeed = 1 }: Pace): Millis {
  return gap / speed / (gap >= QUIET ? quietSpeed : 1);
}

/** Sends each event when it is due. Resolves with the numbers of sent and acknowledged events; rejects when sending fails. */
export async function play(options: PlayOptions): Promise<Progress> {
  const { signal } = options;
  const player = new Player(options);
  try {
    for (const offset of options.schedule) {
      if (signal?.aborted) break;
      await player.event(offset);
    }
    if (!signal?.aborted) await player.finish();
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    player.release();
  }
  return player.progress;
}

class Player {
  readonly progress: Progress;
  readonly #options: PlayOptions;
  readonly #clock: Clock;
  readonly #inFlight = new Set<Promise<void>>();
  #due: Millis;
  #lastOffset: Millis | undefined;
  #documents: string[] = [];
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;

  readonly #abort = () => this.#fail(this.#options.signal?.reason);

  constructor(options: PlayOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#due = this.#clock.now();
    this.progress = { sent: 0, acknowledged: 0, at: options.start };
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failure.catch(() => undefined);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Removes the listener from the signal, which may outlive the play. */
  release(): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  async event(offset: Millis): Promise<void> {
    const { start, document, windowSize = 2_048 } = this.#options;
    this.#due += pauseOf(offset - (this.#lastOffset ?? offset), this.#options);
    this.#lastOffset = offset;
    await this.#untilDue();
    this.progress.at = start + offset;
    this.#documents.push(document(Math.round(this.progress.at)));
    if (this.#documents.length >= windowSize) await this.#send();
  }

  async finish(): Promise<void> {
    await this.#send();
    while (this.#inFlight.size > 0) await this.#oneAck();
  }

  /** Waits until the next event is due. Earlier events are sent before. */
  async #untilDue(): Promise<void> {
    const early = this.#due - this.#clock.now();
    if (early <= 0) return;
    await this.#send();
    const rest = this.#due - this.#clock.now();
    if (rest > 0) await Promise.race([this.#clock.sleep(rest, this.#options.signal), this.#failure]);
  }

  async #send(): Promise<void> {
    if (this.#documents.length === 0) return;
    while (this.#inFlight.size >= (this.#options.maxWindows ?? 8)) await this.#oneAck();
    const documents = this.#documents;
    this.#documents = [];
    this.progress.sent += documents.length;
    const ack: Promise<void> = this.#options
      .send(documents)
      .then(() => this.#acknowledged(ack, documents.length));
    ack.catch((error: unknown) => this.#fail(error));
    this.#inFlight.add(ack);
  }

  #acknowledged(ack: Promise<void>, count: number): void {
    this.#inFlight.delete(ack);
    this.progress.acknowledged += count;
    this.#options.onProgress?.({ ...this.progress });
  }

  #oneAck(): Promise<void> {
    return Promise.race([...this.#inFlight, this.#failure]);
  }
}
