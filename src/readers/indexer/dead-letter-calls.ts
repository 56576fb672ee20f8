import { LogboomError, messageOf } from '../../errors.ts';
import type { DeliveryReport, Sink } from '../../model.ts';
import type { DeadLetters } from '../../sinks/elasticsearch/dead-letters.ts';
import { type LetterFilter, letterChooser } from '../../sinks/elasticsearch/letter-filter.ts';
import { retryLetters } from '../../sinks/elasticsearch/retry-letters.ts';
import type { ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';

type Retried = { kind: 'retried' } & DeliveryReport;
type Dropped = { kind: 'dropped'; dropped: number };

/** What became of the letters that were meant. */
export type LettersSettled =
  | Retried
  | Dropped
  /** They are where they were: why, and what helps. */
  | { kind: 'unavailable'; reason: string };

/** What the indexer's thread, which owns the dead letters, does with them when it is asked. */
export function deadLetterCalls(deadLetters: DeadLetters, sinkNow: () => ElasticsearchSink) {
  async function retry(filter: LetterFilter): Promise<LettersSettled> {
    const sink = sinkNow();
    const { state, reason, putOff } = sink.status();
    // With the server away it would wait for as long as that takes, and so would who asked.
    if (state !== 'delivering' && putOff === 0)
      return { kind: 'unavailable', reason: `Elasticsearch takes nothing at present: ${reason ?? state}` };
    return retried(deadLetters, sink, filter);
  }
  return {
    retryLetters: (filter: unknown) => retry(filter as LetterFilter).catch(unavailable),
    dropLetters: (filter: unknown) => dropped(deadLetters, filter as LetterFilter).catch(unavailable),
  };
}

export async function retried(deadLetters: DeadLetters, sink: Sink, filter: LetterFilter): Promise<Retried> {
  return { kind: 'retried', ...(await retryLetters(deadLetters, sink, letterChooser(filter))) };
}

export async function dropped(deadLetters: DeadLetters, filter: LetterFilter): Promise<Dropped> {
  return { kind: 'dropped', dropped: await deadLetters.settle(letterChooser(filter), async () => undefined) };
}

/** What ended it for a reason that can be told; the letters are where they were. */
function unavailable(thrown: unknown): LettersSettled {
  const expected = thrown instanceof LogboomError || (thrown as NodeJS.ErrnoException).code !== undefined;
  if (!expected) throw thrown;
  return { kind: 'unavailable', reason: messageOf(thrown) };
}
