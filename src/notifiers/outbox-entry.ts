import type { Millis, Notification, Notified } from '../model.ts';
import type { RateRecord } from './rate.ts';
import type { NotifierTotals } from './totals.ts';

/** A notification in the outbox and the state of its delivery. */
export interface OutboxEntry {
  /** Order of arrival, from 1. A notifier gets its notifications in this order. */
  number: number;
  notification: Notification;
  /** Wall time at which it was put into the outbox. */
  since: Millis;
  /** Failed attempts so far. */
  attempts: number;
  /** Wall time before which there is no further attempt. */
  notBefore: Millis;
  lastError: string | undefined;
  /** Recipients that failed attempts reached all the same. */
  reached?: string[];
  /** Noise control has let it pass. */
  passed?: true;
}

/** What is kept about an episode that a notifier knows of, from its first delivered notification to its end. */
export interface EpisodeRecord {
  /** `Receipt.thread` of the first delivered notification. */
  thread?: string | undefined;
  /** The last delivered notification, for notifiers that repeat open alerts. */
  last?: Notification | undefined;
}

/** What became of a notification. `notified`: for the documents of its alerts. */
export interface Outcome {
  record?: EpisodeRecord | undefined;
  rate?: RateRecord | undefined;
  notified?: Pick<Notified, 'at' | 'refused'> | undefined;
  /** Undefined: it is not counted. */
  counted?: keyof NotifierTotals;
}
