import { describe, expect, it } from 'vitest';
import type { Batch, Millis, Output, Tick } from '../../src/model.ts';
import { ReceiptClock } from '../../src/util/receipt-clock.ts';
import { aBatch, aTick, at, engineWith, journaled, t } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second = 1_000;
const hour = 3_600 * second;

const rules: AnyInput[] = [
  { name: 'errors', where: 'level : "error"', over: '10s', lateness: '2s', when: '>= 30' },
  { name: 'all', over: '10s', lateness: '2s' },
  { name: 'gone', kind: 'absence', by: ['host.name'], every: '20s', lateness: '2s' },
  { name: 'steady', kind: 'spike', over: '10s', lateness: '2s', ratio: 50 },
];

/** What a minute of a sender that knows the time comes to: one line each 100 ms, errors from 20 s to 26 s, then 16 seconds of silence. */
function minute(steps: readonly { after: Millis; by: Millis }[]): Output[] {
  let passed = 0;
  const clock = new ReceiptClock({
    wall: () => t + passed + steps.reduce((sum, { after, by }) => (passed >= after ? sum + by : sum), 0),
    monotonic: () => passed,
    sinceBoot: () => passed,
    from: undefined,
    onStep: () => undefined,
  });
  const records: (Batch | Tick)[] = [];
  for (; passed < 76 * second; passed += 100) {
    const receivedAt = clock.now();
    const level = passed >= 20 * second && passed < 26 * second ? 'error' : 'info';
    const line = at(t + passed, { level, host: { name: 'a' }, agent: { id: 'one' } });
    records.push(passed < minuteLong ? aBatch([line], { receivedAt }) : aTick(receivedAt));
  }
  const engine = engineWith(rules);
  return journaled(records).flatMap((one) => engine.process(one));
}
const minuteLong = 60 * second;

describe('steps of the wall clock of this machine', () => {
  const even = minute([]);
  const totalOf = (outputs: Output[], rule: string) =>
    outputs.reduce(
      (sum, one) => (one.kind === 'window' && one.window.rule === rule ? sum + one.window.count : sum),
      0,
    );

  it('are looked at over windows with all lines, and one alert', () => {
    expect([totalOf(even, 'all'), totalOf(even, 'errors')]).toEqual([600, 60]);
    const raised = even.flatMap((one) =>
      one.kind === 'transition' ? [[one.transition.rule, one.transition.to]] : [],
    );
    expect(raised).toEqual([
      ['errors', 'active'],
      ['errors', 'inactive'],
    ]);
  });

  it.each([hour, -hour, 5.5 * hour, 45 * second, -3 * 60 * second, 2 * second, -2 * second])(
    'of %i ms for five seconds change nothing that rules come to, wherever they lie',
    (by) => {
      for (const after of [3, 18, 21, 30, 52])
        expect(
          minute([
            { after: after * second, by },
            { after: (after + 5) * second, by: -by },
          ]),
        ).toEqual(even);
    },
  );

  it.each([hour, -hour, 30 * second, -30 * second])('of %i ms that stay change nothing either', (by) => {
    const outputs = minute([{ after: 21 * second, by }]);
    expect([totalOf(outputs, 'errors'), totalOf(outputs, 'all')]).toEqual([60, 600]);
    const told = (all: Output[]) => all.flatMap((one) => (one.kind === 'transition' ? [one.transition] : []));
    expect(told(outputs)).toEqual(told(even));
  });
});
