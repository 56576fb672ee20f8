import type { BulkItem, DeliveryReport, Sink } from '../../../model.ts';
import type { DeadLetters } from './dead-letters.ts';
import { noIndex, type StoredDeadLetter } from './records.ts';

/**
 * Sends the selected dead letters again under their ids, and removes those that the sink accepted or refused. One that is refused
 * again becomes a new dead letter with the new reason. One without an index never was a document, and stays.
 */
export async function retryDeadLetters(
  deadLetters: DeadLetters,
  sink: Sink,
  select: (letter: StoredDeadLetter) => boolean,
  onProgress?: (sent: number) => void,
): Promise<DeliveryReport> {
  const report: DeliveryReport = { indexed: 0, duplicates: 0, deadLettered: 0 };
  await deadLetters.drain(
    (letter) => canBeSent(letter) && select(letter),
    async (letters) => {
      const { indexed, duplicates, deadLettered } = await sink.deliver(letters.map(itemOf));
      report.indexed += indexed;
      report.duplicates += duplicates;
      report.deadLettered += deadLettered;
      onProgress?.(report.indexed + report.duplicates + report.deadLettered);
    },
  );
  return report;
}

const canBeSent = ({ index }: StoredDeadLetter) => index !== noIndex;

function itemOf({ time: _, reason: __, body, action, ...written }: StoredDeadLetter): BulkItem {
  return { ...written, action: action ?? 'create', document: body };
}

/** Selects dead letters: those to which everything applies that is given. */
export interface DeadLetterFilter {
  /** Ids of documents. */
  ids?: string[];
  /** The index that they were written to; `*` stands for anything. */
  index?: string;
  /** A part of the reason. */
  reason?: string;
  /** Refused at or after, and before that time, in ISO 8601. */
  since?: string;
  before?: string;
}

export function deadLetterSelector(filter: DeadLetterFilter): (letter: StoredDeadLetter) => boolean {
  const ids = filter.ids && new Set(filter.ids);
  const index = filter.index === undefined ? undefined : pattern(filter.index);
  const reason = filter.reason?.toLowerCase();
  const { since, before } = filter;
  return (letter) =>
    (!ids || ids.has(letter.id)) &&
    (!index || index.test(letter.index)) &&
    (reason === undefined || letter.reason.toLowerCase().includes(reason)) &&
    (since === undefined || letter.time >= since) &&
    (before === undefined || letter.time < before);
}

function pattern(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
