import { type Analysis, ruleChanges } from '../engine/analysis.ts';
import { assembleEngine } from '../engine/assemble-engine.ts';
import type { Engine } from '../engine/engine.ts';
import type { Episode, JournalRecord, Millis, Output } from '../model.ts';
import { journalRecords } from './backtest.ts';

/** An alert as it is compared. Times are event times. */
export interface ComparedAlert {
  id: string;
  group: string;
  start: Millis;
  /** Undefined: it is open at the end of the journal. */
  end: Millis | undefined;
  reason: string;
}

export interface RuleComparison {
  rule: string;
  /** `reported`: only severity, message, labels or notifiers differ. */
  change: 'added' | 'removed' | 'changed' | 'reported' | 'unchanged';
  /** Numbers of alerts, and of notifications. */
  alerts: { before: number; after: number };
  messages: { before: number; after: number };
  gained: ComparedAlert[];
  lost: ComparedAlert[];
  /** Alerts of the same group that overlap, with another start or end. */
  moved: { before: ComparedAlert; after: ComparedAlert }[];
}

/** What other rules would have made of the events of a journal. */
export interface Comparison {
  /** Receipt times of the first and the last record. */
  from: Millis | undefined;
  to: Millis | undefined;
  events: number;
  rules: RuleComparison[];
  /** Notifications a week, of all rules, before they are grouped, silenced or limited. Undefined without a span of time. */
  messagesAWeek: { before: number; after: number } | undefined;
}

/** Secrets of processors by their fingerprints, which stand in an analysis. */
type Keys = ReadonlyMap<string, string>;

const week: Millis = 7 * 86_400_000;
/** Alerts of a rule that are compared. */
const mostAlerts = 50_000;

/** Runs the rules before and after a change over the same journal, and compares their alerts. Rejects with `INPUT_UNREADABLE`. */
export async function compareRules(
  { before, after, data, keys }: { before: Analysis; after: Analysis; data: string; keys?: Keys },
  onProgress?: (share: number, events: number) => void,
): Promise<Comparison> {
  const sides = { before: new Side(before, keys), after: new Side(after, keys) };
  let span: { from: Millis; to: Millis } | undefined;
  for await (const { record, share } of journalRecords(data)) {
    span = { from: span?.from ?? record.receivedAt, to: record.receivedAt };
    sides.before.process(record);
    sides.after.process(record);
    onProgress?.(share, sides.after.events);
  }
  const rules = comparisons(before, after, sides);
  const sum = (side: 'before' | 'after') => rules.reduce((all, { messages }) => all + messages[side], 0);
  const length = span === undefined ? 0 : span.to - span.from;
  const aWeek = (count: number) => Math.round((count * week) / length);
  return {
    from: span?.from,
    to: span?.to,
    events: sides.after.events,
    rules,
    messagesAWeek: length > 0 ? { before: aWeek(sum('before')), after: aWeek(sum('after')) } : undefined,
  };
}

interface Book {
  alerts: Map<string, ComparedAlert>;
  messages: number;
}

/** One set of rules, and what it makes of the journal. */
class Side {
  readonly #engine: Engine;
  readonly #books = new Map<string, Book>();

  constructor(analysis: Analysis, keys?: Keys) {
    this.#engine = assembleEngine(analysis, keys && { keys });
  }

  get events(): number {
    return this.#engine.tally.events;
  }

  process(record: JournalRecord): void {
    for (const output of this.#engine.process(record)) this.#take(output);
  }

  bookOf(rule: string): Book {
    const known = this.#books.get(rule);
    if (known) return known;
    const book = { alerts: new Map<string, ComparedAlert>(), messages: 0 };
    this.#books.set(rule, book);
    return book;
  }

  #take(output: Output): void {
    if (output.kind === 'notification') this.bookOf(output.notification.transition.rule).messages += 1;
    else if (output.kind === 'episode') this.#keep(output.episode);
  }

  #keep({ id, rule, group, start, end, reason, withdrawn }: Episode): void {
    const { alerts } = this.bookOf(rule);
    if (withdrawn) alerts.delete(id);
    else if (alerts.has(id) || alerts.size < mostAlerts)
      // The reason of an alert that is over is that of its end.
      alerts.set(id, {
        id,
        group,
        start,
        end,
        reason: end === undefined ? reason : (alerts.get(id)?.reason ?? reason),
      });
  }
}

function comparisons(
  before: Analysis,
  after: Analysis,
  sides: { before: Side; after: Side },
): RuleComparison[] {
  const { added, changed, notification, removed, disabled } = ruleChanges(before, after);
  const changeOf = (rule: string): RuleComparison['change'] => {
    if (added.includes(rule)) return 'added';
    if (removed.includes(rule) || disabled.includes(rule)) return 'removed';
    if (changed.includes(rule)) return 'changed';
    return notification.includes(rule) ? 'reported' : 'unchanged';
  };
  const names = [...before.rules, ...after.rules].filter(({ enabled }) => enabled).map(({ name }) => name);
  return [...new Set(names)].map((rule) => {
    const [old, next] = [sides.before.bookOf(rule), sides.after.bookOf(rule)];
    return {
      ...{ rule, change: changeOf(rule) },
      alerts: { before: old.alerts.size, after: next.alerts.size },
      messages: { before: old.messages, after: next.messages },
      ...matched([...old.alerts.values()], [...next.alerts.values()]),
    };
  });
}

/** Pairs alerts of the same group: first those with the same times, then those that overlap. */
export function matched(
  before: readonly ComparedAlert[],
  after: readonly ComparedAlert[],
): Pick<RuleComparison, 'gained' | 'lost' | 'moved'> {
  const remaining = byGroup(after);
  const take = (one: ComparedAlert, fits: (other: ComparedAlert) => boolean) => {
    const list = remaining.get(one.group) ?? [];
    const place = list.findIndex(fits);
    return place === -1 ? undefined : list.splice(place, 1)[0];
  };
  const others = before.filter(
    (one) => !take(one, ({ start, end }) => start === one.start && end === one.end),
  );
  const moved: RuleComparison['moved'] = [];
  const lost = others.filter((one) => {
    const found = take(one, (other) => overlaps(one, other));
    if (found !== undefined) moved.push({ before: one, after: found });
    return found === undefined;
  });
  return { gained: [...remaining.values()].flat().sort((a, b) => a.start - b.start), lost, moved };
}

function byGroup(alerts: readonly ComparedAlert[]): Map<string, ComparedAlert[]> {
  const groups = new Map<string, ComparedAlert[]>();
  for (const alert of alerts) groups.set(alert.group, [...(groups.get(alert.group) ?? []), alert]);
  return groups;
}

const endOf = ({ end = Number.POSITIVE_INFINITY }: ComparedAlert) => end;
const overlaps = (one: ComparedAlert, other: ComparedAlert) =>
  one.start < endOf(other) && other.start < endOf(one);
