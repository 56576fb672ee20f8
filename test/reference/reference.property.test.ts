import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis } from '../../src/model.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { t } from '../support/journal/records.ts';
import {
  arriving,
  type Delivery,
  delivery,
  type Played,
  placed,
  play,
  type Shipped,
  type Stretch,
  stretches,
} from './engine.ts';
import { evaluate, type ReferenceRule } from './kinds.ts';
import type { Message } from './messages.ts';
import { ruleSets } from './rules.ts';

const numRuns = Number(process.env.REFERENCE_RUNS ?? 120);

/** Rates differ in their last bits by the order of multiplying. */
function plain(value: number | undefined): number | string {
  return value === undefined ? 'nothing' : Number(value.toPrecision(9)) + 0;
}

/** What windows and alerts came to in the end, one line each; times from `t`. */
function expected(rule: ReferenceRule, facts: Shipped[], now: Millis): string[] {
  const { config } = rule;
  const sorted = [...facts].sort((a, b) => a.time - b.time);
  const step = config.kind === 'absence' ? config.every / 100 : 1;
  const start = Math.floor((t - config.lateness) / step) * step;
  const { windows, episodes, messages } = evaluate(rule, sorted, start, now - config.lateness);
  return [
    ...windows.map(
      ({ group, end, value, count }) => `window ${group} to ${end - t}: ${plain(value)} of ${count}`,
    ),
    ...episodes.map((one) => episodeLine(one)),
    ...(isEarly(rule) ? [] : messages.map(messageLine)),
  ].sort();
}

/** Whether alerts are raised before their window is over. Then a cooldown counts from what was told first. */
const isEarly = ({ config }: ReferenceRule) =>
  config.kind === 'change' || config.kind === 'new-term' || compileRule(config).early;

const messageLine = ({ group, says, of, at }: Message) => `told ${group} ${says} of ${of - t} at ${at - t}`;

const told = ({ config }: ReferenceRule, { messages }: Played): string[] =>
  messages
    .filter(({ transition }) => transition.rule === config.name)
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

function found(rule: ReferenceRule, played: Played): string[] {
  const { config } = rule;
  const { windows, episodes } = played;
  return [
    ...windows
      .filter(({ rule }) => rule === config.name)
      .map(({ group, end, value, count }) => `window ${group} to ${end - t}: ${plain(value)} of ${count}`),
    ...episodes.filter(({ rule }) => rule === config.name).map((one) => episodeLine(one)),
    ...(isEarly(rule) ? [] : told(rule, played)),
  ].sort();
}

describe('the engine and an evaluation from scratch', () => {
  it('come to the same windows, alerts and messages, whatever the order, the batches, the ticks and the restarts', () => {
    fc.assert(
      fc.property(ruleSets, stretches, delivery, (rules, all, how: Delivery) => {
        const scene = placed(all);
        const played = play(rules, scene, how);
        expect(played.late).toBe(0);
        // Of events of the same moment the one that came first is the first.
        const lateness = Math.min(...rules.map(({ config }) => config.lateness));
        const facts = scene.flatMap((stretch) => arriving(stretch.facts, lateness, 'delay'));
        for (const rule of rules) expect(found(rule, played)).toEqual(expected(rule, facts, played.now));
      }),
      { numRuns },
    );
  });

  it('tell the same of alerts that are raised before their window is over, where events come in order', () => {
    const early = ruleSets.map((rules) => rules.filter(isEarly)).filter((rules) => rules.length > 0);
    fc.assert(
      fc.property(early, stretches, delivery, (sets, all, { cuts }: Delivery) => {
        const rules = sets.map((rule) => ({ ...rule, config: { ...rule.config, lateness: 0 } }));
        const scene = placed(all).map(fromOne);
        const played = play(rules, scene, { cuts: cuts.map((cut) => ({ ...cut, size: 1 })) });
        const facts = scene.flatMap((stretch) => arriving(stretch.facts, 0, 'delay'));
        for (const rule of rules) {
          const { messages } = evaluate(rule, facts, t, played.now);
          expect(told(rule, played).sort()).toEqual(messages.map(messageLine).sort());
        }
      }),
      { numRuns },
    );
  });

  it('make the same documents of alerts whatever comes first: the id alone may tell of a later beginning', () => {
    fc.assert(
      fc.property(ruleSets, stretches, delivery, delivery, (rules, all, one, other) => {
        const scene = placed(all).map(apart);
        const [first, second] = [play(rules, scene, one), play(rules, scene, other, 'otherDelay')];
        expect(lasting(second)).toEqual(lasting(first));
        for (const rule of rules.filter((one) => !isEarly(one)))
          expect(told(rule, second).sort()).toEqual(told(rule, first).sort());
        for (const { id, start } of first.episodes) {
          const named = Date.parse(id.slice(id.lastIndexOf('~') + 1));
          expect(named).toBeGreaterThanOrEqual(start);
        }
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

/** From one shipper: the clock moves with each event, so that nothing is told of two events at once. */
const fromOne = ({ facts, silence }: Stretch): Stretch => ({
  facts: facts.map((fact) => ({ ...fact, agent: 'x' })),
  silence,
});

/** Without events of the same moment, for of these the one that came first is the first. */
function apart({ facts, silence }: Stretch): Stretch {
  const times = facts.map(({ time }) => time);
  return { facts: facts.filter(({ time }, place) => times.indexOf(time) === place), silence };
}

/** What must not depend on what came first. An open alert's value is the one that was told last. */
function lasting({ episodes }: Played): object[] {
  return episodes
    .map(({ rule, group, by, start, end, status, peak, flapping, value, count }) => {
      const ending = end === undefined ? {} : { end, value, count };
      return { rule, group, by, start, status, peak, flapping, ...ending };
    })
    .sort((a, b) => a.start - b.start || (`${a.rule} ${a.group}` < `${b.rule} ${b.group}` ? -1 : 1));
}
