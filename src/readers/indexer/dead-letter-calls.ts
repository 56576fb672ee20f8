import { LogboomError, messageOf } from '../../errors.ts';
import type { DeliveryReport, Sink } from '../../model.ts';
import type { DeadLetters } from '../../sinks/elasticsearch/dead-letters/dead-letters.ts';
import {
  type DeadLetterFilter,
  deadLetterSelector,
  retryDeadLetters,
} from '../../sinks/elasticsearch/dead-letters/retry.ts';
import type { ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';

type Retried = { kind: 'retried' } & DeliveryReport;
type Dropped = { kind: 'dropped'; dropped: number };

/** What became of the selected dead letters. */
export type DeadLetterOutcome =
  | Retried
  | Dropped
  /** They are still in the file; `reason` says why. */
  | { kind: 'unavailable'; reason: string };

/** Calls to the indexer's thread, which alone writes the file of dead letters. */
export function deadLetterCalls(deadLetters: DeadLetters, sinkNow: () => ElasticsearchSink) {
  async function retry(filter: DeadLetterFilter): Promise<DeadLetterOutcome> {
    const sink = sinkNow();
    const { state, reason, deferred } = sink.status();
    // While the server is away, the delivery would wait without end, and the caller with it.
    if (state !== 'delivering' && deferred === 0)
      return { kind: 'unavailable', reason: `Elasticsearch takes nothing at present: ${reason ?? state}` };
    return retried(deadLetters, sink, filter);
  }
  return {
    retryDeadLetters: (filter: unknown) => retry(filter as DeadLetterFilter).catch(unavailable),
    dropDeadLetters: (filter: unknown) => dropped(deadLetters, filter as DeadLetterFilter).catch(unavailable),
  };
}

export async function retried(
  deadLetters: DeadLetters,
  sink: Sink,
  filter: DeadLetterFilter,
): Promise<Retried> {
  return { kind: 'retried', ...(await retryDeadLetters(deadLetters, sink, deadLetterSelector(filter))) };
}

export async function dropped(deadLetters: DeadLetters, filter: DeadLetterFilter): Promise<Dropped> {
  return {
    kind: 'dropped',
    dropped: await deadLetters.drain(deadLetterSelector(filter), async () => undefined),
  };
}

/** An expected failure becomes an answer with its reason; the dead letters are still in the file. */
function unavailable(thrown: unknown): DeadLetterOutcome {
  const expected = thrown instanceof LogboomError || (thrown as NodeJS.ErrnoException).code !== undefined;
  if (!expected) throw thrown;
  return { kind: 'unavailable', reason: messageOf(thrown) };
}
