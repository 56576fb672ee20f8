import { describe, expect, it } from 'vitest';
import { outputItem } from '../../src/alerts/documents.ts';
import { schema } from '../../src/config/schema/schema.ts';
import type { Output } from '../../src/model.ts';
import { documentOf } from '../../src/notifiers/message/document.ts';
import { aBatch, aTick, at, engineWith, journaled, outputsOf } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const minute = 60_000;
const hour = 60 * minute;
const four = Date.parse('2026-01-01T04:00:00Z');
const iso = (time: number) => new Date(time).toISOString();
const { indexing } = schema.parse({});

interface AlertDocument {
  '@timestamp': string;
  event: { kind: string; start?: string; end?: string; duration?: number };
  window: { start: string; end: string };
  alert: { status: string; time_to_detect?: number };
}

/** Errors at these minutes after four o'clock, then ticks to six. */
function played(rule: AnyInput, minutes: number[]): Output[] {
  const engine = engineWith([rule], { journal: { tick: '1m' } });
  const error = (after: number) =>
    aBatch([at(four + after * minute, { log: { level: 'error' } })], {
      receivedAt: four + after * minute + 200,
    });
  const before = aBatch([at(four - 10 * minute)], { receivedAt: four - 10 * minute });
  const ticks = Array.from({ length: 240 }, (_, n) => aTick(four + (30 + n / 2) * minute));
  return outputsOf(engine, journaled([before, ...minutes.map(error), ...ticks])).map(({ output }) => output);
}
const documents = (outputs: Output[], kind: Output['kind']) =>
  outputs
    .filter((output) => output.kind === kind)
    .map((output) => JSON.parse(String(outputItem(output, { indexing })!.document)) as AlertDocument);

const common = { name: 'r', where: 'log.level: error', lateness: '0s', notify: ['log'] };
const rule = { ...common, over: '1h' };
/** The third error, at 04:23, raises the alert of a window that ends at 05:00. */
const tumbling = { ...rule, when: '>= 3' };
const errors = [21, 22, 23];

describe('an alert of a long window that was raised early', () => {
  it.each([
    ['{{time}}', '2026-01-01 04:23:00 UTC'],
    ['{{time Europe/Berlin}}', '2026-01-01 05:23:00 +01:00'],
    ['{{duration}}', '2 m'],
    ['{{window.end}}', '2026-01-01 05:00:00 UTC'],
  ])('names in its message as %s when it was decided', (message, expected) => {
    const sent = played({ ...tumbling, message }, errors).flatMap((output) =>
      output.kind === 'notification' ? [output.notification.transition.message] : [],
    );
    expect(sent[0]).toBe(expected);
  });

  it('has the time of the decision, starts with the first event that counts, and has the window apart', () => {
    const [raised] = documents(played(tumbling, errors), 'transition');
    expect(raised).toMatchObject({
      '@timestamp': iso(four + 23 * minute),
      window: { start: iso(four), end: iso(four + hour) },
      alert: { status: 'active' },
    });
    const [episode] = documents(played(tumbling, errors), 'episode');
    expect(episode).toMatchObject({
      '@timestamp': iso(four + 23 * minute),
      event: { start: iso(four + 21 * minute) },
      window: { start: iso(four), end: iso(four + hour) },
      alert: { time_to_detect: 2 * minute * 1e6 },
    });
  });

  it('tells people and programs the same', () => {
    const sent = played(tumbling, errors).flatMap((output) =>
      output.kind === 'notification' ? [documentOf(output.notification)] : [],
    );
    expect(sent[0]).toMatchObject({
      '@timestamp': iso(four + 23 * minute),
      alert: { start: iso(four + 21 * minute), window: { start: iso(four), end: iso(four + hour) } },
    });
  });

  it('ends by the window that shows it, with the duration from the first event', () => {
    const ended = documents(played(tumbling, errors), 'episode').at(-1)!;
    expect(ended.alert.status).toBe('inactive');
    expect(ended['@timestamp']).toBe(iso(four + 2 * hour));
    expect(ended.event).toMatchObject({
      start: iso(four + 21 * minute),
      end: iso(four + 2 * hour),
      duration: 99 * minute * 1e6,
    });
  });

  it.each([
    ['a match with a quiet time of 1 h', { ...common, kind: 'match', quiet: '1h' }, [23], 23],
    ['a count over 1 h', tumbling, errors, 23],
    ['a count over 1 h every 10 min', { ...tumbling, every: '10m' }, errors, 23],
    [
      'a rule that looks at windows that are over alone',
      { ...tumbling, for: '1h', lateness: '1s' },
      [21, 22, 23, 71, 72, 73],
      undefined,
    ],
  ])('%s has no time that lies ahead of when it was known', (_, given, minutes, decided) => {
    const outputs = played(given as AnyInput, minutes);
    const active = documents(outputs, 'transition').find(({ alert }) => alert.status === 'active')!;
    expect(active['@timestamp']).toBe(
      decided === undefined ? active.window.end : iso(four + decided * minute),
    );
    for (const { event, ...episode } of documents(outputs, 'episode'))
      expect(Date.parse(event.start!)).toBeLessThanOrEqual(Date.parse(episode['@timestamp']));
  });
});

describe('an alert that no event caused', () => {
  it('starts with its window, because there is no first event', () => {
    const few = { ...rule, when: '< 1', where: 'log.level: *' };
    const outputs = played(few, [1]);
    const active = documents(outputs, 'episode').find(({ alert }) => alert.status === 'active')!;
    expect(active.event.start).toBe(active.window.start);
  });
});
