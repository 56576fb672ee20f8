import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Config } from '../config/schema/schema.ts';
import { type ErrorCode, LogboomError } from '../errors.ts';
import { workerEntry } from '../util/files.ts';
import type { Explanation } from './explain.ts';
import { type Asked, questionFrom } from './question.ts';

type Answer = { explanation: Explanation } | { code: ErrorCode; message: string };

/**
 * Returns a function that explains in a thread of its own, so that a long replay delays no acknowledgement. One
 * explanation runs at a time; further ones reject with `BUSY`.
 */
export function explainApart(currentConfig: () => Config): (asked: Asked) => Promise<Explanation> {
  let isBusy = false;
  return async (asked) => {
    const question = questionFrom(asked);
    if (isBusy)
      throw new LogboomError('BUSY', 'Another explanation is in progress. Try again when it is done.');
    isBusy = true;
    const file = workerEntry(import.meta.url, './explain-worker.ts');
    const worker = new Worker(file, { workerData: { question, config: currentConfig() }, name: 'explain' });
    try {
      const [answer] = (await once(worker, 'message')) as [Answer];
      if ('explanation' in answer) return answer.explanation;
      throw new LogboomError(answer.code, answer.message);
    } finally {
      isBusy = false;
      await worker.terminate();
    }
  };
}
