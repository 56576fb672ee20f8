/** Results of the engine and of the reference as lines that can be compared. */
import type { Millis } from '../../src/model.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { t } from '../support/journal/records.ts';
import type { Played, Shipped } from './engine.ts';
import { evaluate, type ReferenceRule } from './kinds.ts';
import type { Message } from './messages.ts';

/** Rates differ in their last bits by the order of multiplying. */
function plain(value: number | undefined): number | string {
  return value === undefined ? 'nothing' : Number(value.toPrecision(9)) + 0;
}

/** What windows and alerts came to in the end, one line each; times from `t`. */
export function expected(
  rule: ReferenceRule,
  facts: Shipped[],
  now: Millis,
  messages = !isEarly(rule),
): string[] {
  const { config } = rule;
  const sorted = [...facts].sort((a, b) => a.time - b.time);
  const step = config.kind === 'absence' ? config.every / 100 : 1;
  const start = Math.floor((t - config.lateness) / step) * step;
  const { windows, episodes, messages: sent } = evaluate(rule, sorted, start, now - config.lateness);
  return [
    ...windows.map(
      ({ group, end, value, count }) => `window ${group} to ${end - t}: ${plain(value)} of ${count}`,
    ),
    ...episodes.map((one) => episodeLine(one)),
    ...(messages ? sent.map(messageLine) : []),
  ].sort();
}

/** Whether alerts are raised before their window is over. Then a cooldown counts from what was told first. */
export const isEarly = ({ config }: ReferenceRule) =>
  config.kind === 'change' || config.kind === 'new-term' || compileRule(config).early;

export const messageLine = ({ group, says, of, at }: Message) =>
  `told ${group} ${says} of ${of - t} at ${at - t}`;

export const told = ({ config }: ReferenceRule, { messages }: Played): string[] =>
  messages
    .filter(({ transition, digest }) => transition.rule === config.name && !digest)
    .map(({ at, transition: { group, to, at: of } }) =>
      messageLine({ group, says: to as Message['says'], of, at }),
    );

interface Line {
  group: string;
  start: Millis;
  end?: Millis | undefined;
  status: string;
  peak: number | undefined;
  value: number | undefined;
}

function episodeLine({ group, start, end, status, peak, value }: Line): string {
  const ended = end === undefined ? '' : ` to ${end - t} with ${plain(value)}`;
  return `alert ${group} from ${start - t}${ended} ${status}, peak ${plain(peak)}`;
}

export function found(rule: ReferenceRule, played: Played, messages = !isEarly(rule)): string[] {
  const { config } = rule;
  const { windows, episodes } = played;
  return [
    ...windows
      .filter(({ rule }) => rule === config.name)
      .map(({ group, end, value, count }) => `window ${group} to ${end - t}: ${plain(value)} of ${count}`),
    ...episodes.filter(({ rule }) => rule === config.name).map((one) => episodeLine(one)),
    ...(messages ? told(rule, played) : []),
  ].sort();
}
