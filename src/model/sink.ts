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
  /** For `index`: the index is a data stream, so that the document is written where its earlier revision is. */
  inStream?: true;
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
  routing?: string;
  pipeline?: string;
}
