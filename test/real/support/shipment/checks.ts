import { expect, it } from 'vitest';
import { type AccessLine, accessLines, countsOf } from '../access-lines.ts';
import type { Hit } from '../findings.ts';
import { byStartAndGroup, type ExpectedEpisode, type ExpectedRule, expectedEpisodes } from '../oracle.ts';
import { busyClient, notFound } from './rules.ts';
import type { Shipment } from './shipment.ts';

const lines = accessLines();
/** The fixture's one line that ends within its user agent: it has a time, but is no access-log line. */
const truncated = lines[8_898]!;
const whole = lines.filter((line) => line !== truncated);

/** What holds of the access log when it was shipped whole and undisturbed, wherever it went. */
export function itArrivedWhole(shipment: () => Shipment): void {
  it('has every line once, with the fields that a plain look at the line gives', () => {
    const { events, acked } = shipment();
    expect(acked).toBe(10_000);
    expect(events).toHaveLength(10_000);
    expect(new Set(events.map(({ _id }) => _id)).size).toBe(10_000);
    const byOffset = new Map(events.map(({ _source }) => [_source.log.offset, lineOf(_source)]));
    expect(byOffset.size).toBe(10_000);
    for (const line of whole) expect(byOffset.get(line.offset)).toEqual(line);
    const { offset, message, time } = truncated;
    expect(byOffset.get(offset)).toMatchObject({ message, time });
  });

  it('has the time of the line as its time, and the shipper’s as that of its creation', () => {
    const { events, startedAt } = shipment();
    const created = events.map(({ _source }) => Date.parse(_source.event.created));
    expect(Math.min(...created)).toBeGreaterThan(startedAt - 1_000);
    expect(Math.max(...created)).toBeLessThan(Date.now());
  });

  it('tags the truncated line, and no other', () => {
    const tagged = shipment().events.filter(({ _source }) => _source.tags !== undefined);
    expect(tagged.map(({ _source }) => [_source.log.offset, _source.tags])).toEqual([
      [truncated.offset, ['_parsefailure']],
    ]);
  });

  it('is counted by the server as by an independent count', () => {
    const { hits, aggregations } = shipment().counted;
    expect(hits.total).toEqual({ value: 10_000, relation: 'eq' });
    expect(bucketsOf(aggregations.statuses)).toEqual(countsOf(lines.map(({ status }) => status)));
    expect(bucketsOf(aggregations.paths)).toEqual(countsOf(lines.map(({ path }) => path)).slice(0, 10));
    expect(aggregations.bytes.value).toBe(lines.reduce((sum, { bytes = 0 }) => sum + bytes, 0));
  });

  it('is in the windows of a counting rule, every line in the minute that it names', () => {
    const { windows, late } = shipment();
    expect(late).toBe(0);
    const counted = windows.filter(({ _source }) => _source.rule.name === 'requests');
    const minutes = countsOf(lines.map(({ time }) => Math.floor(time / 60_000) * 60_000));
    const found = counted.map(({ _source }) => [Date.parse(_source.window.start), _source.window.count]);
    expect(new Map(found as [number, number][])).toEqual(new Map(minutes));
    expect(counted).toHaveLength(minutes.length);
  });

  it.each([
    ['busy-client', busyClient],
    ['not-found', notFound],
  ])('has the alerts of %s that the traffic calls for, and each change of theirs once', (rule, expected) => {
    const episodes = expectedEpisodes(lines, expected);
    expect(episodes.length).toBeGreaterThan(10);
    const { alerts, transitions } = shipment();
    const own = alerts.filter(({ _source }) => _source.rule.name === rule);
    expect(own.map(episodeOf).sort(byStartAndGroup)).toEqual(episodes);
    for (const { _source } of own) expect(_source.alert.status).toBe('inactive');
    for (const { _id, _source } of own) expect(_source.alert.samples?.length, _id).toBeGreaterThan(0);
    const changes = transitions.filter(({ _source }) => _source.rule.name === rule).map(changeOf);
    expect(changes.sort()).toEqual(episodes.flatMap((episode) => changesOf(episode, expected)).sort());
    for (const { start, end } of own.map(({ _source }) => _source.event))
      expect(Date.parse(start)).toBeLessThan(Date.parse(end));
    for (const { _source } of transitions) expectWithinItsWindow(_source);
  });

  it('wrote an alert once per change', () => {
    const { alerts, alertWrites } = shipment();
    for (const { _version, _source } of alerts) expect(revisionIn(_version)).toBe(_source.alert.revision);
    const clients = alerts.filter(({ _source }) => _source.rule.name === 'busy-client');
    // Raised with the thirtieth request, corrected at the window's end where more had come, and ended.
    for (const { _source } of clients) expect(_source.alert.revision).toBe(_source.alert.peak > 30 ? 3 : 2);
    const revisions = alerts.reduce((sum, { _version }) => sum + revisionIn(_version), 0);
    if (alertWrites !== undefined) expect(alertWrites).toBeLessThanOrEqual(revisions);
  });
}

function lineOf({ '@timestamp': time, message, log, source, url, http }: Hit['_source']): AccessLine {
  const { offset } = log;
  const { status_code: status, body } = http?.response ?? {};
  return {
    offset,
    message,
    ip: source?.ip,
    time: Date.parse(time),
    path: url?.path,
    status,
    bytes: body?.bytes,
  };
}

const bucketsOf = ({ buckets }: Hit['_source']) =>
  buckets.map(({ key, doc_count }: { key: unknown; doc_count: number }) => [key, doc_count]);

/** The version of an alert's document holds its revision, and below it how often people have handled it. */
export const revisionIn = (version: number): number => Math.floor(version / 65_536);

/** The window in which an episode began is in its id. For people it starts with the first line that counts. */
export function episodeOf({ _id, _source: { event, alert } }: Hit): ExpectedEpisode {
  // Documents have no empty fields: an alert of a rule without groups has no group.
  const { group = '', value, peak } = alert;
  return { group, start: Date.parse(_id.split('~').at(-1)!), end: Date.parse(event.end), value, peak };
}

const changeOf = ({ _source: { alert, window } }: Hit): string =>
  `${alert.group ?? ''} ${alert.from} to ${alert.to} at ${window.end}`;

/** An alert is raised by a line of its window, or at its end. */
function expectWithinItsWindow({ '@timestamp': at, window }: Hit['_source']): void {
  expect(Date.parse(at)).toBeLessThanOrEqual(Date.parse(window.end));
  expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(window.start));
}

function changesOf({ group, start, end }: ExpectedEpisode, { every }: ExpectedRule): string[] {
  const [raised, ended] = [start + every, end].map((time) => new Date(time).toISOString());
  return [`${group} inactive to active at ${raised}`, `${group} active to inactive at ${ended}`];
}
