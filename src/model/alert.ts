import type { Scalar } from './event.ts';
import type { Millis } from './time.ts';

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
  /** The cooldown holds back the message of the present episode: it is told where the alert is open when that is over. */
  held?: boolean | undefined;
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
  /** Whether people are told of the transition, or now of a raise that was held back, and why or why not. */
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
  /** Event time at which it is told: that of the transition, or later where a cooldown held it back. */
  at: Millis;
  transition: Transition;
  episode: Episode;
}
