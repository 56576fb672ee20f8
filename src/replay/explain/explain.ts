import type { RuleConfig } from '../../config/schema/rules.ts';
import type { Config } from '../../config/schema/schema.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { keysOf } from '../../processors/chain.ts';
import { alertSettings, requiredBy } from '../../rules/rule.ts';
import { countOf, formatNumber } from '../../util/text.ts';
import { journalRecords } from '../backtest.ts';
import { otherThen, ruleThen, stagesOf } from '../rule-then.ts';
import { StagedEngine } from '../staged-engine.ts';
import { type Alternative, alternativeSentences, alternativesTo } from './alternatives.ts';
import { handlingRemarks } from './handling-remarks.ts';
import { type Question, spanOf, withoutGeneration } from './question.ts';
import { type ExplainedWindow, type GroupRecord, Recorder } from './recorder.ts';
import { ReplayBounds } from './replay-bounds.ts';
import type { SourceFindings } from './uncounted.ts';

export interface Explanation extends GroupRecord {
  about: 'windows';
  question: Question;
  /** The settings of the rule: those by which the alert was raised, where they are known, else those in the configuration. */
  settings: Readonly<Record<string, unknown>>;
  /** What was not counted in the time that is shown, and why; a sentence for each source. */
  notCounted: string[];
  /** The same by source, as numbers. */
  sources: SourceFindings[];
  /** The answer in one or two sentences. */
  answer: string;
  /** The smallest changes of settings with which the outcome would have been another. */
  alternatives: Alternative[];
  /** Limits of the answer: a journal that starts later or ends earlier, other groups. */
  remarks: string[];
}

/**
 * Explains an alert from the journal: it replays the whole journal with the rule alone and records what the rule observes.
 * It reads to the end, because events may be late by any time. Rejects with `NOT_EXPLAINABLE` where the rule is unknown or
 * the journal holds nothing about it.
 */
export async function explain(asked: Question, config: Config): Promise<Explanation> {
  const { settings, stages, note } = await ruleThen({ id: asked.alert, rule: asked.rule }, config);
  const question = { ...asked, rule: settings.name };
  const recorder = new Recorder(question, spanOf(settings), alertSettings(settings).maxGroups);
  const bounds = new ReplayBounds(settings, question.at, stages, config);
  const replay = new StagedEngine(stages, { keys: keysOf(config.processors) }, recorder);
  const applied = asked.alert === undefined ? await stagesOf(config) : [];
  const begins: Millis[] = [];
  let since: Beginning | undefined;
  for await (const { record } of journalRecords(config.data)) {
    while (applied[begins.length] !== undefined && applied[begins.length]!.after < record.position)
      begins.push(replay.engine.now);
    replay.process(record);
    bounds.take(record.position, replay.engine, recorder);
    since ??= { receivedAt: record.receivedAt, now: replay.engine.now };
  }
  // Windows that end later may still change or appear.
  const completeUpTo = replay.engine.now - settings.lateness;
  const forgotten = replay.engine.memory?.forgotten ?? 0;
  const found = groupOf(recorder, question, since === undefined ? undefined : [since.now, completeUpTo]);
  const raised = raiseOf(question, found);
  const handled = await handlingRemarks(config.data, question, found.group, raised?.decided ?? raised?.end);
  const alternatives = await alternativesTo(
    {
      settings,
      group: found.group,
      at: question.at,
      values: valuesOf(found),
      raised: asked.alert !== undefined,
    },
    config,
    bounds,
  );
  return {
    about: 'windows',
    question,
    settings,
    notCounted: recorder.uncounted.sentences,
    sources: recorder.uncounted.findings.slice(0, 100),
    answer: [
      ...(note === undefined ? [] : [note]),
      answerTo({ question, settings, found, completeUpTo }),
    ].join(' '),
    alternatives,
    remarks: [
      ...(asked.alert === undefined ? otherThen(settings, applied, begins, asked.at) : []),
      ...remarksOn({ recorder, question, settings, found, since, completeUpTo, forgotten }),
      ...alternativeSentences(alternatives),
      ...handled,
    ],
    ...found,
  };
}

/** The start of the journal: the receipt time of its first record, and the event time then. */
interface Beginning {
  receivedAt: Millis;
  now: Millis;
}

/**
 * The window that raised the alert. Its end lies after the start of the alert; windows that raised earlier alerts end before. A change of the rule
 * may end an alert and begin another one in the same hop: then the last such window raised the later one.
 */
function raiseOf({ alert, at }: Question, { windows }: GroupRecord): ExplainedWindow | undefined {
  const raises = windows.filter(({ from, to }) => to === 'active' && from !== 'active');
  const own = raises.filter(({ end }) => end > at);
  const isLaterGeneration = alert !== undefined && withoutGeneration(alert) !== alert;
  const same = isLaterGeneration ? own.findLast(({ start }) => start <= at) : undefined;
  return same ?? own[0] ?? raises[0];
}

const valuesOf = ({ windows, before }: GroupRecord) =>
  [before, ...windows].flatMap((window) => (window?.value === undefined ? [] : [window.value]));

