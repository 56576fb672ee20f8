import type { RuleConfig } from '../config/schema/rules.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { kindOf } from '../rules/kinds/index.ts';
import { countOf } from '../util/units.ts';
import { journalRecords } from './backtest.ts';
import { type Question, spanOf } from './question.ts';
import { type GroupRecord, Recorder } from './recorder.ts';
import { Replay } from './replay.ts';

export interface Explanation extends GroupRecord {
  question: Question;
  /** The rule as it stands in the configuration. */
  settings: Readonly<Record<string, unknown>>;
  /** The answer, in a sentence or two. */
  answer: string;
  /** What limits the answer: a journal that begins later or ends earlier, other groups. */
  remarks: string[];
}

/**
 * Answers from the journal: the rule alone runs once more over all that the journal holds, while a recorder looks on.
 * It reads to the end, for an event may come late by any time. Rejects with `NOT_EXPLAINABLE` where the rule or everything about it is unknown.
 */
export async function explain(question: Question, config: Config): Promise<Explanation> {
  const settings = config.rules.find(({ name }) => name === question.rule);
  if (settings === undefined)
    throw new LogboomError('NOT_EXPLAINABLE', `There is no rule \`${question.rule}\` in the configuration.`);
  const recorder = new Recorder(question, spanOf(settings));
  const alone = { ...config, rules: [{ ...settings, enabled: true }] };
  const replay = new Replay({ config: alone, receivedAt: 0, onOutput: () => {}, observer: recorder });
  let since: Beginning | undefined;
  for await (const { record } of journalRecords(config.data)) {
    replay.process(record);
    since ??= { receivedAt: record.receivedAt, now: replay.engine.now };
  }
  // Windows that end later may still change, or are still to come.
  const settled = replay.engine.now - settings.lateness;
  const found = groupOf(recorder, question, since === undefined ? undefined : [since.now, settled]);
  return {
    question,
    settings,
    answer: answerTo({ question, settings, found, settled }),
    remarks: remarksOn({ recorder, question, settings, found, since, settled }),
    ...found,
  };
}

/** Where the journal begins: when its first record was received, and event time then. */
interface Beginning {
  receivedAt: Millis;
  now: Millis;
}

/** The group asked for; where none was named, the one that came nearest to an alert. */
function groupOf({ groups, others }: Recorder, question: Question, held?: [Millis, Millis]): GroupRecord {
  const ranked = groups.sort((one, other) => rankOf(other) - rankOf(one));
  if (ranked[0]) return ranked[0];
  const { alert, rule, at } = question;
  const group = alert === undefined && question.group !== undefined ? ` (${question.group})` : '';
  const what = alert === undefined ? `rule ${rule}${group} around ${iso(at)}` : `the alert ${alert}`;
  const groupsThere = others.size > 0 ? ` Groups of it are ${[...others].join('; ')}.` : '';
  const stretchHeld =
    held === undefined ? '' : ` It holds what happened from ${ended(held[0])} to ${ended(held[1])}.`;
  throw new LogboomError(
    'NOT_EXPLAINABLE',
    `The journal holds nothing about ${what}.${groupsThere}${stretchHeld}`,
  );
}

const ranks = { inactive: 0, 'no-data': 1, pending: 2, recovering: 3, active: 4 } as const;

/** Statuses first, then the number of windows. */
function rankOf({ windows, before }: GroupRecord): number {
  const highest = Math.max(0, ...windows.map(({ to }) => ranks[to]), ranks[before?.to ?? 'inactive']);
  return highest + windows.length / (windows.length + 1);
}

/** An explanation while it is made. */
interface Case {
  question: Question;
  settings: RuleConfig;
  found: GroupRecord;
  /** Windows that end later may still change, or are still to come. */
  settled: Millis;
}

function answerTo({ question: { alert, at }, settings, found, settled }: Case): string {
  if (alert !== undefined) return whyItFired(found);
  const past = found.windows.filter(({ end, early }) => end <= at && !early);
  const last = past.at(-1) ?? found.before;
  const then = found.windows.find(({ start, end, from, to }) => start <= at && at < end && from !== to);
  const next = then ? ` The window ${stretch(then)} made it ${then.to}: ${then.reason}.` : '';
  if (last === undefined && next === '' && found.counted + found.late.count === 0 && found.missing.count > 0)
    return `No event of it around ${iso(at)} had ${kindOf(settings).required?.(settings) ?? 'what is measured'}.`;
  if (last === undefined) return `Up to ${iso(at)} no window of it was over.${next}`;
  const open = settled < at ? ` Later windows are not over yet.` : '';
  return `At ${iso(at)} it was ${last.to}, since the window ${stretch(last)} said: ${last.reason}.${next}${open}`;
}

function whyItFired({ windows }: GroupRecord): string {
  const raised = windows.find(({ from, to }) => to === 'active' && from !== 'active');
  if (raised === undefined) return 'It did not become active in what the journal holds of it.';
  const told = raised.told === undefined ? '' : ` It was ${raised.told}.`;
  // A cooldown may hold back the message of an alert that is open until it is over.
  const after = windows.slice(windows.indexOf(raised) + 1);
  const later = after.find((one) => one.told?.startsWith('notified') && one.to !== 'inactive');
  const then = later === undefined ? '' : ` With the window ${stretch(later)} it was ${later.told}.`;
  return `It became active with the window ${stretch(raised)}: ${raised.reason}.${told}${then}`;
}

interface Circumstances extends Case {
  recorder: Recorder;
  since: Beginning | undefined;
}

function remarksOn({ recorder, question, settings, found, since, settled }: Circumstances): string[] {
  const remarks: string[] = [];
  const { late, missing, crowded, omitted, before } = found;
  if (!settings.enabled) remarks.push('The rule is disabled; this is what it would have done.');
  const others = recorder.groups.length - 1 + recorder.overflowed;
  if (others > 0)
    remarks.push(`${countOf(others, 'more group')} of the rule may be asked about; name one with --group.`);
  const begins = since !== undefined && !(since.now < question.at - spanOf(settings));
  if (before === undefined && begins)
    remarks.push(
      `The journal begins with what was received at ${iso(since.receivedAt)}; what was before is not known.`,
    );
  if (settled < question.at) remarks.push(`Windows are closed up to ${ended(settled)}.`);
  if (late.count > 0) remarks.push(`${countOf(late.count, 'event')} came too late to be counted.`);
  if (missing.count > 0)
    remarks.push(`${countOf(missing.count, 'event')} without the field that is measured.`);
  if (crowded > 0)
    remarks.push(
      `${countOf(crowded, 'event')} beyond the ${countOf(settings.maxGroups, 'group')} that are watched at once (maxGroups).`,
    );
  if (omitted > 0) remarks.push(`${countOf(omitted, 'window')} that changed nothing left out.`);
  return remarks;
}

const iso = (time: Millis) => new Date(time).toISOString();
const ended = (time: Millis) => (Number.isFinite(time) ? iso(time) : 'no time yet');
const stretch = ({ start, end }: { start: Millis; end: Millis }) => `${iso(start)} to ${iso(end)}`;
