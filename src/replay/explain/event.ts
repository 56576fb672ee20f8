import type { RuleConfig } from '../../config/schema/rules.ts';
import type { Config } from '../../config/schema/schema.ts';
import { ruleChanges } from '../../engine/analysis.ts';
import { LogboomError } from '../../errors.ts';
import { openJournalReader } from '../../journal/reader.ts';
import type { AlertStatus, Episode, Millis, Output, RuleChanges } from '../../model.ts';
import { keysOf } from '../../processors/chain.ts';
import { locator } from '../../readers/index-name.ts';
import { foldersOf } from '../../readers/reader-port.ts';
import { clausesOf } from '../../rules/kql/clauses.ts';
import type { CountedEvent, ObservedDecision, Observer, WatchedEvent } from '../../rules/run/observer.ts';
import { presentValues } from '../../util/levels.ts';
import { journalRecords } from '../backtest.ts';
import { stagesOf } from '../rule-then.ts';
import { StagedEngine } from '../staged-engine.ts';
import { handlingOf, notifiedSentences } from './handling-remarks.ts';

/** A part of a filter that the event does not match, and what the event has instead. */
interface FailedClause {
  clause: string;
  found: { field: string; values: string[] }[];
}

/** A window in which the event was counted. */
interface CountingWindow {
  start: Millis;
  end: Millis;
  early: boolean;
  value: number | undefined;
  count: number;
  to: AlertStatus;
  reason: string;
}

/** An alert whose time or window holds the event. */
interface JoinedAlert {
  id: string;
  start: Millis;
  end: Millis | undefined;
  status: AlertStatus;
  reason: string;
  /** Who was notified, when, and how long after the event; in sentences. */
  notified: string[];
}

/** What one rule made of the event. */
export interface RuleVerdict {
  rule: string;
  /** `not matched`: a part of the filter failed. `not counted`: it matched, and the rule counts it nowhere. */
  outcome: 'not matched' | 'not counted' | CountedEvent['outcome'];
  group?: string;
  failed: FailedClause[];
  windows: CountingWindow[];
  alerts: JoinedAlert[];
  /** The rule was changed or removed since: this is what it made of the event as it was then. */
  changed?: true;
}

export interface EventExplanation {
  about: 'event';
  id: string;
  message: string;
  source: string;
  /** The time by which it is counted, the time that it states, and where that is from. */
  time: Millis;
  statedTime: Millis;
  timeSource: 'line' | 'sender' | 'receipt';
  receivedAt: Millis;
  /** It was stamped ahead of its receipt, and counts as of that. */
  ahead: boolean;
  /** By how much it came after a window of some rule was closed. */
  lateBy: Millis | undefined;
  /** Why the line was not read. */
  unparsed: string | undefined;
  rules: RuleVerdict[];
}

const mostWindows = 20;
const longestMessage = 1_000;

/** Explains what each rule made of the event whose document has the id. Rejects with `NOT_EXPLAINABLE` where the journal does not hold it. */
export async function explainEvent(id: string, config: Config): Promise<EventExplanation> {
  const { journal } = foldersOf(config.data);
  const reader = openJournalReader(journal);
  const { journalId } = reader;
  await reader.close();
  const observer = new EventObserver(id, journalId);
  const reading = { locate: locator(journalId, config.indexing), keys: keysOf(config.processors) };
  const staged = new StagedEngine(await stagesOf(config), reading, observer);
  for await (const { record } of journalRecords(config.data)) {
    const before = staged.analysis;
    for (const output of staged.reload(record)) observer.take(output);
    if (staged.analysis !== before) observer.reloaded(ruleChanges(before, staged.analysis));
    observer.position = record.position;
    observer.rules = staged.analysis.rules;
    for (const output of staged.process(record)) observer.take(output);
  }
  const { found } = observer;
  if (found === undefined)
    throw new LogboomError(
      'NOT_EXPLAINABLE',
      `The journal holds no event with the id ${id}. It may be older than \`journal.keepAge\`, or of another server.`,
    );
  return { ...found, rules: await withNotified(found, config.data) };
}

async function withNotified(found: EventExplanation, data: string): Promise<RuleVerdict[]> {
  const ids = found.rules.flatMap(({ alerts }) => alerts.map((alert) => alert.id));
  const handled = await handlingOf(data, ids);
  return found.rules.map((verdict) => ({
    ...verdict,
    alerts: verdict.alerts.map((alert) => ({
      ...alert,
      notified: notifiedSentences(handled.get(alert.id) ?? { revision: 0 }, found.time),
    })),
  }));
}

