import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { Checkpoint } from '../checkpoints.ts';
import { Results } from '../results.ts';

interface PatienceOptions {
  /** A write was refused; it is tried again. */
  refused: (reason: string) => void;
  /** A write succeeded after some were refused. */
  accepted: () => void;
  pause?: Millis;
}

/**
 * Repeats writes until the disk takes them. A thread that ended for a full disk would be started again, would compute the
 * same outputs and would end again. Faults of the program are no matter of the disk, and are thrown.
 */
export class DiskPatience {
  readonly #options: PatienceOptions;
  #waiting = false;
  #stopped = false;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** `hopeless`: whether only another process, or another thread, can write again. */
  async until<T>(write: () => Promise<T>, hopeless: () => boolean = () => false): Promise<T> {
    for (;;) {
      try {
        const result = await write();
        if (this.#waiting) this.#options.accepted();
        this.#waiting = false;
        return result;
      } catch (error) {
        if (this.#stopped || isFault(error) || hopeless()) throw error;
        this.#waiting = true;
        this.#options.refused(messageOf(error));
        await sleep(this.#options.pause ?? 1_000);
      }
    }
  }

  /** From now on a refused write is thrown: the server stops. */
  stop(): void {
    this.#stopped = true;
  }
}

const isFault = (error: unknown) =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;

/** Results whose writes wait for the disk. */
export class PatientResults extends Results {
  readonly #patience: DiskPatience;

  constructor(folder: string, journalId: string, patience: DiskPatience) {
    super(folder, journalId);
    this.#patience = patience;
  }

  override append(outputs: Parameters<Results['append']>[0]): Promise<number> {
    return this.#until(() => super.append(outputs));
  }

  override change(...change: Parameters<Results['change']>): Promise<void> {
    return this.#until(() => super.change(...change));
  }

  override saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return this.#until(() => super.saveCheckpoint(checkpoint));
  }

  #until<T>(write: () => Promise<T>): Promise<T> {
    return this.#patience.until(write, () => this.refusesAllWrites());
  }
}
