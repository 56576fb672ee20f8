import type { BulkItem, DeliveryReport, Sink } from '../../model.ts';
import { neverADocument } from './dead-letter-document.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { StoredLetter } from './dead-letters-reader.ts';

/**
 * Sends letters again, with the ids that they had, and removes those that found their end. One that is refused again
 * becomes a new letter, with the new reason; a letter that names no index never was a document, and stays.
 */
export async function retryLetters(
  deadLetters: DeadLetters,
  sink: Sink,
  choose: (letter: StoredLetter) => boolean,
): Promise<DeliveryReport> {
  const report: DeliveryReport = { indexed: 0, duplicates: 0, deadLettered: 0 };
  await deadLetters.settle(
    (letter) => canBeSent(letter) && choose(letter),
    async (letters) => {
      const { indexed, duplicates, deadLettered } = await sink.deliver(letters.map(itemOf));
      report.indexed += indexed;
      report.duplicates += duplicates;
      report.deadLettered += deadLettered;
    },
  );
  return report;
}

const canBeSent = ({ index }: StoredLetter) => index !== neverADocument;

function itemOf({ time: _, reason: __, body, action, ...written }: StoredLetter): BulkItem {
  return { ...written, action: action ?? 'create', document: body };
}