/** The place of an event that its id names: `<journal>-<position>-<receipt>-<index>`, numbers in base 36. */
function placeOf(id: string, journalId: string): { position: number; index: number } | undefined {
  if (!id.startsWith(`${journalId}-`)) return undefined;
  const [position, , index] = id.slice(journalId.length + 1).split('-');
  if (position === undefined || index === undefined) return undefined;
  return { position: Number.parseInt(position, 36), index: Number.parseInt(index, 36) };
}

/** Watches all rules for one event. */
class EventObserver implements Observer {
  /** Position of the record that is processed. */
  position = 0;
  found: EventExplanation | undefined;
  readonly #id: string;
  readonly #place: ReturnType<typeof placeOf>;
  /** The rules in force, also those that are disabled. */
  rules: readonly RuleConfig[] = [];
  readonly #verdicts = new Map<string, RuleVerdict>();
  /** Time of the event, once a rule counted it. */
  #time: Millis | undefined;

  constructor(id: string, journalId: string) {
    this.#id = id;
    this.#place = placeOf(id, journalId);
  }

  /** A rule that changed or was removed: its verdict so far stays, and later outputs do not add to it. */
  reloaded({ changed, removed, disabled }: RuleChanges): void {
    for (const verdict of this.found?.rules ?? [])
      if ([...changed, ...removed, ...disabled].includes(verdict.rule)) {
        verdict.changed = true;
        this.#verdicts.delete(verdict.rule);
      }
  }

  read(source: string, event: WatchedEvent, lateBy: Millis | undefined): void {
    if (this.found !== undefined || !this.#isIt(event)) return;
    const { time, statedTime, timeSource, receivedAt, isAhead, message, parseFailure } = event;
    this.#time = time;
    this.found = {
      ...{ about: 'event', id: this.#id, message: message.slice(0, longestMessage), source },
      ...{ time, statedTime, timeSource, receivedAt, ahead: isAhead, lateBy, unparsed: parseFailure },
      rules: this.rules
        .filter(({ enabled }) => enabled)
        .map((rule) => this.#verdicts.get(rule.name) ?? missed(rule, event)),
    };
  }

  counted({ rule, group, event, outcome, amount }: CountedEvent): void {
    if (this.found !== undefined || !this.#isIt(event)) return;
    const found = amount === undefined && outcome === 'added' ? 'missing' : outcome;
    this.#time = event.time;
    this.#verdicts.set(rule, { rule, outcome: found, group, failed: [], windows: [], alerts: [] });
  }

  observed({ rule, group, observation, decision }: ObservedDecision): void {
    const verdict = this.#verdicts.get(rule.config.name);
    if (verdict === undefined || verdict.group !== group) return;
    const { window, early, value, count } = observation;
    if (!this.#isIn(window) || verdict.windows.length >= mostWindows) return;
    const { reason, state } = decision;
    verdict.windows.push({ ...window, early, value, count, to: state.status, reason });
  }

  take(output: Output): void {
    if (output.kind !== 'episode') return;
    const { episode } = output;
    const verdict = this.#verdicts.get(episode.rule);
    if (verdict === undefined || verdict.group !== episode.group) return;
    const known = verdict.alerts.findIndex(({ id }) => id === episode.id);
    if (known !== -1) verdict.alerts.splice(known, 1);
    if (!episode.withdrawn && this.#isOf(episode)) verdict.alerts.push(joined(episode));
  }

  #isIt(event: { readonly index: number; readonly storedAs?: { id: string } | undefined }): boolean {
    const place = this.#place;
    if (place !== undefined) return this.position === place.position && event.index === place.index;
    return event.storedAs?.id === this.#id;
  }

  #isIn({ start, end }: { start: Millis; end: Millis }): boolean {
    return this.#time !== undefined && start <= this.#time && this.#time < end;
  }

  #isOf({ start, end = Number.POSITIVE_INFINITY, window }: Episode): boolean {
    return this.#isIn(window) || this.#isIn({ start, end });
  }
}

const joined = ({ id, start, end, status, reason }: Episode): JoinedAlert => ({
  ...{ id, start, end, status, reason },
  notified: [],
});

/** A rule that did not count the event: the parts of its filter that failed. */
function missed({ name, where }: RuleConfig, event: WatchedEvent): RuleVerdict {
  const failed = clausesOf(where)
    .filter(({ test }) => !test(event))
    .map(({ text, fields }) => ({
      clause: text,
      found: fields.map((field) => ({
        field,
        values: presentValues(event.get(field)).map((value) => String(value).slice(0, 200)),
      })),
    }));
  const outcome = failed.length > 0 ? 'not matched' : 'not counted';
  return { rule: name, outcome, failed, windows: [], alerts: [] };
}
