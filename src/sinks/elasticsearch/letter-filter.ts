import type { StoredLetter } from './dead-letters-reader.ts';

/** Which dead letters are meant: those to which everything applies that is given. */
export interface LetterFilter {
  /** Ids of documents. */
  ids?: string[];
  /** The index that they were meant for; `*` stands for anything. */
  index?: string;
  /** A part of the reason. */
  reason?: string;
  /** Refused at or after, and before that time, in ISO 8601. */
  since?: string;
  before?: string;
}

export function letterChooser(filter: LetterFilter): (letter: StoredLetter) => boolean {
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
