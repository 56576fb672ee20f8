/**
 * The vocabulary of logboom: types only, imports nothing. Every layer speaks these words.
 *
 * Times are milliseconds since the epoch unless a name says otherwise. *Event time* is the time that a log
 * line itself tells; *wall time* is a clock's and enters only as `receivedAt` and by ticks.
 */

/** Milliseconds since the epoch, or a length in milliseconds. */
export type Millis = number;

// ── What the journal holds ────────────────────────────────────────────────────────────────────────────────

/** Where a batch came from: the input that took it and the peer that sent it. */
export interface Origin {
  /** The input's name in the configuration: `lumberjack`, `file`, … */
  input: string;
  /** Names one connection (or file) for as long as it lives, such as `127.0.0.1:51034#7`. */
  connection: string;
  /** Address of the sender without its port, as documents show it. */
  address: string;
  /** Subject common name of the verified client certificate. */
  tlsSubject?: string;
}

/**
 * How `Batch.payload` is to be read: `lumberjack`: the frames after the window frame, as they came, still
 * compressed; `ndjson`: one JSON document a line; `lines`: plain log lines, to be wrapped as `message`; `damaged`: not
 * at all, for the journal found other bytes than it had written.
 */
export type Encoding = 'lumberjack' | 'ndjson' | 'lines' | 'damaged';

/** What a sender is told about: one window's worth of events, as received. */
export interface Batch {
  kind: 'events';
  origin: Origin;
  /** Wall time at which the last byte was there. */
  receivedAt: Millis;
  encoding: Encoding;
  /** Number of events in `payload`. */
  count: number;
  payload: Buffer;
}

/** A wall-clock reading appended in silence, so that windows close although nothing arrives. */
export interface Tick {
  kind: 'tick';
  receivedAt: Millis;
}

/** A record's place in its journal: 1, 2, 3 … without gaps. 0 is before the first. */
export type Position = number;

export type JournalRecord = (Batch | Tick) & { position: Position };

/**
 * A run of JSON documents as bytes and their places: document `i` is
 * `bytes.subarray(spans[2 * i], spans[2 * i + 1])`. The bytes are as the sender wrote them: untrusted.
 */
export interface EventBlock {
  readonly bytes: Buffer;
  readonly spans: Uint32Array;
  readonly count: number;
}

// ── Events ────────────────────────────────────────────────────────────────────────────────────────────────

export type Scalar = string | number | boolean | null;
/** A field's value. `undefined` means that the event has no such field; objects are never returned. */
export type FieldValue = Scalar | undefined | Scalar[];

/** Anything with fields that a query, a group key or a template may ask for, by ECS's dotted names. */
export interface Fields {
  get(field: string): FieldValue;
  /** True where any field has that name or begins with `name.`. */
  has(field: string): boolean;
  /** Names of the leaf fields that match a pattern with `*`; serves wildcards in KQL field names. */
  names(pattern: string): string[];
}

/** One event, read and parsed, as rules and the indexer see it. It is valid only until the next one is read. */
export interface LogEvent extends Fields {
  /** Place within its batch, from 0. Part of the document id. */
  readonly index: number;
  /** Event time. */
  readonly time: Millis;
  /** The stream within the sender to which the event belongs; watermarks are kept by it. */
  readonly source: string;
  /** Why the event is no well-formed JSON object; such an event is dead-lettered and never counted. */
  readonly problem: string | undefined;
  /** The line as it came (`message`), or an empty string. */
  readonly message: string;
}

// ── Windows ───────────────────────────────────────────────────────────────────────────────────────────────

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
}

/** `metrics-logboom.windows-*`: one tile of a rule's timeline. */
export interface WindowResult extends WindowValue {
  rule: string;
  measure: string;
  /** The group's fields and their values. */
  by: Record<string, Scalar>;
}

// ── Alerts ────────────────────────────────────────────────────────────────────────────────────────────────

export type AlertStatus = 'inactive' | 'pending' | 'active' | 'recovering' | 'no-data';
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** One of the first events of an episode, kept as evidence. */
export interface Sample {
  '@timestamp': string;
  message: string;
  host?: string;
  file?: string;
  offset?: number;
}

/** One look at a window of a group: what the state machine decides upon. */
export interface Observation {
  /** The window's end: the event time of the look. */
  at: Millis;
  /** `at` less the hop: from here on the value is what it is, for the window before had another. */
  since: Millis;
  window: { start: Millis; end: Millis };
  /** The measure; `undefined`: there is nothing to measure. */
  value: number | undefined;
  count: number;
  /** The window is not over yet. Such a look can raise an alert, never end one. */
  early: boolean;
}

