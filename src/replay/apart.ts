import type { Config } from '../config/schema/schema.ts';
import type { Analysis } from '../engine/analysis.ts';
import { LogboomError } from '../errors.ts';
import { workerFile } from '../util/files.ts';
import type { Capsule } from './capsule/format.ts';
import type { Comparison } from './compare.ts';
import type { Answer, Inquiry } from './explain/inquiry.ts';
import { inThread } from './in-thread.ts';

/** What is replayed in a thread of its own. */
export type ReplayTask =
  | { kind: 'explain'; inquiry: Inquiry; config: Config }
  | { kind: 'capsule'; alert: string; config: Config; addresses: boolean }
  | { kind: 'compare'; before: Analysis; after: Analysis; data: string; keys: ReadonlyMap<string, string> };

/** Tasks that may wait while one runs. */
const mostWaiting = 4;

/** Replays the journal in a thread of its own, so that a long replay delays no acknowledgement. One task runs at a time; a few wait. */
export class ReplayThread {
  /** Number of tasks that run or wait. */
  #unfinished = 0;
  #last: Promise<unknown> = Promise.resolve();

  explain(inquiry: Inquiry, config: Config): Promise<Answer> {
    return this.#run({ kind: 'explain', inquiry, config }) as Promise<Answer>;
  }

  capsule(alert: string, config: Config, addresses: boolean): Promise<Capsule> {
    return this.#run({ kind: 'capsule', alert, config, addresses }) as Promise<Capsule>;
  }

  compare(given: Omit<Extract<ReplayTask, { kind: 'compare' }>, 'kind'>): Promise<Comparison> {
    return this.#run({ kind: 'compare', ...given }) as Promise<Comparison>;
  }

  /** Rejects with `BUSY` where too many other tasks wait. */
  async #run(task: ReplayTask): Promise<unknown> {
    if (this.#unfinished > mostWaiting)
      throw new LogboomError(
        'BUSY',
        'Other replays of the journal are in progress. Try again when they are done.',
      );
    this.#unfinished += 1;
    const answer = this.#last.then(() =>
      inThread(workerFile('replay/apart-worker'), task, { name: 'replay' }),
    );
    this.#last = answer
      .catch(() => undefined)
      .then(() => {
        this.#unfinished -= 1;
      });
    return answer;
  }
}
