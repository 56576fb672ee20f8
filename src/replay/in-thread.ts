import { once } from 'node:events';
import { parentPort, Worker, type WorkerOptions } from 'node:worker_threads';
import { type ErrorCode, LogboomError } from '../errors.ts';

/** The answer of a thread: what it made, or why it could not. */
type Answer = { value: unknown } | { code: ErrorCode; message: string };

/** Does one task in a thread of its own, which starts from `file` and ends with the task. Returns the value of `answerTask` there, or rejects with its `LogboomError`. */
export async function inThread(file: string, task: unknown, options: WorkerOptions): Promise<unknown> {
  const worker = new Worker(file, { ...options, workerData: task });
  try {
    const [answer] = (await once(worker, 'message')) as [Answer];
    if ('value' in answer) return answer.value;
    throw new LogboomError(answer.code, answer.message);
  } finally {
    await worker.terminate();
  }
}

/** The part of `inThread` within the thread: sends back the value, or a `LogboomError`. Any other error ends the thread. */
export async function answerTask(run: () => Promise<unknown>): Promise<void> {
  const reply = (answer: Answer) => parentPort!.postMessage(answer);
  try {
    reply({ value: await run() });
  } catch (error) {
    if (!(error instanceof LogboomError)) throw error;
    reply({ code: error.code, message: error.message });
  }
}
