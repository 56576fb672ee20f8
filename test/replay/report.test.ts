import { expect, it } from 'vitest';
import { Reporter } from '../../src/replay/report.ts';
import type { SeenEvent } from '../../src/sources/source.ts';

/** An event that counts how often its message is decoded. */
function anEvent(timeSource: SeenEvent['timeSource']) {
  const asked = { count: 0 };
  const event = {
    timeSource,
    get message() {
      asked.count += 1;
      return 'a line';
    },
  } as SeenEvent;
  return { event, asked };
}

it('decodes the messages of the first three lines without a time, and no others', () => {
  const reporter = new Reporter([]);
  const [timed, untimed] = [anEvent('line'), anEvent('receipt')];
  for (let line = 0; line < 10; line += 1) {
    reporter.read('a source', timed.event);
    reporter.read('a source', untimed.event);
  }
  expect(timed.asked.count).toBe(0);
  expect(untimed.asked.count).toBe(3);
});
