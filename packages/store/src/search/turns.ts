import type { Pace, Sliced } from '../query/pace.ts';
import { StoreError } from '../store-error.ts';

/** Searches that are under way at a time. Each holds hits and buckets in memory. */
const maxRunning = 16;
/** Searches that wait for their start. Elasticsearch's `thread_pool.search.queue_size`. */
const maxWaiting = 1_000;

/** A search, its slices, and who waits for it. */
interface Job {
  task: Sliced<unknown>;
  pace: Pace;
  isGone: () => boolean;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** A client closed its connection, or the store stops, before its search was done. The type is Elasticsearch's. */
export class SearchEnded extends StoreError {
  constructor(reason: string) {
    super(400, 'task_cancelled_exception', `task cancelled [${reason}]`);
  }
}

/**
 * Runs searches in slices of about ten milliseconds, one slice in each turn of the event loop, in rotation. Between two slices
 * the thread reads requests and commits writes, so a write waits for one slice at the most, however long the searches take.
 *
 * A search ends before its next slice when its client is gone.
 */
export class Turns {
  #running: Job[] = [];
  readonly #waiting: Job[] = [];
  #isScheduled = false;
  #isStopped = false;

  /** Searches that are under way or wait. */
  get count(): number {
    return this.#running.length + this.#waiting.length;
  }

  /**
   * Runs a search. Its first slice runs at once if no other search is under way.
   * @throws StoreError 429 where too many searches wait; SearchEnded where the client left or the store stops.
   */
  run<T>(task: Sliced<T>, pace: Pace, isGone: () => boolean): Promise<T> {
    if (this.#isStopped) return Promise.reject(new SearchEnded('the store stops'));
    if (this.#waiting.length >= maxWaiting)
      return Promise.reject(
        new StoreError(
          429,
          'es_rejected_execution_exception',
          `rejected execution of a search: ${this.#running.length} searches are running and ${this.#waiting.length} wait`,
        ),
      );
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ task, pace, isGone, resolve: resolve as Job['resolve'], reject });
      if (!this.#isScheduled) this.#turn();
    });
  }

  /** Ends all searches. */
  stop(): void {
    this.#isStopped = true;
    for (const { reject } of [...this.#running.splice(0), ...this.#waiting.splice(0)])
      reject(new SearchEnded('the store stops'));
  }

  /** One slice of one search. The next turn comes after everything else that the event loop has to do. */
  #turn(): void {
    while (this.#running.length < maxRunning && this.#waiting.length > 0)
      this.#running.push(this.#waiting.shift()!);
    const job = this.#running.shift();
    if (job && !this.#slice(job)) this.#running.push(job);
    this.#isScheduled = true;
    if (this.count > 0) setImmediate(() => this.#turn());
    // A search that comes in the same turn of the event loop as this slice waits for the next turn.
    else setImmediate(() => this.#rest());
  }

  #rest(): void {
    this.#isScheduled = false;
    if (this.count > 0) this.#turn();
  }

  /** Returns whether the search is done. */
  #slice({ task, pace, isGone, resolve, reject }: Job): boolean {
    try {
      if (isGone()) throw new SearchEnded('channel closed');
      pace.begin();
      const { done, value } = task.next();
      if (done) resolve(value);
      return done === true;
    } catch (error) {
      reject(error);
      return true;
    }
  }
}