/** The group of the question; without one, the group that came closest to an alert. */
function groupOf(
  { groups, others, uncounted }: Recorder,
  question: Question,
  held?: [Millis, Millis],
): GroupRecord {
  const ranked = groups.sort((one, other) => rankOf(other) - rankOf(one));
  if (ranked[0]) return ranked[0];
  const { alert, rule, at } = question;
  const group = alert === undefined && question.group !== undefined ? ` (${question.group})` : '';
  const what = alert === undefined ? `rule ${rule}${group} around ${iso(at)}` : `the alert ${alert}`;
  const knownGroups = others.size > 0 ? ` Its groups are ${[...others].join('; ')}.` : '';
  const heldSpan = held === undefined ? '' : ` It holds events from ${ended(held[0])} to ${ended(held[1])}.`;
  throw new LogboomError(
    'NOT_EXPLAINABLE',
    [`The journal holds nothing about ${what}.${knownGroups}${heldSpan}`, ...uncounted.sentences].join(' '),
  );
}

const ranks = { inactive: 0, 'no-data': 1, pending: 2, recovering: 3, active: 4 } as const;

/** Ranks by status, then by the number of windows. */
function rankOf({ windows, before }: GroupRecord): number {
  const highest = Math.max(0, ...windows.map(({ to }) => ranks[to]), ranks[before?.to ?? 'inactive']);
  return highest + windows.length / (windows.length + 1);
}

/** The parts of an explanation. */
interface Case {
  question: Question;
  settings: RuleConfig;
  found: GroupRecord;
  /** Event time. Windows that end later may still change or appear. */
  completeUpTo: Millis;
}

function answerTo({ question, settings, found, completeUpTo }: Case): string {
  const { alert, at } = question;
  if (alert !== undefined) return whyItFired(question, found);
  const past = found.windows.filter(({ end, early }) => end <= at && !early);
  const last = past.at(-1) ?? found.before;
  const then = found.windows.find(({ start, end, from, to }) => start <= at && at < end && from !== to);
  const next = then ? ` The window ${span(then)} changed it to ${then.to}: ${then.reason}.` : '';
  if (last === undefined && next === '' && found.counted + found.late.count === 0 && found.missing.count > 0)
    return `No event of it around ${iso(at)} had ${requiredBy(settings)}.`;
  if (last === undefined) return `Up to ${iso(at)} none of its windows had ended.${next}`;
  const open = completeUpTo < at ? ` Later windows have not ended yet.` : '';
  return `At ${iso(at)} it was ${last.to}, by the window ${span(last)}: ${last.reason}.${next}${open}`;
}

function whyItFired(question: Question, found: GroupRecord): string {
  const { windows } = found;
  const raised = raiseOf(question, found);
  if (raised === undefined) return 'It did not become active in the events that the journal holds.';
  const notice = noticeOf(raised);
  // A cooldown may delay the notification of an open alert until the cooldown ends.
  const after = windows.slice(windows.indexOf(raised) + 1);
  const later = after.find((one) => one.notification?.startsWith('notified') && one.to !== 'inactive');
  const then = later === undefined ? '' : ` With the window ${span(later)} it was ${later.notification}.`;
  return `It became active with the window ${span(raised)}: ${raised.reason}.${notice}${then}`;
}

function noticeOf({ notification, again }: ExplainedWindow): string {
  if (again) return ' It was raised late: events came after the window had closed.';
  return notification === undefined ? '' : ` It was ${notification}.`;
}

interface RemarkParts extends Case {
  recorder: Recorder;
  since: Beginning | undefined;
  /** Number of entries that late events cannot correct any more. */
  forgotten: number;
}

function remarksOn(parts: RemarkParts): string[] {
  const { recorder, question, settings, found, since, completeUpTo, forgotten } = parts;
  const remarks: string[] = [];
  const { late, corrected, missing, crowded, omitted, before } = found;
  if (!settings.enabled) remarks.push('The rule is disabled. This shows what it would have done.');
  const others = recorder.groups.length - 1 + recorder.overflowed;
  if (others > 0)
    remarks.push(`${countOf(others, 'more group')} of the rule can be explained; select one with --group.`);
  const startsLater = since !== undefined && !(since.now < question.at - spanOf(settings));
  if (before === undefined && startsLater)
    remarks.push(
      `The journal starts with events received at ${iso(since.receivedAt)}; earlier events are unknown.`,
    );
  if (completeUpTo < question.at) remarks.push(`Windows are closed up to ${ended(completeUpTo)}.`);
  if (late.count > 0) remarks.push(`${countOf(late.count, 'event')} arrived too late to be counted.`);
  if (late.count > 0 && forgotten > 0)
    remarks.push(
      `time.correctionMemory was full: ${formatNumber(forgotten)} entries that late events can correct were forgotten.`,
    );
  if (corrected > 0)
    remarks.push(
      `${countOf(corrected, 'event')} arrived late and counted: the windows that had closed were judged again.`,
    );
  if (missing.count > 0) remarks.push(`${countOf(missing.count, 'event')} lacked the measured field.`);
  if (crowded > 0)
    remarks.push(
      `${countOf(crowded, 'event')} exceeded the limit of ${countOf(settings.maxGroups, 'group')} (maxGroups).`,
    );
  if (omitted > 0) remarks.push(`${countOf(omitted, 'window')} without a change left out.`);
  return remarks;
}

const iso = (time: Millis) => new Date(time).toISOString();
const ended = (time: Millis) => (Number.isFinite(time) ? iso(time) : 'no time yet');
const span = ({ start, end }: { start: Millis; end: Millis }) => `${iso(start)} to ${iso(end)}`;
