import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { sourceRows } from '../../src/cli/commands/status.ts';
import { type SourceChange, sourceGauges, sourcesTelemetry } from '../../src/telemetry/components/sources.ts';
import { ailing, sourceState, sourcesReport } from '../support/source-states.ts';

describe('log lines about sources', () => {
  function logged(changes: SourceChange[]): Record<string, unknown>[] {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
    sourcesTelemetry({ log, metrics: new Registry() }).changed(changes);
    return lines;
  }
  const change = (changes: Partial<SourceChange> = {}): SourceChange => ({
    source: 'web-1 /a.log',
    what: 'clock',
    began: true,
    reason: 'its clock is wrong',
    ...changes,
  });

  it('warn of a problem, and inform of its end and of formats, by name of the source', () => {
    const lines = logged([change(), change({ began: false }), change({ what: 'format' })]);
    expect(lines.map(({ level }) => level)).toEqual([40, 30, 30]);
    expect(lines[0]).toMatchObject({
      msg: 'source web-1 /a.log: its clock is wrong',
      'logboom.source': 'web-1 /a.log',
      'logboom.source.state': 'clock',
    });
  });

  it('show what a sender wrote without its control characters', () => {
    const [line] = logged([change({ source: 'a\u001b[2Jb', reason: 'last: \u202eevil' })]);
    expect(line!.msg).toBe('source a\\u001b[2Jb: last: \\u202eevil');
  });

  it('are few, however many sources change at once', () => {
    const lines = logged(Array.from({ length: 500 }, (_, index) => change({ source: `s${index}` })));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)!.msg).toMatch(/^480 more sources/);
  });
});

describe('metrics about sources', () => {
  it('have a bounded number of series, those of sources with problems first, and none of sources that went', async () => {
    const metrics = new Registry();
    const gauges = sourceGauges(metrics);
    const many = Array.from({ length: 300 }, (_, index) => sourceState({ name: `host-${index} /a.log` }));
    gauges.update(sourcesReport([ailing.late, ...many], { forgotten: 7 }));
    const text = await metrics.metrics();
    expect(text).toContain('logboom_source_share{source="web-2",of="late"} 0.25\n');
    expect(text).toContain('logboom_sources 301\n');
    expect(text).toContain('logboom_sources_forgotten 7\n');
    expect(text).toContain('logboom_sources_with_problem{problem="late"} 1\n');
    expect(text.match(/^logboom_source_last_seen_timestamp_seconds\{/gm)).toHaveLength(50);
    gauges.update(sourcesReport([ailing.clock]));
    const later = await metrics.metrics();
    expect(later).toContain('logboom_source_offset_seconds{source="web-1 /var/log/nginx/access.log"} 3600\n');
    expect(later).not.toContain('web-2');
    expect(later).toContain('logboom_sources_with_problem{problem="late"} 0\n');
  });
});

describe('the table of sources', () => {
  const rowOf = (source: ReturnType<typeof sourceState>) =>
    sourceRows({ known: 1, forgotten: 0, list: [source] })[0]!.join(' | ');

  it('says of a good source its format, its rate and when it was last seen', () => {
    expect(rowOf(sourceState())).toBe(
      'web-1 /var/log/nginx/access.log | access (99%) | 2 events/s, the last at 2023-11-14T22:13:20.000Z | clock agrees | ',
    );
  });

  it.each([
    [ailing.clock, /clock 1 h ahead, likely a time zone \| its stamps are 1h ahead/],
    [ailing.late, /25% late \(by up to 2 m\); 25% counted nowhere; 25 of its last 100 events came late$/],
    [ailing.unparsed, /no known format .* no time of its own \| 10% without a time; 50% not read; 50 of/],
  ])('says of a source with a problem what it is', (source, words) => {
    expect(rowOf(source)).toMatch(words);
  });

  it('says how many it leaves out, and how many were forgotten', () => {
    const list = Array.from({ length: 30 }, (_, index) => sourceState({ name: `s${index}` }));
    const rows = sourceRows({ known: 400, forgotten: 3, list });
    expect(rows).toHaveLength(22);
    expect(rows.slice(-2).map(([first]) => first)).toEqual(['380 more', '3 forgotten']);
  });

  it('is absent where the analyser does not answer', () => {
    expect(sourceRows(undefined)).toEqual([]);
  });
});