/** What is remembered of one alert (a group of a rule) between two looks. Plain: a checkpoint holds it as it is. */
export interface AlertState {
  status: AlertStatus;
  /** `since` of the first window in which the condition held: where the episode begins. Undefined while inactive. */
  start: Millis | undefined;
  /** `since` of the first window of the present calm; set while recovering. */
  calm: Millis | undefined;
  /** Set where a window raised the alert before it was over, until it is. */
  early: EarlyRaise | undefined;
  /** The value last told: by a transition or an update. */
  value: number | undefined;
  /** The value farthest beyond the condition in this episode. */
  peak: number | undefined;
  /** The peak that the episode's document has. */
  toldPeak: number | undefined;
  /** Event time at which the episode's document last changed. */
  updated: Millis | undefined;
  /** Event time at which people were last told that the alert became active. */
  announced: Millis | undefined;
  /** How long they are not told again, where that grows. */
  cooldown?: Millis;
  /** Whether people were told of the present episode, so that they are told of its end too. */
  told: boolean;
  /** Event times at which the alert became active, the latest ones: they make the flapping mark. */
  activations: Millis[];
  flapping: boolean;
}

/**
 * An alert that was raised before its window is over is an announcement: where an episode begins and ends is decided
 * by windows that are over, in their order, as if nothing had been announced.
 */
export interface EarlyRaise {
  /** The look that raised the alert: what its document shows until then. */
  observation: Observation;
  /** What the windows that are over come to by themselves. */
  settled: AlertState;
  /** The look that made `settled` active, where it is. */
  begun: Decided | undefined;
}

/** A look, and what it led to. */
export interface Decided {
  observation: Observation;
  decision: Decision;
}

/** What one look led to. */
export interface Decision {
  /** The same object where nothing changed. */
  state: AlertState;
  /** Why the state is what it is, in words. */
  reason: string;
  transition?: { from: AlertStatus; to: AlertStatus; at: Millis; reason: string };
  /** The episode's start, value or peak changed though its status did not: its document is to be written anew. */
  update: boolean;
  /** Whether people are told of the transition, and why or why not. */
  notify: { send: boolean; reason: string };
  /** Event time (a window's end) at which the group must be looked at again although no value changes. */
  deadline?: Millis;
  /** Beginning and end of an episode of its own, which was over before the one began that is announced already. */
  apart?: [begun: Decided, over: Decided];
}

/** A change of an alert's state, and the reason in words. */
export interface Transition {
  /** Deterministic: the episode's id and the number of the change within it, from 1. */
  id: string;
  rule: string;
  group: string;
  by: Record<string, Scalar>;
  episode: string;
  from: AlertStatus;
  to: AlertStatus;
  /** Event time at which the change took effect. */
  at: Millis;
  window: { start: Millis; end: Millis };
  value: number | undefined;
  count: number;
  /** The condition as it stands in the rule, such as `>= 5`. */
  condition: string;
  reason: string;
  severity: Severity;
  message: string;
}

/** `alerts`: one document for each time that an alert was raised, updated in place. */
export interface Episode {
  id: string;
  rule: string;
  group: string;
  by: Record<string, Scalar>;
  status: AlertStatus;
  severity: Severity;
  /** Event times. */
  start: Millis;
  end: Millis | undefined;
  /** When it became active for the first time. */
  detected: Millis | undefined;
  /** Event time of the last change. */
  updated: Millis;
  value: number | undefined;
  /** The value farthest beyond the condition. */
  peak: number | undefined;
  count: number;
  condition: string;
  reason: string;
  message: string;
  window: { start: Millis; end: Millis };
  samples: Sample[];
  /** Number of times that the document was written, from 1. */
  revision: number;
  lateCount: number;
  flapping: boolean;
  labels: Record<string, string>;
  runbook: string | undefined;
  /** Discover with the events of the window, where Kibana's address is known. */
  url?: string;
}

/** A message to people, decided with its transition. */
export interface Notification {
  /** Deterministic: transition id and notifier. */
  id: string;
  notifier: string;
  transition: Transition;
  episode: Episode;
}

// ── What the analyser puts out ────────────────────────────────────────────────────────────────────────────

/**
 * One output of the analyser. Its key is its total order: the position of the record that caused it and its
 * place among that record's outputs; a replay after a crash produces the same outputs under the same keys.
 */
export type Output =
  | { kind: 'window'; window: WindowResult }
  | { kind: 'transition'; transition: Transition }
  | { kind: 'episode'; episode: Episode }
  | { kind: 'notification'; notification: Notification };

export type OutputKey = [position: Position, ordinal: number];

// ── What sinks take ───────────────────────────────────────────────────────────────────────────────────────

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
  /** By what value its shard is chosen, instead of by its id. */
  routing?: string;
  /** The ingest pipeline that it goes through. */
  pipeline?: string;
}

/** What became of a delivery. Everything in it has found an owner: the index, or the dead letters. */
export interface DeliveryReport {
  indexed: number;
  /** Items whose document was there already: a replay. */
  duplicates: number;
  deadLettered: number;
}

/**
 * Takes documents over. `deliver` resolves when every item is in the index or among the dead letters, however
 * long that takes; it rejects only when the sink was closed, and then the caller still owns the items.
 */
export interface Sink {
  deliver(items: BulkItem[]): Promise<DeliveryReport>;
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
}
