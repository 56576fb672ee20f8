import {
  beganAt,
  type Episode,
  type Notification,
  type ReportMessage,
  type Sample,
  type Severity,
} from '../../model.ts';
import { conditionText, lengthText, timeText, valueText } from '../../util/figures.ts';
import { countOf, cutToBytes, printable, withEllipsis } from '../../util/text.ts';
import { groupTitle } from '../control/group-message.ts';

type StateWord = 'ACTIVE' | 'INACTIVE' | 'NO DATA';

/** The state in a notification. `recovering` and `pending` cause no notifications, so they have no word. */
export function stateWord({ transition: { to } }: Notification): StateWord {
  return to === 'active' ? 'ACTIVE' : to === 'no-data' ? 'NO DATA' : 'INACTIVE';
}

export interface Fact {
  label: string;
  value: string;
}

/**
 * What a message says, for people, before a kind gives it a form. Texts come from rules and from senders: they hold no
 * control characters, and each kind escapes what its markup needs. Only `message` may have line breaks, from its template.
 */
export interface Summary {
  state: StateWord;
  /** `Alert 'burst' changed state to ACTIVE`; a test message says so first. */
  title: string;
  message: string;
  severity: Severity;
  /** `#rrggbb`, by state and severity. */
  color: string;
  facts: Fact[];
  samples: string[];
  links: { label: string; url: string }[];
}

/** Bytes of a group or a reason, and of a sample line. */
const longestPart = 2_000;
const longestSample = 500;

const colors: Record<Severity, string> = {
  info: '#2f6fab',
  low: '#2f6fab',
  medium: '#b8860b',
  high: '#c4511c',
  critical: '#b3261e',
};
const resolved = '#2e7d32';
const unknown = '#6b7280';

export function brief(text: string, most = longestPart): string {
  const shown = printable(text);
  return withEllipsis(cutToBytes(shown, most), shown);
}

const withLineBreaks = (text: string) => text.split('\n').map(printable).join('\n');

/** The measure is missing in a notification that an earlier version put into the outbox. */
export const measureOf = ({ measure = '' }: Pick<Notification, 'measure'>): string => measure;

export function summaryOf(notification: Notification): Summary {
  if (notification.report) return reportSummary(notification.report);
  const { transition, episode, group } = notification;
  const state = stateWord(notification);
  const test = notification.test ? '[TEST] ' : '';
  return {
    state,
    title: `${test}${group ? printable(groupTitle(group)) : titleOf(notification, state)}`,
    message: withLineBreaks(transition.message),
    severity: transition.severity,
    color: state === 'ACTIVE' ? colors[transition.severity] : state === 'INACTIVE' ? resolved : unknown,
    facts: group ? groupFacts(notification) : factsOf(notification),
    samples: group ? [] : samplesOf(episode),
    links: linksOf(episode),
  };
}

const neutral = '#2f6fab';

function reportSummary({ title, text }: ReportMessage): Summary {
  const message = text.split('\n').slice(1).join('\n').trim();
  return {
    ...{ state: 'INACTIVE', severity: 'info', color: neutral, title: printable(title) },
    ...{ message: withLineBreaks(message), facts: [], samples: [], links: [] },
  };
}

function titleOf({ transition, digest, withheld }: Notification, state: StateWord): string {
  const alert = `Alert '${printable(transition.rule)}'`;
  if (digest && withheld) return `${alert}: ${countOf(withheld.count, 'more episode')}`;
  return `${alert} changed state to ${state}`;
}

/** The value with its condition: `12.4 % (>= 5 %)`. */
export function valueWithCondition(notification: Notification): string {
  const measure = measureOf(notification);
  const { value, condition } = notification.transition;
  return `${valueText(value, measure)} (${conditionText(condition, measure)})`;
}

/** What a message about several alerts states beside their list. */
function groupFacts({ transition, episode, note }: Notification): Fact[] {
  const facts: [label: string, value: string | undefined][] = [
    ['Note', note],
    ['Highest severity', transition.severity],
    ['Since', timeText(episode.start)],
    ['Until', episode.end === undefined ? undefined : timeText(episode.end)],
  ];
  return stated(facts);
}

const stated = (facts: readonly [label: string, value: string | undefined][]): Fact[] =>
  facts.flatMap(([label, value]) => (value === undefined || value === '' ? [] : { label, value }));

function factsOf(notification: Notification): Fact[] {
  const { transition, episode, acknowledgement } = notification;
  const measure = measureOf(notification);
  const { window } = transition;
  const facts: [label: string, value: string | undefined][] = [
    ['Note', notification.note],
    ['Value', valueText(transition.value, measure)],
    ['Threshold', conditionText(transition.condition, measure)],
    ['Measure', measure === '' ? undefined : brief(measure)],
    ['Peak', episode.peak === undefined ? undefined : valueText(episode.peak, measure)],
    ['Group', transition.group === '' ? undefined : brief(transition.group)],
    ['Severity', transition.severity],
    ['Since', timeText(beganAt(episode))],
    ['Until', episode.end === undefined ? undefined : timeText(episode.end)],
    ['Duration', durationOf(episode)],
    ['Window', `${timeText(window.start)}, ${lengthText(window.end - window.start)}`],
    ['Events', valueText(transition.count, '')],
    ['Reason', transition.message.includes(transition.reason) ? undefined : brief(transition.reason)],
    ['Held back', withheldText(notification)],
    ['Flapping', episode.flapping ? 'yes' : undefined],
    ...Object.entries(episode.labels).map(([label, value]): [string, string] => [
      brief(label, 100),
      brief(value),
    ]),
    ['Acknowledged', acknowledgement && acknowledgedBy(acknowledgement)],
    ['Runbook', isLink(episode.runbook) ? undefined : episode.runbook && brief(episode.runbook)],
  ];
  return stated(facts);
}

function withheldText({ withheld }: Notification): string | undefined {
  return withheld && `${countOf(withheld.count, 'episode')} since ${timeText(withheld.since)}`;
}

function durationOf(episode: Episode): string | undefined {
  const { end, updated } = episode;
  const length = (end ?? updated) - beganAt(episode);
  return length > 0 ? `${lengthText(length)}${end === undefined ? ' so far' : ''}` : undefined;
}

function acknowledgedBy({ by, at, comment }: NonNullable<Notification['acknowledgement']>): string {
  return brief(`by ${by} at ${timeText(at)}${comment === undefined ? '' : `: ${comment}`}`);
}

/** The first lines, how many are not shown, and the last line. */
function samplesOf({ samples, omitted }: Episode): string[] {
  const lines = samples.map(sampleLine);
  if (!omitted) return lines;
  return [...lines.slice(0, -1), `… ${countOf(omitted, 'more line')} …`, ...lines.slice(-1)];
}

function sampleLine({ '@timestamp': time, host, message, value }: Sample): string {
  const measured = value === undefined || message.includes(String(value)) ? undefined : `[${value}]`;
  return brief([time, host, measured, message].filter((part) => part !== undefined).join(' '), longestSample);
}

const isLink = (text: string | undefined): text is string => text !== undefined && /^https?:\/\//.test(text);

function linksOf({ url, runbook }: Episode): Summary['links'] {
  return [
    ...(url === undefined ? [] : [{ label: 'Open in Discover', url }]),
    ...(isLink(runbook) ? [{ label: 'Runbook', url: runbook }] : []),
  ];
}
