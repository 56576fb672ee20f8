import type { z } from 'zod';
import type { ruleSchema } from '../config/schema/rules.ts';
import type { SelfMonitoringConfig } from '../config/schema/self-monitoring.ts';
import type { Millis } from '../model.ts';
import type { SourceProblemKind, SourceState } from '../telemetry/components/sources.ts';
import type { SinkVitals, Vitals } from '../telemetry/components/vitals.ts';
import { formatDuration } from '../util/text.ts';

/** One value that logboom watches about itself, at one moment. */
export interface Reading {
  /** The reader, input or notifier that it is about; empty where there is only one. */
  group: string;
  value: number;
  /** The alert's reason while the condition holds, with the remedy where there is one. */
  bad: string;
  good: string;
  /** Whether the condition holds, where it was judged before; default: by the value. */
  holds?: boolean;
}

type OwnRule = Extract<z.input<typeof ruleSchema>, { kind?: 'threshold' | undefined }>;

export interface OwnAlert {
  rule: OwnRule;
  /** It is about the disk itself: its state is kept in memory, and its messages are sent without the outbox. */
  inMemory?: boolean;
  /** An alert that is switched off ends, and is not raised. */
  watched: boolean;
  /** Its values; undefined where they are unknown at present, and then nothing changes. */
  read: (vitals: Vitals, before: Vitals | undefined) => Reading[] | undefined;
  /** The reason of the end of an alert whose group is not among the values any more. */
  gone?: (group: string) => string;
}

/** How long a reader must be behind; after a start each reader is, until it has caught up. */
const lagsFor: Millis = 30_000;
/** Refusals that follow one another within this time are one alert. */
const refusalsEnd: Millis = 600_000;

/** All own alerts, by the settings. Their values are seconds, ratios and counts. */
export function ownAlerts(
  settings: SelfMonitoringConfig,
  notifiers: readonly string[],
  streams: readonly string[] = [],
): OwnAlert[] {
  const { enabled, every, keepActiveFor } = settings;
  const all: [threshold: number, alert: Omit<OwnAlert, 'watched'>][] = [
    [settings.journalFill, { rule: { name: 'logboom-journal-fill', severity: 'high' }, read: journalFill }],
    [
      settings.readerLag / 1000,
      { rule: { name: 'logboom-reader-lag', by: ['logboom.reader'], for: millis(lagsFor) }, read: readerLag },
    ],
    [
      settings.oldestUnacknowledged / 1000,
      {
        rule: { name: 'logboom-oldest-unacknowledged', severity: 'high', by: ['logboom.input'] },
        read: oldestUnacknowledged,
      },
    ],
    [
      settings.senderRefused,
      {
        rule: { name: 'logboom-sender-refused', severity: 'high', by: ['client.address'] },
        read: senderRefused,
        gone: (address) => `what ${address} sends has not been refused for five minutes`,
      },
    ],
    [settings.sinkDown / 1000, { rule: { name: 'logboom-sink-down', severity: 'high' }, read: sinkDown }],
    [
      settings.notifierFailing / 1000,
      {
        rule: { name: 'logboom-notifier-failing', severity: 'high', by: ['logboom.notifier'] },
        read: notifierFailing([...notifiers, ...streams]),
      },
    ],
    [1, { rule: { name: 'logboom-disk-full', severity: 'critical' }, inMemory: true, read: diskRefuses }],
    [
      settings.formatDisabled ? 1 : 0,
      {
        rule: { name: 'logboom-parser-disabled', severity: 'high', by: ['logboom.format'] },
        read: parserDisabled,
        gone: (format) => `the module of the format ${format} is called again`,
      },
    ],
    [settings.clockStep / 1000, { rule: { name: 'logboom-clock-step', severity: 'high' }, read: clockStep }],
    [settings.sourceClock / 1000, sourceAlert('clock', 'its stamps agree with the receipt')],
    [settings.sourceLate, sourceAlert('late', 'its events come in time')],
    [settings.sourceUnparsed, sourceAlert('unparsed', 'its lines are read')],
    [
      settings.deadLetters,
      {
        rule: {
          name: 'logboom-dead-letters',
          keepActiveFor: millis(Math.max(refusalsEnd, keepActiveFor)),
        },
        read: deadLetters,
      },
    ],
  ];
  const common = { over: millis(every), keepActiveFor: millis(keepActiveFor), record: false };
  const notify = [...(settings.notify ?? notifiers)];
  return all.map(([threshold, { rule, ...rest }]) => ({
    rule: { ...common, notify, when: `>= ${threshold}`, ...rule },
    watched: enabled && threshold > 0,
    ...rest,
  }));
}

/** Sources are judged in the analyser, where a problem that comes and goes stays one. Those without problems are not listed. */
function sourceAlert(kind: SourceProblemKind, good: string): Omit<OwnAlert, 'watched'> {
  const rule: OwnRule = { name: `logboom-source-${kind}`, severity: 'high', by: ['logboom.source'] };
  const reading = ({ name, problems }: SourceState): Reading[] =>
    problems
      .filter((problem) => problem.kind === kind)
      .map(({ value, reason }) => ({ group: name, value, bad: `${name}: ${reason}`, good, holds: true }));
  return {
    rule,
    read: ({ sources }) => sources && unique(sources.list.flatMap(reading)),
    gone: (group) => `${group}: ${good}, or it sends nothing any more`,
  };
}

/** Two agents may run on one host and read one path. */
const unique = (readings: Reading[]) => [...new Map(readings.map((one) => [one.group, one])).values()];

