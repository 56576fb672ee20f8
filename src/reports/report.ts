import type { Millis, Severity } from '../model.ts';

/** Events and what became of them, in one interval. */
export interface Figures {
  events: number;
  errors: number;
  /** Errors of all events, 0 to 1. */
  errorRate: number;
  /** Bytes of bodies that were sent, where events state them. */
  bytes: number;
  /** Events in a second, on average. */
  perSecond: number;
}

/** A value of a list and the events with it. The real number lies in `[events, events + missed]`. */
export interface TopRow {
  value: string;
  events: number;
  errors: number;
  missed: number;
}

export interface TopList {
  rows: TopRow[];
  /** Number of different values; undefined where there were too many to keep each. */
  distinct: number | undefined;
}

/** Milliseconds. */
export interface SlowPath {
  path: string;
  requests: number;
  mean: Millis;
  longest: Millis;
}

export interface PatternRow {
  /** The words that all lines share; `<*>` stands for what differs. */
  pattern: string;
  events: number;
  /** The first line in the interval. */
  example: string;
  level?: string;
}

export interface ReportedAlert {
  id: string;
  rule: string;
  group: string;
  severity: Severity;
  start: Millis;
  /** Undefined: it is still open. */
  end: Millis | undefined;
  /** Up to the end of the interval where it is open. */
  duration: Millis;
  message: string;
  /** Notifiers that accepted a message about it. */
  notified: string[];
  /** Why others were not notified. */
  suppressed: string[];
  acknowledged?: string;
}

/** What happened in `[from, to)`, by event time. */
export interface Report {
  /** Name and interval: the same however often it is made. */
  id: string;
  name: string;
  from: Millis;
  to: Millis;
  zone: string;
  createdAt: Millis;
  /** Where events were read from, in words. */
  source: string;
  figures: Figures;
  /** The interval before, and the same one a week before. Undefined: nothing is known about it. */
  before: Figures | undefined;
  lastWeek: Figures | undefined;
  /** Events and errors in equal parts of the interval, by their start. */
  series: [at: Millis, events: number, errors: number][];
  statuses: TopRow[];
  levels: TopRow[];
  clients: TopList;
  sections: TopList;
  paths: TopList;
  hosts: TopList;
  slowest: SlowPath[];
  /** Patterns of messages that the interval before and the week before did not have. */
  newPatterns: PatternRow[];
  patterns: PatternRow[];
  /** Sources with events in the interval before and none in this one. */
  silentSources: { source: string; lastSeen: Millis; events: number }[];
  /** Undefined: alerts are not known where only files are read. */
  alerts: ReportedAlert[] | undefined;
  /** Limits of the figures, in words. */
  remarks: string[];
}

/** An interval `[from, to)`. */
export interface Span {
  from: Millis;
  to: Millis;
}
