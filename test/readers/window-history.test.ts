import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/model.ts';
import { WindowHistory } from '../../src/readers/analyser/history.ts';
import { aNotification } from '../support/rules/alerts.ts';

const window = (group: string, end: number, value: number | null = end, rule = 'burst'): Output => ({
  kind: 'window',
  window: { rule, group, start: end - 1, end, value: value ?? undefined, count: 1, measure: 'count', by: {} },
});
const historyOf = (history: WindowHistory) =>
  history.attached({ kind: 'notification', notification: aNotification('ops') })[0]!.history;

describe('the history of windows', () => {
  it('gives a notification the last values of its rule and group, oldest first', () => {
    const history = new WindowHistory();
    for (const end of [1, 2, 3]) history.note(window('web-1', end));
    history.note(window('web-2', 4));
    history.note(window('web-1', 5, 9, 'other'));
    expect(historyOf(history)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('leaves out windows without a value, and keeps thirty', () => {
    const history = new WindowHistory();
    history.note(window('web-1', 0, null));
    for (let end = 1; end <= 100; end++) history.note(window('web-1', end));
    expect(historyOf(history)!.map(([at]) => at)).toEqual(Array.from({ length: 30 }, (_, i) => 71 + i));
  });

  it('forgets the group without a window for longest, beyond its limit', () => {
    const history = new WindowHistory();
    history.note(window('web-1', 1));
    for (let group = 0; group < 4_999; group++) history.note(window(`g${group}`, 2));
    expect(historyOf(history)).toHaveLength(1);
    history.note(window('one-more', 3));
    expect(historyOf(history)).toBeUndefined();
  });

  it('does not change a notification that was given its values before', () => {
    const history = new WindowHistory();
    history.note(window('web-1', 1));
    const before = historyOf(history);
    history.note(window('web-1', 2));
    expect(before).toEqual([[1, 1]]);
  });
});
