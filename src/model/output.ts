import type { Episode, Transition } from './alert.ts';
import type { Millis, Position, Scalar } from './event.ts';
import type { Notification } from './notification.ts';
import type { SloFigures } from './rule.ts';

/** Where an earlier revision of a document lies, as the server names it: a write is refused once another has come between. */
export interface EarlierRevision {
  /** The backing index of the data stream. */
  index: string;
  sequence: number;
  primaryTerm: number;
}

/** One document on its way to Elasticsearch. */
export interface BulkItem {
  action: 'create' | 'index';
  /** Index, alias or data stream. */
  index: string;
  id: string;
  /** One JSON object on one line, without the line's end. */
  document: Buffer | string;
  /**
   * For `index`: the document's revision. Where the index holds this one or a newer one the item counts as a
   * duplicate, so that an older revision, tried again late, never replaces a newer one.
   */
  version?: number;
  /**
   * The index is a data stream, which takes no versions: the document's revision is in this field of it (1 where the field is
   * missing). The document is created, or takes the place of its `earlier` revision.
   */
  revisionField?: string;
  earlier?: EarlierRevision;
  /** By what value its shard is chosen, instead of by its id. */
  routing?: string;
  /** The ingest pipeline that it goes through. */
  pipeline?: string;
}

/** Items in the form in which a bulk request takes them. */
export interface PackedItems {
  readonly length: number;
  /** The request body: action lines and documents, every line ended. */
  readonly body: Buffer;
  /** Whether no document is empty or contains a line feed, so that the body may be sent. */
  areLines(): boolean;
  /** The same as objects. */
  items(): BulkItem[];
}

/** Result of a delivery. Each item is in the index or among the dead letters. */
export interface DeliveryReport {
  indexed: number;
  /** Items whose document was there already: a replay. */
  duplicates: number;
  deadLettered: number;
}

/**
 * Takes over documents. `deliver` resolves when every item is in the index or among the dead letters, however
 * long that takes; it rejects only when the sink was closed, and then the caller still owns the items.
 */
export interface Sink {
  deliver(items: BulkItem[]): Promise<DeliveryReport>;
  /** The same for packed items, whose bytes must not change until then. A sink without it takes `items()`. */
  deliverPacked?(packed: PackedItems): Promise<DeliveryReport>;
  close(): Promise<void>;
}

/** A document that was refused for good, and why. */
export interface DeadLetter {
  reason: string;
  /** Index that it was meant for. */
  index: string;
  id: string;
  /** The bytes as they came; they need not be JSON. */
  body: Buffer | string;
  /** How it was to be written, where that is not `create`, so that it can be sent again as it was. */
  action?: 'index';
  version?: number;
  revisionField?: string;
  routing?: string;
  pipeline?: string;
}

/**
 * One output of the analyser. Its key is its total order: the position of the record that caused it and its
 * place among that record's outputs; a replay after a crash produces the same outputs under the same keys.
 */
export type Output =
  | { kind: 'window'; window: WindowResult }
  | { kind: 'transition'; transition: Transition; context?: TransitionContext }
  | { kind: 'episode'; episode: Episode }
  | { kind: 'notification'; notification: Notification }
  /** A document as it is; not of the analyser. */
  | { kind: 'document'; item: BulkItem };

/** What the document of a transition shows beside it. */
export interface TransitionContext
  extends Pick<Episode, 'samples' | 'omitted' | 'labels' | 'url'>,
    Partial<Pick<Episode, 'runbook' | 'span' | 'definition'>> {
  /** When a live server received what led to it. */
  created?: Millis;
  /** Whether notifiers are notified of it, which, and why or why not. Routes decide later. */
  notification?: { sent: boolean; reason: string; notifiers?: string[] };
}

export type OutputKey = [position: Position, ordinal: number];

export type Measure =
  | { kind: 'count' }
  /** Events per second of window. */
  | { kind: 'rate' }
  | { kind: 'sum' | 'avg' | 'min' | 'max' | 'distinct'; field: string }
  | { kind: 'percentile'; field: string; percent: number }
  /** Share (0 to 1) of the window's events that match a KQL query. */
  | { kind: 'share'; query: string };

/** A window's final or present value for one group. `[start, end)`, event time. */
export interface WindowValue {
  group: string;
  start: Millis;
  end: Millis;
  /** The measure. `undefined`: there is nothing to measure (an average of no values). A count of nothing is 0. */
  value: number | undefined;
  /** Number of events in the window. */
  count: number;
  /** The measure is an estimate: there were too many values to keep each. */
  about?: true;
}

/** `metrics-logboom.windows-*`: the document of one recorded window. */
export interface WindowResult extends WindowValue {
  rule: string;
  measure: string;
  /** The group's fields and their values. */
  by: Record<string, Scalar>;
  /** Number of times that the document was written, where late events corrected it. */
  revision?: number;
  /** Number of events that came after the window had closed. */
  lateCount?: number;
  /** The number that the rule's condition compares the value with, where there is one alone. */
  threshold?: number;
  /** The value farthest beyond the condition from the window recorded before on, where `value` is less far. */
  peak?: number;
  slo?: SloFigures | undefined;
}
