import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { aFolder } from '../support/folder.ts';

const receivedAt = Date.parse('2026-11-21T00:00:00Z');
const at = (minute: number) =>
  `2026-11-20T${String(10 + Math.floor(minute / 60))}:${String(minute % 60).padStart(2, '0')}:00Z`;

/** Lines that are written in one go at noon, and state when each was made. */
const lines = (host: string, minutes: readonly number[]) =>
  minutes
    .map((minute) => `${JSON.stringify({ time: '2026-11-20T12:00:00Z', made: at(minute), message: host })}\n`)
    .join('');

const date = { kind: 'date', field: 'made' };
const minutes = Array.from({ length: 90 }, (_, minute) => minute);

async function run(processors: object[], ...files: string[]) {
  const folder = aFolder();
  const paths = files.map((text, index) => {
    const path = join(folder, `${index}.log`);
    writeFileSync(path, text);
    return path;
  });
  const rules = [{ name: 'all', over: '1m', when: '> 1' }];
  const config = schema.parse({ processors, rules });
  const { rules: reports, events, untimed } = await backtest({ config, inputs: paths, receivedAt });
  const { late, corrected, timeline } = reports[0]!;
  const values = timeline.columns.flatMap(({ value }) => (value ? [value] : []));
  return { events, untimed, late, corrected, most: Math.max(...values), windows: values.length };
}

describe('files whose time a processor `date` takes from a field', () => {
  const [one, other] = [lines('a', minutes), lines('b', minutes)];

  it('are merged by that time: no event is late', async () => {
    expect(await run([date], one, other)).toMatchObject({ events: 180, late: 0, corrected: 0, most: 2 });
  });

  it('are merged by it where a condition needs an earlier processor', async () => {
    const processors = [
      { kind: 'add', fields: { 'service.name': 'till' } },
      { ...date, if: 'service.name : "till"' },
    ];
    expect(await run(processors, one, other)).toMatchObject({ events: 180, late: 0, corrected: 0, most: 2 });
  });

  it('are merged by it where other events are left out, which are counted by no rule', async () => {
    const processors = [date, { kind: 'drop', if: 'message : "b"' }];
    expect(await run(processors, one, other)).toMatchObject({ late: 0, corrected: 0, most: 1 });
  });

  it('keep the time of the line where the field has none, and the order within a file', async () => {
    const broken = lines('c', minutes).replaceAll('"made"', '"never"');
    expect(await run([date], one, broken)).toMatchObject({ events: 180, late: 0, most: 90 });
  });

  it('are merged by the time of the line where `date` sets another field', async () => {
    const found = await run([{ ...date, target: 'event.start' }], one, other);
    expect(found).toMatchObject({ events: 180, late: 0, most: 180 });
  });
});
