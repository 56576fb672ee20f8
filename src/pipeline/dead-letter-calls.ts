import { LogboomError, messageOf } from '../errors.ts';
import type { DeadLetters } from '../sinks/elasticsearch/dead-letters.ts';
import { type LetterFilter, letterChooser } from '../sinks/elasticsearch/letter-filter.ts';
import { retryLetters } from '../sinks/elasticsearch/retry-letters.ts';
import type { ElasticsearchSink } from '../sinks/elasticsearch/sink.ts';

/** What became of the letters that were meant. */
export type LettersSettled =
  | { kind: 'retried'; indexed: number; duplicates: number; deadLettered: number }
  | { kind: 'dropped'; dropped: number }
  /** They are where they were: why, and what helps. */
  | { kind: 'unavailable'; reason: string };

/** What the indexer's thread, which owns the dead letters, does with them when it is asked. */
export function deadLetterCalls(deadLetters: DeadLetters, sink: ElasticsearchSink) {
  async function retry(filter: LetterFilter): Promise<LettersSettled> {
    const { state, reason, putOff } = sink.status();
    // With the server away it would wait for as long as that takes, and so would who asked.
    if (state !== 'delivering' && putOff === 0)
      return { kind: 'unavailable', reason: `Elasticsearch takes nothing at present: ${reason ?? state}` };
    return { kind: 'retried', ...(await retryLetters(deadLetters, sink, letterChooser(filter))) };
  }
  async function drop(filter: LetterFilter): Promise<LettersSettled> {
    const dropped = await deadLetters.settle(letterChooser(filter), async () => undefined);
    return { kind: 'dropped', dropped };
  }
  const answering = (act: (filter: LetterFilter) => Promise<LettersSettled>) => (argument: unknown) =>
    act(argument as LetterFilter).catch(unavailable);
  return { retryLetters: answering(retry), dropLetters: answering(drop) };
}

function unavailable(thrown: unknown): LettersSettled {
  const expected = thrown instanceof LogboomError || (thrown as NodeJS.ErrnoException).code !== undefined;
  if (!expected) throw thrown;
  return { kind: 'unavailable', reason: messageOf(thrown) };
}
