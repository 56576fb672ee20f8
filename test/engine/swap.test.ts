import { describe, expect, it } from 'vitest';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { swapAnalysis } from '../../src/engine/swap.ts';
import type { Episode, Output } from '../../src/model.ts';
import { aBatch, at, configWith, journaled, lineOf, outputsOf, t } from '../support/journal/records.ts';
import type { RuleInput } from '../support/rules/rules.ts';

const burst: RuleInput = {
  name: 'burst',
  over: '10s',
  lateness: '0s',
  when: '>= 3',
  notify: ['ops'],
  description: 'x',
};
const other: RuleInput = { name: 'other', over: '1m', lateness: '0s', when: '>= 100' };
const more = { notifiers: { ops: { kind: 'log' as const }, mail: { kind: 'log' as const } } };

/** An engine that is fed by the second, and whose rules are exchanged. */
class Fed {
  config;
  readonly engine: Engine;
  #next = 1;

  constructor(...rules: RuleInput[]) {
    this.config = configWith(rules, more);
    this.engine = assembleEngine(this.config);
  }

  /** Events so many seconds after `t`. */
  feed(...seconds: number[]): Output[] {
    const last = seconds.at(-1)!;
    const batch = aBatch(
      seconds.map((second) => at(t + second * 1000)),
      { receivedAt: t + last * 1000 },
    );
    return outputsOf(this.engine, journaled([batch], this.#next++)).map(({ output }) => output);
  }

  swap(rules: RuleInput[], changes: Parameters<typeof configWith>[1] = {}): Output[] {
    const config = configWith(rules, { ...more, ...changes });
    const outputs = swapAnalysis(this.engine, this.config, config);
    this.config = config;
    return outputs;
  }
}

const lines = (outputs: Output[]) => outputs.map(lineOf);
const episodes = (outputs: Output[]): Episode[] =>
  outputs.flatMap((output) => (output.kind === 'episode' ? [output.episode] : []));
const transitions = (outputs: Output[]) =>
  outputs.flatMap((output) => (output.kind === 'transition' ? [output.transition] : []));

describe('a rule that goes', () => {
  it.each([
    ['removed', [other]],
    ['disabled', [{ ...burst, enabled: false }, other]],
    ['changed', [{ ...burst, when: '>= 4' }, other]],
  ])('ends its open alert where it is %s, says so, and tells those who were told', (fate, rules) => {
    const fed = new Fed(burst, other);
    const [raised] = episodes(fed.feed(1, 2, 3));
    const outputs = fed.swap(rules);
    expect(lines(outputs)).toEqual([
      'burst  active → inactive at 10000 with 3',
      'episode  revision 2 inactive',
      'notification ops inactive',
    ]);
    expect(episodes(outputs)).toEqual([
      expect.objectContaining({
        id: raised!.id,
        reason: `the rule was ${fate}`,
        end: t + 10_000,
        window: raised!.window,
        samples: raised!.samples,
      }),
    ]);
    expect(transitions(outputs)).toMatchObject([{ id: `${raised!.id}-2`, reason: `the rule was ${fate}` }]);
    expect(fed.engine.openAlerts).toBe(0);
  });

  it('ends an alert that was pending, which is no document among the alerts', () => {
    const fed = new Fed({ ...burst, for: '1m', record: false });
    expect(lines(fed.feed(1, 2, 3, 11))).toEqual(['burst  inactive → pending at 10000 with 3']);
    expect(lines(fed.swap([]))).toEqual(['burst  pending → inactive at 11000 with 3']);
  });

  it('puts out nothing where no alert is open', () => {
    const fed = new Fed(burst, other);
    fed.feed(1, 2);
    expect(fed.swap([])).toEqual([]);
  });

  it('is told apart from the one before it where it comes back and the same window raises again', () => {
    const fed = new Fed(burst);
    const [first] = episodes(fed.feed(1, 2, 3));
    fed.swap([]);
    fed.swap([burst]);
    const outputs = fed.feed(4, 5, 6);
    expect(episodes(outputs)).toMatchObject([{ id: `${first!.id}~2`, revision: 1, status: 'active' }]);
    expect(transitions(outputs)).toMatchObject([{ id: `${first!.id}~2-1` }]);
    const later = episodes(fed.feed(21, 22, 23));
    expect(later.at(-1)!.id).toMatch(/^burst~~[^~]+$/);
  });

  it('is so after restarts in between, too', () => {
    const fed = new Fed(burst);
    const [first] = episodes(fed.feed(1, 2, 3));
    fed.swap([]);
    const again = new Fed();
    again.engine.restore(structuredClone(fed.engine.snapshot()));
    again.swap([burst]);
    const last = new Fed(burst);
    last.engine.restore(structuredClone(again.engine.snapshot()));
    expect(episodes(last.feed(4, 5, 6))).toMatchObject([{ id: `${first!.id}~2` }]);
  });
});

describe('a rule that stays', () => {
  it('is the very same run where nothing of it changed', () => {
    const fed = new Fed(burst, other);
    const [run] = fed.engine.rules;
    fed.feed(1, 2);
    fed.swap([{ ...other, when: '>= 99' }, burst]);
    expect(fed.engine.rules[1]).toBe(run);
    expect(lines(fed.feed(3))[0]).toBe('burst  inactive → active at 10000 with 3');
  });

  it('goes on with its windows where it only tells people otherwise', () => {
    const fed = new Fed(burst);
    fed.feed(1, 2);
    expect(fed.swap([{ ...burst, severity: 'critical', message: 'too many', notify: ['mail'] }])).toEqual([]);
    const outputs = fed.feed(3);
    expect(lines(outputs).at(-1)).toBe('notification mail active');
    expect(episodes(outputs)).toMatchObject([{ severity: 'critical', message: 'too many' }]);
  });

  it('goes on, and links to another Kibana', () => {
    const fed = new Fed(burst);
    fed.feed(1, 2);
    fed.swap([burst], { kibana: { url: 'https://kibana.example' } });
    expect(episodes(fed.feed(3))[0]!.url).toMatch(/^https:\/\/kibana\.example\/app\/discover/);
  });

  it('goes on with the clock where how time is read changes', () => {
    const fed = new Fed(burst);
    fed.feed(1, 2);
    const { now } = fed.engine;
    fed.swap([burst], { time: { maxAhead: '1h' } });
    expect(fed.engine.now).toBe(now);
    expect(lines(fed.feed(3))[0]).toBe('burst  inactive → active at 10000 with 3');
  });
});

describe('a rule that comes', () => {
  it('counts from then on', () => {
    const fed = new Fed(other);
    fed.feed(1, 2, 3);
    expect(fed.swap([other, burst])).toEqual([]);
    expect(fed.feed(4, 5)).toEqual([]);
    expect(lines(fed.feed(6))[0]).toBe('burst  inactive → active at 10000 with 3');
  });

  it('is not about what lies before it came', () => {
    const fed = new Fed(other);
    fed.feed(25);
    fed.swap([other, burst]);
    fed.feed(1, 2, 3);
    expect(fed.engine.rules[1]).toMatchObject({ name: 'burst', late: 3, openAlerts: 0 });
  });

  it('is refused as a whole with a rule that cannot be, and what there was goes on', () => {
    const fed = new Fed(burst);
    fed.feed(1, 2);
    expect(() => fed.swap([{ ...burst, where: '((' }])).toThrow(/where/);
    expect(lines(fed.feed(3))[0]).toBe('burst  inactive → active at 10000 with 3');
  });
});
