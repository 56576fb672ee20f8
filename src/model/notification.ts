import type { AlertStatus, Episode, Severity, Transition, WithheldEpisodes } from './alert.ts';
import type { Millis } from './event.ts';

/** Somebody has said that he takes care of an alert. */
export interface Acknowledgement {
  by: string;
  /** Wall time. */
  at: Millis;
  comment?: string;
}

/** Why an alert was not notified. `notifier`: whom it concerns, or the route. */
export interface Suppression {
  by:
    | 'silence'
    | 'maintenance'
    | 'inhibition'
    | 'mute interval'
    | 'flapping'
    | 'rate limit'
    | 'no route'
    | 'ended';
  reason: string;
  notifier: string;
  /** Wall time. */
  at: Millis;
}

/** A message about an alert was delivered, or refused for good. */
export interface Notified {
  notifier: string;
  /** Wall time. */
  at: Millis;
  /** State of the alert in the message. */
  status: AlertStatus;
  /** Why the notifier did not accept it. */
  refused?: string;
}

/** What people said about an alert, or about an incident for which there was none. */
export interface Verdict {
  /** That of the alert; of a missed one it is made of rule, group and start. */
  id: string;
  /** `missed`: there was an incident and no alert. */
  verdict: 'true' | 'false' | 'missed';
  by: string;
  /** Wall time. */
  at: Millis;
  comment?: string;
  rule: string;
  group: string;
  /** Event times of the incident, or of the alert. */
  start: Millis;
  end?: Millis;
}

/** What people and noise control did with an alert. Part of its document. */
export interface Handling {
  /** Number of changes, from 1. */
  revision: number;
  /** The latest ones, oldest first. */
  notified?: Notified[];
  acknowledged?: Acknowledgement;
  assigned?: { to: string; by: string; at: Millis };
  /** Whether the alert was right. */
  verdict?: Pick<Verdict, 'verdict' | 'by' | 'at' | 'comment'>;
  /** The latest ones, oldest first. */
  suppressed?: Suppression[];
}

/** A report in the forms that notifiers need. */
export interface ReportMessage {
  title: string;
  /** Tables as plain text. */
  text: string;
  /** A page below 60 KB, in which `<!-- chart -->` stands for the chart. */
  html: string;
  /** SVG. */
  chart?: string;
  /** The whole report, as JSON. */
  document: Record<string, unknown>;
  /** It is no report but an output of a stream, which is sent as its document is. */
  isOutput?: true;
}

/** One of the alerts of a message about several. */
export interface GroupedAlert {
  id: string;
  rule: string;
  group: string;
  severity: Severity;
  status: AlertStatus;
  message: string;
  start: Millis;
  end?: Millis;
}

/** A message is about several alerts. Its transition and episode stand for all of them. */
export interface AlertGroup {
  /** Values that all of them have in common, by the names of `group_by`. */
  labels: Record<string, string>;
  /** Numbers of alerts that are active and that have ended. */
  active: number;
  ended: number;
  /** The first ones, active ones first. */
  alerts: GroupedAlert[];
  /** Number of further ones, which the message does not list. */
  more: number;
  /** The alerts have only in common that a limit of messages was reached. */
  digest?: true;
}

/**
 * One message to one notifier about one transition. Disk format: the outbox holds it as it is. Optional members are missing
 * in what an earlier version put there.
 */
export interface Notification {
  /** Deterministic: transition id and notifier. */
  id: string;
  notifier: string;
  /** Event time: that of the transition, or later where a cooldown delayed it. */
  at: Millis;
  transition: Transition;
  episode: Episode;
  /** The measure as it stands in the rule, such as `share(http.response.status_code >= 500)`. */
  measure?: string;
  /** Addresses and groups of people that the rule names, for notifiers that write to people. */
  recipients?: string[];
  /** Values of the group's windows before the transition, oldest first: end of the window (event time) and value. */
  history?: [at: Millis, value: number][];
  /** Episodes of the group that a cooldown held back before this notification. */
  withheld?: WithheldEpisodes;
  /** It is about the withheld episodes alone; the transition is the last of them. */
  digest?: true;
  /** The alert was acknowledged; the transition is the latest one. */
  acknowledgement?: Acknowledgement;
  /** Set in a message about several alerts. */
  group?: AlertGroup;
  /** Why it is sent although nothing changed: a reminder, an escalation. */
  note?: string;
  /** Sent by `logboom notify test`: about no real alert. */
  test?: true;
  /** It is a report, or an output of a stream; transition and episode stand for no alert. */
  report?: ReportMessage;
}
