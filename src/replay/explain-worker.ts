import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { explain } from './explain.ts';
import type { Question } from './question.ts';

const { question, config } = workerData as { question: Question; config: Config };
try {
  parentPort!.postMessage({ explanation: await explain(question, config) });
} catch (error) {
  if (!(error instanceof LogboomError)) throw error;
  parentPort!.postMessage({ code: error.code, message: error.message });
}
