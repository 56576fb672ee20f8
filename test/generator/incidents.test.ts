import { describe, expect, it } from 'vitest';
import { type Incident, incidentKinds, labelledDay } from '../../src/generator/incidents.ts';

const start = Date.parse('2026-01-05T00:00:00Z');
const day = labelledDay({ seed: 7, start, times: 1 });
const events = [...day.events].map(({ at, document }) => ({ at, ...(JSON.parse(document) as Parsed) }));
interface Parsed {
  message: string;
  host: { name: string };
}
const within = ({ start: from, end, host }: Incident) =>
  events.filter(({ at, host: { name } }) => at >= from && at < end && name === host);
const incident = (kind: Incident['kind']) => day.incidents.find((one) => one.kind === kind)!;
const failing = (some: readonly Parsed[]) =>
  some.filter(({ message }) => /" 5\d\d /.test(message)).length / some.length;

describe('a labelled day', () => {
  it('is the same for the same seed, and another for another', () => {
    const again = labelledDay({ seed: 7, start, times: 1 });
    expect(again.incidents).toEqual(day.incidents);
    expect([...again.events].length).toBe(events.length);
    expect(labelledDay({ seed: 8, start, times: 1 }).incidents).not.toEqual(day.incidents);
  });

  it('has every kind of incident as often as asked for, apart from one another', () => {
    const { incidents } = labelledDay({ start, times: 3 });
    for (const kind of incidentKinds) expect(incidents.filter((one) => one.kind === kind)).toHaveLength(3);
    for (const [index, { start: begin }] of incidents.entries())
      expect(begin - (incidents[index - 1]?.end ?? start)).toBeGreaterThanOrEqual(15 * 60_000);
  });

  it('has its events in the order of time, with the times in their lines', () => {
    const times = events.map(({ at }) => at);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(events[0]!.message).toContain('[05/Jan/2026:00:00:');
  });

  it('has peace between incidents: few failures', () => {
    const first = Math.min(...day.incidents.map((one) => one.start));
    expect(failing(events.filter(({ at }) => at < first))).toBeLessThan(0.02);
  });

  it('has many requests in a burst', () => {
    const { start: from, end } = incident('burst');
    expect(within(incident('burst')).length / ((end - from) / 1_000)).toBeGreaterThan(20);
  });

  it('fails in an error wave, more and more in a drift, and every other minute while flapping', () => {
    expect(failing(within(incident('error wave')))).toBeGreaterThan(0.3);
    const drift = incident('slow drift');
    const middle = (drift.start + drift.end) / 2;
    expect(failing(within({ ...drift, start: middle }))).toBeGreaterThan(
      2 * failing(within({ ...drift, end: middle })),
    );
    const flapping = incident('flapping');
    const minute = (n: number) =>
      failing(
        within({ ...flapping, start: flapping.start + n * 60_000, end: flapping.start + (n + 1) * 60_000 }),
      );
    expect(minute(0)).toBeGreaterThan(0.3);
    expect(minute(1)).toBeLessThan(0.2);
  });

  it('has nothing of a silent host, and one address that scans', () => {
    expect(within(incident('silence')).length).toBeLessThan(3);
    const scanned = within(incident('scanner')).filter(({ message }) => message.startsWith('203.0.113.66 '));
    expect(scanned.length).toBeGreaterThan(300);
    expect(scanned.every(({ message }) => / 404 /.test(message))).toBe(true);
  });
});
