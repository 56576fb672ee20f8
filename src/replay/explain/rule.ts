import type { RuleConfig } from '../../config/schema/rules.ts';
import type { Config } from '../../config/schema/schema.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { requiredBy } from '../../rules/rule.ts';
import type { CountedEvent, ObservedDecision, Observer, WatchedEvent } from '../../rules/run/observer.ts';
import { countOf } from '../../util/text.ts';
import { journalRecords } from '../backtest.ts';
import { Replay } from '../replay.ts';
import { ClauseCensus, type ClauseFinding, clauseSentence } from './clauses.ts';

/** The window that came closest to the condition. */
interface ClosestWindow {
  group: string;
  start: Millis;
  end: Millis;
  value: number;
  count: number;
  reason: string;
}

/** What a rule made of all events of the journal. */
export interface RuleExplanation {
  about: 'rule';
  rule: string;
  /** The settings of the rule in the configuration. */
  settings: Readonly<Record<string, unknown>>;
  /** Events of the journal, and those that match `where`. */
  events: number;
  matched: number;
  /** Of those that match: how they were counted. */
  outcomes: Record<CountedEvent['outcome'], number>;
  /** The parts of `where`. The one that most events failed alone is first. */
  clauses: ClauseFinding[];
  closest?: ClosestWindow;
  /** How often it became active. */
  alerts: number;
  /** The answer in one to three sentences. */
  answer: string;
  remarks: string[];
}

/** Watches one rule over a whole journal. */
class RuleObserver implements Observer {
  readonly census: ClauseCensus;
  readonly outcomes: RuleExplanation['outcomes'] = {
    added: 0,
    corrected: 0,
    late: 0,
    overflow: 0,
    missing: 0,
  };
  closest: ClosestWindow | undefined;
  alerts = 0;
  #distance = Number.NEGATIVE_INFINITY;

  constructor(where: string) {
    this.census = new ClauseCensus(where);
  }

  read(_: string, event: WatchedEvent): void {
    this.census.note(event);
  }

  counted({ outcome, amount }: CountedEvent): void {
    this.outcomes[amount === undefined && outcome === 'added' ? 'missing' : outcome] += 1;
  }

  observed({ rule, group, observation, judgement, decision, before }: ObservedDecision): void {
    if (decision.state.status === 'active' && before.status !== 'active') this.alerts += 1;
    const { value, count, window } = observation;
    const measure = judgement.measuredBy ?? rule.condition;
    if (value === undefined || measure === undefined) return;
    const distance = measure.distance(value);
    if (!(distance > this.#distance)) return;
    this.#distance = distance;
    this.closest = { group, ...window, value, count, reason: decision.reason };
  }
}

/**
 * Explains what a rule made of the whole journal: which part of its filter did not match how many events, and how close it came.
 * Rejects with `NOT_EXPLAINABLE` where there is no such rule.
 */
export async function explainRule(name: string, config: Config): Promise<RuleExplanation> {
  const settings = config.rules.find((rule) => rule.name === name);
  if (settings === undefined) throw new LogboomError('NOT_EXPLAINABLE', unknownRule(name, config));
  const observer = new RuleObserver(settings.where);
  const alone = { ...config, rules: [{ ...settings, enabled: true }] };
  const replay = new Replay({ config: alone, receivedAt: 0, onOutput: () => {}, observer });
  for await (const { record } of journalRecords(config.data)) replay.process(record);
  const { census, outcomes, closest, alerts } = observer;
  const found = {
    ...{ events: census.events, matched: census.matched, outcomes, alerts },
    clauses: census.findings,
    ...(closest && { closest }),
  };
  return {
    ...{ about: 'rule', rule: name, settings },
    ...found,
    answer: answerTo(found, settings),
    remarks: settings.enabled ? [] : ['The rule is disabled. This shows what it would have done.'],
  };
}

function unknownRule(name: string, { rules }: Config): string {
  const names = rules.map((rule) => rule.name).join(', ');
  const known = names === '' ? 'It has none.' : `Its rules are ${names}.`;
  return `There is no rule \`${name}\` in the configuration. ${known}`;
}

type Found = Pick<RuleExplanation, 'events' | 'matched' | 'outcomes' | 'clauses' | 'closest' | 'alerts'>;

function answerTo(found: Found, settings: RuleConfig): string {
  const { events, matched, alerts } = found;
  if (events === 0) return 'The journal holds no events.';
  if (matched === 0) return `None of ${countOf(events, 'event')} matches \`where\`. ${whyNone(found)}`;
  const of = `${matched} of ${countOf(events, 'event')} match \`where\`.`;
  if (alerts > 0) return `${of} It became active ${alerts === 1 ? 'once' : `${alerts} times`}.`;
  return [of, ...uncounted(found, settings), closestSentence(found)].join(' ');
}

function whyNone({ clauses, events }: Found): string {
  const failing = clauses.filter(({ failed }) => failed === events);
  if (failing.length === 0)
    return `No part of it is met by no event, but no event meets all parts. ${clauseSentence(clauses[0]!, events)}`;
  return failing.map((clause) => clauseSentence(clause, events)).join(' ');
}

function uncounted({ outcomes, matched }: Found, settings: RuleConfig): string[] {
  const { missing, late, overflow } = outcomes;
  const required = requiredBy(settings);
  return [
    ...(missing > 0 ? [`${missing} of ${matched} lack ${required}.`] : []),
    ...(late > 0 ? [`${countOf(late, 'event')} came too late to be counted.`] : []),
    ...(overflow > 0 ? [`${countOf(overflow, 'event')} exceeded maxGroups.`] : []),
  ];
}

function closestSentence({ closest }: Found): string {
  if (closest === undefined) return 'None of its windows has ended.';
  const { group, start, end, reason } = closest;
  const of = group === '' ? '' : ` of ${group}`;
  return `It never became active. The window${of} from ${iso(start)} to ${iso(end)} came closest: ${reason}.`;
}

const iso = (time: Millis) => new Date(time).toISOString();
