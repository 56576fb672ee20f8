import type { Config } from '../config/schema.ts';
import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
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
  let since: Millis | undefined;
  for await (const { record } of journalRecords(config.data)) {
    since ??= record.receivedAt;
    replay.process(record);
  }
  // Windows that end later may still change, or are still to come.
  const settled = replay.engine.now - settings.lateness;
  const found = groupOf(recorder, question);
  return {
    question,
    settings,
    answer: answerTo(question, found, settled),
    remarks: remarksOn({ recorder, question, found, since, settled, isEnabled: settings.enabled }),
    ...found,
  };
}

/** The group asked for; where none was named, the one that came nearest to an alert. */
function groupOf({ groups }: Recorder, { alert, rule, at }: Question): GroupRecord {
  const ranked = [...groups.values()].sort((one, other) => rankOf(other) - rankOf(one));
  if (ranked[0]) return ranked[0];
  const what = alert === undefined ? `rule ${rule} around ${iso(at)}` : `the alert ${alert}`;
  throw new LogboomError('NOT_EXPLAINABLE', `The journal holds nothing about ${what}.`);
}

const ranks = { inactive: 0, 'no-data': 1, pending: 2, recovering: 3, active: 4 } as const;

/** Statuses first, then the number of windows. */
function rankOf({ windows, before }: GroupRecord): number {
  const highest = Math.max(0, ...windows.map(({ to }) => ranks[to]), ranks[before?.to ?? 'inactive']);
  return highest + windows.length / (windows.length + 1);
}

function answerTo({ alert, at }: Question, found: GroupRecord, settled: Millis): string {
  if (alert !== undefined) return whyItFired(found);
  const past = found.windows.filter(({ end, early }) => end <= at && !early);
  const last = past.at(-1) ?? found.before;
  const then = found.windows.find(({ start, end, from, to }) => start <= at && at < end && from !== to);
  const next = then ? ` The window ${stretch(then)} made it ${then.to}: ${then.reason}.` : '';
  if (last === undefined) return `Up to ${iso(at)} no window of it was over.${next}`;
  const open = settled < at ? ` Later windows are not over yet.` : '';
  return `At ${iso(at)} it was ${last.to}, since the window ${stretch(last)} said: ${last.reason}.${next}${open}`;
}

function whyItFired({ windows }: GroupRecord): string {
  const raised = windows.find(({ from, to }) => to === 'active' && from !== 'active');
  if (raised === undefined) return 'It did not become active in what the journal holds of it.';
  const told = raised.told === undefined ? '' : ` It was ${raised.told}.`;
  return `It became active with the window ${stretch(raised)}: ${raised.reason}.${told}`;
}

interface Circumstances {
  recorder: Recorder;
  question: Question;
  found: GroupRecord;
  since: Millis | undefined;
  settled: Millis;
  isEnabled: boolean;
}

function remarksOn({ recorder, question, found, since, settled, isEnabled }: Circumstances): string[] {
  const remarks: string[] = [];
  const { late, missing, omitted, before } = found;
  if (!isEnabled) remarks.push('The rule is disabled; this is what it would have done.');
  const others = recorder.groups.size - 1 + recorder.overflowed;
  if (others > 0) remarks.push(`${others} more groups were looked at; name one with --group.`);
  if (before === undefined && since !== undefined)
    remarks.push(`The journal begins with what was received at ${iso(since)}; what was before is not known.`);
  if (settled < question.at) remarks.push(`Windows are closed up to ${ended(settled)}.`);
  if (late.count > 0) remarks.push(`${late.count} events came too late to be counted.`);
  if (missing.count > 0) remarks.push(`${missing.count} events lack the field that is measured.`);
  if (omitted > 0) remarks.push(`${omitted} windows that changed nothing are left out.`);
  return remarks;
}

const iso = (time: Millis) => new Date(time).toISOString();
const ended = (time: Millis) => (Number.isFinite(time) ? iso(time) : 'no time yet');
const stretch = ({ start, end }: { start: Millis; end: Millis }) => `${iso(start)} to ${iso(end)}`;
