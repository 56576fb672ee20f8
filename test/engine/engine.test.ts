import { describe, expect, it } from 'vitest';
import type { Batch, Tick } from '../../src/model.ts';
import { aBatch, aTick, at, engineWith, journaled, outputsOf, t, told } from '../support/journal/records.ts';

const counting = { name: 'counting', over: '1s', lateness: '0s' } as const;
const burst = { name: 'burst', over: '1s', lateness: '0s', when: '>= 3', record: false } as const;

describe('the engine', () => {
  it('puts out a window when an event shows that it is over', () => {
    const engine = engineWith([counting]);
    const [first, second, third] = journaled([
      aBatch([at(t + 100), at(t + 200)]),
      aBatch([at(t + 999)]),
      aBatch([at(t + 1000)]),
    ]);
    expect(engine.process(first!)).toEqual([]);
    expect(engine.process(second!)).toEqual([]);
    expect(engine.process(third!)).toMatchObject([{ kind: 'window', window: { value: 3, start: t } }]);
  });

  it('passes over a damaged record, whatever time it says', () => {
    const [sound, end] = [aBatch([at(t + 100)]), aBatch([at(t + 1000)], { receivedAt: t + 1 })];
    const damaged = aBatch([], { encoding: 'damaged', receivedAt: t + 9e9, payload: Buffer.from('x') });
    const engine = engineWith([counting]);
    expect(told(engine, [sound, damaged, end])).toEqual(told(engineWith([counting]), [sound, end]));
    expect(engine.tally.unreadable).toBe(1);
  });

  it('raises an alert with the event that makes the condition true, and ends it when the window is over', () => {
    const engine = engineWith([burst]);
    const events = [100, 200, 300, 400, 1500, 2500].map((after) => at(t + after));
    expect(told(engine, [aBatch(events)])).toEqual([
      'burst  inactive → active at 1000 with 3',
      'episode  revision 1 active',
      // The window that raised it ended with another value.
      'episode  revision 2 active',
      'burst  active → inactive at 2000 with 1',
      'episode  revision 3 inactive',
    ]);
  });

  it('puts out a transition, then the episode, then the messages to people', () => {
    const engine = engineWith([{ ...burst, notify: ['log'] }]);
    const events = aBatch([1, 2, 3].map((after) => at(t + after)));
    const outputs = outputsOf(engine, journaled([events], 7));
    expect(outputs.map(({ key, output }) => [...key, output.kind])).toEqual([
      [7, 1, 'transition'],
      [7, 2, 'episode'],
      [7, 3, 'notification'],
    ]);
  });

  it('closes windows in silence as ticks carry time on, and waits for nothing then', () => {
    const engine = engineWith([counting], { time: { idleAfter: '2s' } });
    expect(engine.waiting).toBe(false);
    expect(told(engine, [aBatch([at(t + 500)], { receivedAt: t + 500 })])).toEqual([]);
    expect(engine.waiting).toBe(true);
    expect(told(engine, [aTick(t + 1000), aTick(t + 2000), aTick(t + 2999)])).toEqual([]);
    expect(told(engine, [aTick(t + 3000)])).toEqual(['window counting  [0, 1000) 1 of 1']);
    told(engine, [aTick(t + 4000)]);
    expect(engine.waiting).toBe(false);
  });

  it('counts what is broken or not as its format says, and goes on with the rest; what is too far ahead counts as of its receipt', () => {
    const engine = engineWith([counting]);
    const documents = ['[1]', 'no json', at(t + 3_600_000), at(t), at(t + 10)];
    told(engine, [aBatch(documents, { receivedAt: t + 20 })]);
    expect(engine.tally).toMatchObject({ events: 5, unreadable: 0, problems: 2, ahead: 1 });
    expect(told(engine, [aBatch([at(t + 1000)])])).toEqual(['window counting  [0, 1000) 3 of 3']);
  });

  it('counts late events per rule, for lateness is the rule’s', () => {
    const patient = { ...counting, name: 'patient', lateness: '5s' };
    const engine = engineWith([counting, patient], { time: { correctFor: '0s' } });
    told(engine, [aBatch([at(t + 100), at(t + 3000), at(t + 200)])]);
    expect(engine.rules.map(({ name, late }) => [name, late])).toEqual([
      ['counting', 1],
      ['patient', 0],
    ]);
    expect(told(engine, [aBatch([at(t + 6000)])])).toContain('window patient  [0, 1000) 2 of 2');
  });

  it('does not evaluate a rule that is switched off', () => {
    expect(engineWith([{ ...counting, enabled: false }]).rules).toEqual([]);
  });

  it('tells how many alerts are open', () => {
    const engine = engineWith([{ ...burst, by: ['host.name'] }], { time: { idleAfter: '1s' } });
    const from = (name: string) => [1, 2, 3].map((after) => at(t + after, { host: { name } }));
    told(engine, [aBatch([...from('a'), ...from('b')])]);
    expect(engine.openAlerts).toBe(2);
    // Each host is a source; both are silent from now on.
    told(engine, [aTick(t + 2000), aTick(t + 4000)]);
    expect(engine.openAlerts).toBe(0);
  });
});

