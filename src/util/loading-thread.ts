import { once } from 'node:events';
import {
  MessageChannel,
  MessagePort,
  type ResourceLimits,
  Worker,
  type WorkerOptions,
  workerData,
} from 'node:worker_threads';

/**
 * A worker thread that loads its code while its data is not known yet. Loading takes most of a thread's start, so all threads of a server
 * load at the same time, beside the main thread. A thread waits in `threadData` until `begin` gives it its data.
 */
export class LoadingThread {
  readonly #worker: Worker;
  readonly #data: MessagePort;
  /** Whether it ended before it was given its data. */
  hasEnded = false;

  /** `file`: module of the thread. */
  constructor(file: string, options: { name: string; resourceLimits: ResourceLimits }) {
    const { port1, port2 } = new MessageChannel();
    this.#data = port1;
    this.#worker = new Worker(file, { ...options, workerData: port2, transferList: [port2] });
    this.#worker.once('error', this.#end);
    this.#worker.once('exit', this.#end);
  }

  /** Gives the thread its data. Undefined where it has ended: the caller starts another, which says why. */
  begin(data: unknown): Worker | undefined {
    if (this.hasEnded) return undefined;
    this.#worker.off('error', this.#end);
    this.#worker.off('exit', this.#end);
    this.#data.postMessage(data);
    return this.#worker;
  }

  /** Ends a thread that was given no data. */
  async discard(): Promise<void> {
    await this.#worker.terminate();
  }

  readonly #end = (): void => {
    this.hasEnded = true;
  };
}

/** Starts a thread with its data: the one that has been loading, or a new one. */
export function startThread(
  file: string,
  options: Omit<WorkerOptions, 'workerData'> & { workerData: unknown },
  loading?: LoadingThread,
): Worker {
  return loading?.begin(options.workerData) ?? new Worker(file, options);
}

/** What a thread is given to work on, when its code is loaded. */
export async function threadData<Data>(): Promise<Data> {
  if (!(workerData instanceof MessagePort)) return workerData as Data;
  const [data] = (await once(workerData, 'message')) as [Data];
  workerData.close();
  return data;
}