const millis = (length: Millis) => `${Math.round(length)}ms`;
const lasting = (seconds: number) => formatDuration(Math.floor(seconds) * 1000);
const percent = (share: number) => `${Math.floor(share * 100)} %`;

/** The largest step of the last ten minutes, or what is left to follow of an earlier one, in seconds. */
function clockStep({ clock }: Vitals): Reading[] {
  const by = [clock.difference, ...clock.steps.map((step) => step.by)].reduce((most, one) =>
    Math.abs(one) > Math.abs(most) ? one : most,
  );
  const size = Math.abs(by) / 1000;
  const direction = by > 0 ? 'forwards' : 'back';
  const left = Math.abs(clock.difference) / 1000;
  const rest =
    left >= 1
      ? `; receipt times are ${lasting(left)} ${clock.difference > 0 ? 'behind' : 'ahead of'} it and follow slowly`
      : '';
  const bad = `the wall clock of this machine was set ${direction} by ${lasting(size)}${rest}; rules are not affected. Check the time synchronisation`;
  return [{ group: '', value: size, bad, good: 'the wall clock runs evenly' }];
}

function journalFill({ journal, readers }: Vitals): Reading[] {
  const slow = Object.entries(readers).sort(([, a], [, b]) => b.lag.bytes - a.lag.bytes)[0];
  const held = journal.fill >= 1 ? '; senders are held, nothing is lost' : '';
  const waits = slow?.[1].waitsFor === undefined ? '' : `, which waits for ${slow[1].waitsFor}`;
  const words = `the journal is ${percent(journal.fill)} full`;
  const bad = `${words}${slow ? ` because of the ${slow[0]}${waits}` : ''}${held}`;
  return [{ group: '', value: journal.fill, bad, good: words }];
}

/** One state for all that the disk refuses: it is full, read-only or broken. */
function diskRefuses({ journal, disk }: Vitals): Reading[] {
  const reason = journal.broken ?? journal.refusing ?? disk;
  const bad = `the disk of the data folder takes nothing, so senders keep their events: ${reason ?? ''}`;
  return [{ group: '', value: reason === undefined ? 0 : 1, bad, good: 'the disk takes writes again' }];
}

function readerLag({ readers }: Vitals): Reading[] {
  return Object.entries(readers).map(([group, { lag, waitsFor }]) => ({
    group,
    value: lag.seconds,
    bad: `the ${group} is ${lasting(lag.seconds)} and ${lag.records} records behind${waitsFor ? `; it waits for ${waitsFor}` : ''}`,
    good: lag.records === 0 ? `the ${group} is up to date` : `the ${group} is ${lasting(lag.seconds)} behind`,
  }));
}

function oldestUnacknowledged({ inputs, journal }: Vitals): Reading[] {
  return Object.entries(inputs).map(([group, { oldestUnacknowledged: age = 0 }]) => ({
    group,
    value: age / 1000,
    bad: `a sender has waited ${lasting(age / 1000)} for the ACK of a window${journal.fill >= 1 ? ': the journal is full' : ''}`,
    good: 'windows are acknowledged as they come',
  }));
}

function senderRefused({ inputs }: Vitals): Reading[] {
  const refused = Object.values(inputs).flatMap(({ refusedSenders: senders = [] }) => senders);
  return refused.map(({ address, count, reason }) => ({
    group: address,
    value: count,
    bad: `${address} was refused ${count} times in a row, so its events do not arrive: ${reason.slice(0, 500)}`,
    good: `${address} was refused ${count === 1 ? 'once' : `${count} times`}`,
  }));
}

function sinkDown({ sink }: Vitals): Reading[] | undefined {
  if (!sink) return undefined;
  const { age, reason } = sink.problem ?? { age: 0, reason: '' };
  const bad = `Elasticsearch has not taken everything for ${lasting(age / 1000)}: ${reason.slice(0, 500)}`;
  return [{ group: '', value: age / 1000, bad, good: 'Elasticsearch takes documents' }];
}

function parserDisabled({ disabledFormats }: Vitals): Reading[] | undefined {
  if (!disabledFormats) return undefined;
  return Object.entries(disabledFormats).map(([group, reason]) => ({
    group,
    value: 1,
    bad: `the module of the format ${group} is not called any more, and its lines are unparsed: ${reason}. Correct it and reload`,
    good: '',
  }));
}

const notifierFailing =
  (names: readonly string[]) =>
  ({ notifiers }: Vitals): Reading[] =>
    names.map((group) => {
      const { age, reason } = notifiers[group] ?? { age: 0, reason: '' };
      const bad = `the notifier ${group} has not delivered for ${lasting(age / 1000)}: ${reason.slice(0, 500)}`;
      return { group, value: age / 1000, bad, good: `the notifier ${group} delivers` };
    });

/** The indexer counts from its start on, so a lower count than before means that it was restarted. */
function deadLetters({ sink }: Vitals, before: Vitals | undefined): Reading[] | undefined {
  if (!sink) return undefined;
  const known = countOf(before?.sink);
  const count = countOf(sink);
  const value = count < known ? count : count - known;
  const { index = '', reason = '' } = sink.refused.last ?? {};
  const bad = `${value} documents were refused for good, the last for ${index}: ${reason.slice(0, 500)} (logboom dead-letters list)`;
  return [{ group: '', value, bad, good: 'no further document was refused' }];
}

const countOf = (sink: SinkVitals | undefined) => sink?.refused.count ?? 0;
