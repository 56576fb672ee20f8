import type { Millis, Scalar } from './event.ts';
import type { RuleDefinition, SloFigures } from './rule.ts';

export type AlertStatus = 'inactive' | 'pending' | 'active' | 'recovering' | 'no-data';
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** One of the first events of an episode, or the last one, kept as evidence. */
export interface Sample {
  '@timestamp': string;
  message: string;
  host?: string;
  service?: string;
  level?: string;
  /** `source.ip`, `user.name`, and the first of `event.category`. */
  ip?: string;
  user?: string;
  category?: string;
  file?: string;
  offset?: number;
  /** What the rule measured in it. */
  value?: number | string;
  /** Its document, where it is indexed. */
  id?: string;
  index?: string;
}

/** One value of one group at one time, on which the state machine decides. */
export interface Observation {
  /** Event time: the window's end. */
  at: Millis;
  /** `at` less the hop: since then the value is this one, because the window before had another. */
  since: Millis;
  window: { start: Millis; end: Millis };
  /** The measure; `undefined`: there is nothing to measure. */
  value: number | undefined;
  /** The value is an estimate. */
  about?: true;
  count: number;
  /** The window is not over yet. Such an observation can raise an alert and never end one. */
  early: boolean;
  /** Time of the event with which it was observed early. */
  decided?: Millis;
  slo?: SloFigures | undefined;
}

/** Episodes of which nobody was notified, because a cooldown held their notifications back. */
export interface WithheldEpisodes {
  count: number;
  /** Event time of the notification before them. */
  since: Millis;
}

interface Withheld extends WithheldEpisodes {
  /** Event time from which on a digest names them: the end of the cooldown. */
  due: Millis;
}

/** The observation with the value farthest beyond the condition in an episode: the message of an ended alert is about it. */
export interface PeakObservation {
  value: number;
  count: number;
  window: { start: Millis; end: Millis };
  reason: string;
}

/** State of one alert (a group of a rule) between two observations. Disk format: a checkpoint holds it as it is. */
export interface AlertState {
  status: AlertStatus;
  /** `since` of the first window in which the condition held: where the episode begins. Undefined while inactive. */
  start: Millis | undefined;
  /** `since` of the first window of the present calm; set while recovering. */
  calm: Millis | undefined;
  /** Set where a window raised the alert before it was over, until it is. */
  early: EarlyRaise | undefined;
  /** The value in the last transition or update. */
  value: number | undefined;
  /** The value farthest beyond the condition in this episode. */
  peak: number | undefined;
  /** The observation of the peak. Missing in states of releases that did not keep it. */
  peakSeen?: PeakObservation | undefined;
  /** The peak that the episode's document has. */
  writtenPeak: number | undefined;
  /** Event time at which the episode's document last changed. */
  updated: Millis | undefined;
  /** Event time of the last notification that the alert became active. */
  announced: Millis | undefined;
  /** Length of the present cooldown, where it grows. */
  cooldown?: Millis;
  /** Whether a notification of the present episode was sent, so that its end is notified too. */
  notified: boolean;
  /** The cooldown delays the notification of the present episode: it is sent if the alert is still open at its end. */
  held?: boolean | undefined;
  /** Episodes that began and ended within a cooldown: nobody was notified of them yet. */
  withheld?: Withheld | undefined;
  /** Event times at which the alert became active, the latest ones: they make the flapping mark. */
  activations: Millis[];
  flapping: boolean;
  /** The gravest severity of the episode, where the rule has several. */
  severity?: Severity | undefined;
}

/**
 * An alert that was raised before its window is over. Where its episode starts and ends is decided by windows that are
 * over, in their order, as if it had not been raised early.
 */
export interface EarlyRaise {
  /** The observation that raised the alert. Its document shows it until the window is over. */
  observation: Observation;
  /** Why, such as `count 7 is >= 5`. Missing in states of releases that did not keep it. */
  reason?: string;
  /** The state that follows from the windows that are over alone. */
  closed: AlertState;
  /** The observation that made `closed` active, where it is. */
  begun: Decided | undefined;
}

/** An observation and the decision on it. */
export interface Decided {
  observation: Observation;
  decision: Decision;
}

/** The outcome of one observation. */
export interface Decision {
  /** The same object where nothing changed. */
  state: AlertState;
  /** Why the state is what it is, in words. */
  reason: string;
  transition?: { from: AlertStatus; to: AlertStatus; at: Millis; reason: string };
  /** The episode's start, value or peak changed and its status did not: its document is written anew. */
  update: boolean;
  /** The message of an open alert stays: the condition does not hold in what was observed. */
  keepsMessage?: true;
  /** Whether a notification is sent, of the transition or of one that was delayed, and why or why not. */
  notify: {
    send: boolean;
    reason: string;
    /** What the notification names besides its own episode. */
    withheld?: WithheldEpisodes;
    /** The notification is about the withheld episodes alone. */
    digest?: true;
  };
  /** Event time (a window's end) of the next observation that is needed although no value changes. */
  deadline?: Millis;
  /** Start and end of another episode, which was over before the one began that was raised early. */
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
  /** Late events led to it, so that it was put out after its time. */
  late?: boolean;
  /** Time of the event by which it was decided, where that was before the end of its window. */
  decided?: Millis;
  slo?: SloFigures | undefined;
}

/** When a change was decided, in event time: never later than it could be known. */
export const decidedAt = ({ at, decided = at }: Pick<Transition, 'at' | 'decided'>): Millis =>
  Math.min(at, decided);

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
  /** Time of the event by which it was raised, while its window is not over. */
  decided?: Millis | undefined;
  value: number | undefined;
  /** The value farthest beyond the condition. */
  peak: number | undefined;
  count: number;
  condition: string;
  reason: string;
  message: string;
  window: { start: Millis; end: Millis };
  /** From the start of its first window to the end of its last one. */
  span?: { start: Millis; end: Millis } | undefined;
  /** When a live server received what raised it. */
  created?: Millis | undefined;
  definition?: RuleDefinition | undefined;
  /** The first lines, and the last one. */
  samples: Sample[];
  /** Number of further lines between the first and the last. */
  omitted?: number | undefined;
  /** Number of times that the document was written, from 1. */
  revision: number;
  lateCount: number;
  /** It was raised by events that came after their windows had closed. */
  late?: boolean | undefined;
  /** What late events changed in it, in words. */
  corrected?: string | undefined;
  /** Late events showed that the alert should not have been raised. Set beside `corrected`. */
  withdrawn?: boolean | undefined;
  flapping: boolean;
  labels: Record<string, string>;
  runbook: string | undefined;
  /** Discover with the events of the window, where Kibana's address is known. */
  url?: string | undefined;
  slo?: SloFigures | undefined;
}

/**
 * When an episode began, for people. A long window begins before its cause, so an episode starts with the first event that
 * counts, where that is known.
 */
export function beganAt({
  start,
  end = Number.POSITIVE_INFINITY,
  samples: [first],
}: Pick<Episode, 'start' | 'end' | 'samples'>): Millis {
  const time = first === undefined ? Number.NaN : Date.parse(first['@timestamp']);
  return time > start && time < end ? time : start;
}
