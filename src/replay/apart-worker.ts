import { workerData } from 'node:worker_threads';
import type { ReplayTask } from './apart.ts';
import { makeCapsule } from './capsule/make.ts';
import { compareRules } from './compare.ts';
import { answer } from './explain/inquiry.ts';
import { answerTask } from './in-thread.ts';

function run(task: ReplayTask): Promise<unknown> {
  if (task.kind === 'explain') return answer(task.inquiry, task.config);
  if (task.kind === 'compare') return compareRules(task);
  return makeCapsule(task.alert, task.config, { addresses: task.addresses });
}

await answerTask(() => run(workerData as ReplayTask));
