import type { Millis } from '../model.ts';
import type { RuleState } from '../telemetry/components/pipeline.ts';

/** Answers of the API under `/api/`, which the web dashboard and `logboom top` show. Times are milliseconds since 1970. */

export interface TimeSpan {
  from: Millis;
  /** Not included. */
  to: Millis;
}

/** How a line is coloured: an error by its level or status, a warning or a client's error, or neither. */
export type LineKind = 'error' | 'warning' | 'other';

export interface LogRow {
  id: string;
  index: string;
  at: Millis;
  kind: LineKind;
  message: string;
  level?: string;
  service?: string;
  host?: string;
  dataset?: string;
  /** HTTP status code. */
  status?: number;
  /** The document as it is stored. */
  source: Record<string, unknown>;
}

/** Counts of one column of a histogram, which begins at `at`. */
export interface Bar {
  at: Millis;
  events: number;
  errors: number;
  warnings: number;
}

interface Found {
  /** What the answer lacks, and why: a shard or an index that failed. */
  problems: string[];
}

interface FoundLines extends Found {
  /** What differs from the usual order of lines, and why. */
  notes: string[];
}

export interface LogsAnswer extends TimeSpan, FoundLines {
  /** Number of events that match. */
  total: number;
  /** Newest first. */
  rows: LogRow[];
  /** Length of a bar in milliseconds, and the bars, oldest first. Absent on pages after the first. */
  histogram?: { interval: Millis; bars: Bar[] };
  /** `offset` of the next page, where there is one. */
  next?: number;
}

/** A line with those around it in its file, oldest first. */
export interface ContextAnswer extends FoundLines {
  before: LogRow[];
  line: LogRow;
  after: LogRow[];
}

export interface TopEntry {
  value: string;
  events: number;
  errors: number;
  bytes: number;
  /** Mean duration in milliseconds, where events have one. */
  duration?: number;
}

export type TopName = 'sections' | 'paths' | 'clients' | 'hosts' | 'services' | 'datasets';

/** A value that is new, or more frequent than in the time before, of the same length. */
export interface Change {
  field: string;
  value: string;
  before: number;
  now: number;
}

export interface TrafficBar extends Bar {
  bytes: number;
  /** Milliseconds; absent where no event has a duration. */
  p50?: number;
  p95?: number;
}

export const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof statusClasses)[number];

/** What happened within a time. */
export interface Traffic extends TimeSpan, Found {
  events: number;
  errors: number;
  bytes: number;
  interval: Millis;
  bars: TrafficBar[];
  statuses: Record<StatusClass, number>;
  levels: { value: string; events: number }[];
  tops: Record<TopName, TopEntry[]>;
  /** Paths by their mean duration. */
  slowest: TopEntry[];
  /** Those that grew most first. */
  changes: Change[];
}

/** An alert, open or past. */
export interface AlertRow {
  id: string;
  rule: string;
  group: string;
  severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  status: string;
  start: Millis;
  /** Absent while it is open. */
  end?: Millis;
  message: string;
  reason: string;
  condition: string;
  threshold?: number;
  value?: number;
  peak?: number;
  flapping?: boolean;
  late?: boolean;
  corrected?: string;
  withdrawn?: boolean;
  acknowledged?: { by: string; at: string; comment?: string };
  assigned?: { to: string; by: string; at: string };
  /** Whether it was right, by the judgement of a person. */
  verdict?: { verdict: 'true' | 'false' | 'missed'; by: string; at: string; comment?: string };
  /** The latest messages about it. */
  notified?: { notifier: string; at: string; status: string; refused?: string }[];
  suppressed?: { by: string; reason: string; notifier: string; at: string }[];
  labels: Record<string, string>;
}

export interface AlertsAnswer extends Found {
  total: number;
  /** Open ones first, then by their start, newest first. */
  alerts: AlertRow[];
  next?: number;
}

export interface AlertChange {
  at: Millis;
  from: string;
  to: string;
  reason: string;
  value?: number;
}

export interface AlertAnswer extends Found {
  alert: AlertRow & {
    window?: TimeSpan;
    runbook?: string;
    url?: string;
    samples: { at: Millis; message: string; host?: string; value?: string }[];
    omitted: number;
  };
  /** Oldest first. */
  changes: AlertChange[];
  /** Recorded windows of the group around the alert: their ends and values, oldest first. */
  values: { at: Millis; value?: number }[];
  /** The rule in the configuration; absent where it is no longer there. */
  rule?: RuleRow;
}

export interface RuleRow {
  name: string;
  kind: string;
  enabled: boolean;
  description: string;
  where: string;
  measure: string;
  when?: string;
  by: string[];
  severity: string;
  /** Names of notifiers; empty where routes decide. */
  notify: string[];
  runbook?: string;
  /** Open alerts. */
  open: number;
  /** Absent while the analyser does not answer, and for disabled rules. */
  state?: Omit<RuleState, 'last'>;
  /** The last window of the group that is nearest to an alert. Absent before the first one is recorded. */
  latest?: {
    /** End of the window. */
    at: Millis;
    group: string;
    value: number;
    /** Number of groups with a window that ends there. */
    groups: number;
    /** The numbers of the condition, and whether it holds. Absent where the rule has none that is written as a comparison. */
    bounds?: number[];
    holds?: boolean;
  };
  /** Numbers of verdicts on its alerts, and of missed incidents. Absent without any. */
  verdicts?: { true: number; false: number; missed: number };
}

export interface DeadLettersAnswer extends Found {
  total: number;
  /** Destinations by their number of dead letters. */
  indices: { value: string; events: number }[];
  letters: { id: string; at: Millis; index: string; reason: string }[];
}

/** How far a configured report is. Times are ISO 8601. */
export interface ReportRow {
  name: string;
  /** `every` or `cron`. */
  schedule: string;
  zone: string;
  notify: string[];
  /** When the next one is made. */
  next: string;
  /** End of the last interval that was reported. */
  reportedUntil?: string;
  /** Why the last attempt failed; it is tried again. */
  failing?: string;
}