describe('an engine that goes on from a snapshot', () => {
  const records: (Batch | Tick)[] = [aBatch([at(t), at(t + 1), at(t + 2)]), aTick(t + 250)];

  it('starts anew with a rule that changed, and goes on with the others', () => {
    const before = engineWith([burst, counting]);
    told(before, records);
    const after = engineWith([{ ...burst, when: '>= 4' }, counting]);
    after.restore(before.snapshot());
    expect(after.openAlerts).toBe(0);
    expect(told(after, [aBatch([at(t + 1000)])])).toEqual(['window counting  [0, 1000) 3 of 3']);
  });

  it('keeps an alert open whose message, severity or notifiers were changed', () => {
    const before = engineWith([burst]);
    told(before, records);
    const after = engineWith([{ ...burst, message: 'other words', severity: 'critical', notify: ['log'] }]);
    after.restore(before.snapshot());
    expect(after.openAlerts).toBe(1);
  });
});

describe('a server that was down', () => {
  const hour = 3_600_000;
  const time = { idleAfter: '2s' };
  const late = { ...counting, lateness: '1s' };

  it('does not take the time for silence: a backlog from before is not late', () => {
    const engine = engineWith([late], { time });
    told(engine, [aBatch([at(t + 500)]), aTick(t + 250)]);
    expect(told(engine, [aTick(t + hour), aTick(t + hour + 250)])).toEqual([]);
    const backlog = aBatch([at(t + 600), at(t + 2000)], { receivedAt: t + hour + 500 });
    expect(told(engine, [backlog])).toEqual(['window counting  [0, 1000) 2 of 2']);
    expect(engine.rules[0]!.late).toBe(0);
  });

  it('waits for all sources again, not only for the one that comes first', () => {
    const engine = engineWith([late], { time: { ...time, maxLag: '2h' } });
    const from = (name: string, after: number) => at(t + after, { host: { name } });
    told(engine, [aBatch([from('a', 500), from('b', 500)])]);
    told(engine, [aBatch([from('b', hour)], { receivedAt: t + hour })]);
    told(engine, [aBatch([from('a', 600)], { receivedAt: t + hour + 1000 })]);
    expect(engine.rules[0]!.late).toBe(0);
  });

  it('lets silence count from its start on', () => {
    const engine = engineWith([late], { time });
    told(engine, [aBatch([at(t + 500)])]);
    const ticks = Array.from({ length: 20 }, (_, index) => aTick(t + hour + index * 250));
    expect(told(engine, ticks)).toEqual(['window counting  [0, 1000) 1 of 1']);
  });

  it('is not suspected where nothing waited, for then no ticks are written', () => {
    const engine = engineWith([late], { time });
    told(engine, [aBatch([at(t + 500)])]);
    told(engine, [aTick(t + 2000), aTick(t + 4000), aTick(t + 6000)]);
    expect(engine.waiting).toBe(false);
    const from = (after: number) => at(t + after, { host: { name: 'other' } });
    // Would the first source still count as active, it would hold back the other.
    const closed = told(engine, [aBatch([from(60_000), from(62_000)], { receivedAt: t + 62_000 })]);
    expect(closed).toEqual(['window counting  [60000, 61000) 1 of 1']);
  });

  it('is known again after a restart from a snapshot', () => {
    const before = engineWith([late], { time });
    told(before, [aBatch([at(t + 500)]), aTick(t + 250)]);
    const after = engineWith([late], { time });
    after.restore(before.snapshot());
    expect(told(after, [aTick(t + hour)])).toEqual([]);
    expect(after.snapshot()).not.toEqual(before.snapshot());
    told(before, [aTick(t + hour)]);
    expect(after.snapshot()).toEqual(before.snapshot());
  });
});
