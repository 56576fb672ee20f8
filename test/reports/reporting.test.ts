import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Reporting } from '../../src/app/reporting.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { LogboomError } from '../../src/errors.ts';
import type { BulkItem, Notification } from '../../src/model.ts';
import type { ReportTask } from '../../src/replay/reporting/report-apart.ts';
import { reportTelemetry } from '../../src/telemetry/components/reports.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { anEvent, reportOn } from './support.ts';

const minute = 60_000;
const noon = Date.parse('2026-11-29T12:00:00Z');

interface Given {
  reports: NonNullable<ConfigInput['reports']>;
  folder?: string;
  fails?: () => boolean;
}

/** Reports over a clock that the test sets. */
function aServer({ reports, folder = aFolder(), fails = () => false }: Given) {
  const clock = { now: noon };
  const config = schema.parse({ data: folder, reports });
  const asked: ReportTask['request'][] = [];
  const notified: Notification[] = [];
  const documents: BulkItem[] = [];
  const instruments = silentInstruments();
  const reporting = new Reporting({
    config: () => config,
    elasticsearch: () => undefined,
    async make({ request }) {
      if (fails()) throw new LogboomError('SINK_UNAVAILABLE', 'Elasticsearch is away.');
      asked.push(request);
      const { from } = request.span!;
      const made = reportOn([anEvent(from + 1)], { span: request.span!, before: request.before });
      return { ...made, name: request.name, id: `${request.name}|${from}` };
    },
    async put(messages, items) {
      notified.push(...messages);
      documents.push(...items);
    },
    telemetry: reportTelemetry(instruments),
    now: () => clock.now,
    retryAfter: 10,
  });
  onTestFinished(() => reporting.stop());
  /** Lets time pass, and reports that are due be made. */
  const pass = async (length: number) => {
    clock.now += length;
    reporting.restart();
    await new Promise((resolve) => setTimeout(resolve, 30));
  };
  return { reporting, asked, notified, documents, pass, folder, instruments };
}

const each5m = { every: '5m', wait: '1m', notify: ['log'] };

describe('the state of reports', () => {
  it('says when the next one is made, what was reported, and why one fails', async () => {
    let isAway = false;
    const { reporting, pass, documents } = aServer({
      reports: { traffic: each5m, mornings: { cron: '0 8 * * *', zone: 'Europe/Berlin' } },
      fails: () => isAway,
    });
    await pass(0);
    expect(reporting.states()).toEqual([
      {
        ...{ name: 'traffic', schedule: '5m', zone: 'UTC', notify: ['log'] },
        ...{ next: '2026-11-29T12:01:00.000Z', reportedUntil: '2026-11-29T12:00:00.000Z' },
      },
      {
        ...{ name: 'mornings', schedule: '0 8 * * *', zone: 'Europe/Berlin', notify: [] },
        ...{ next: '2026-11-30T07:01:00.000Z', reportedUntil: '2026-11-29T07:00:00.000Z' },
      },
    ]);
    isAway = true;
    await pass(6 * minute);
    await eventually(() => expect(reporting.states()[0]!.failing).toBe('Elasticsearch is away.'));
    isAway = false;
    await pass(0);
    await eventually(() => expect(documents).toHaveLength(1));
    await eventually(() => expect(reporting.states()[0]).not.toHaveProperty('failing'));
    expect(reporting.states()[0]!.reportedUntil).toBe('2026-11-29T12:05:00.000Z');
  });
});

describe('reports at intervals', () => {
  it('are made when the interval is over and late events had their time', async () => {
    const { pass, asked, notified, documents } = aServer({ reports: { traffic: each5m } });
    await pass(0);
    await pass(5 * minute);
    await pass(59_000);
    expect(asked).toEqual([]);
    await pass(1_000);
    await eventually(() => expect(documents).toHaveLength(1));
    expect(asked).toMatchObject([
      {
        name: 'traffic',
        span: { from: noon, to: noon + 5 * minute },
        before: { from: noon - 5 * minute, to: noon },
      },
    ]);
    expect(notified.map(({ notifier, report }) => [notifier, report?.document.name])).toEqual([
      ['log', 'traffic'],
    ]);
    expect(documents[0]).toMatchObject({ action: 'create', index: 'logs-logboom.reports-default' });
    expect(JSON.parse(String(documents[0]!.document))).toMatchObject({
      '@timestamp': '2026-11-29T12:05:00.000Z',
      report: { name: 'traffic', figures: { events: 1 } },
    });
  });

  it('begin with the interval under way, and are made once each', async () => {
    const { pass, asked } = aServer({ reports: { traffic: each5m } });
    await pass(0);
    for (let minutes = 0; minutes < 12; minutes++) {
      await pass(minute);
    }
    expect(asked.map(({ span }) => (span!.from - noon) / minute)).toEqual([0, 5]);
  });

  it('are not made again after a restart, and the last one that was missed is', async () => {
    const first = aServer({ reports: { traffic: each5m } });
    await first.pass(0);
    await first.pass(6 * minute);
    await eventually(() => expect(first.documents).toHaveLength(1));
    await first.reporting.stop();
    const second = aServer({ reports: { traffic: each5m }, folder: first.folder });
    await second.pass(8 * minute);
    await second.pass(22 * minute);
    await eventually(() => expect(second.asked).toHaveLength(1));
    expect(second.asked[0]!.span).toEqual({ from: noon + 20 * minute, to: noon + 25 * minute });
    expect(await second.instruments.metrics.metrics()).toContain(
      'logboom_reports_total{report="traffic",outcome="skipped"} 1',
    );
  });

  it('are tried again while the events cannot be read, and no interval is lost', async () => {
    let failures = 2;
    const { pass, asked, instruments } = aServer({
      reports: { traffic: each5m },
      fails: () => failures-- > 0,
    });
    await pass(0);
    await pass(6 * minute);
    await eventually(() => expect(asked).toHaveLength(1));
    expect(await instruments.metrics.metrics()).toContain('outcome="failed"} 2');
  });

  it('are written into files by name and start, and a file that cannot be written holds nothing back', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'taken'), '');
    const files = [
      join(folder, 'taken', 'x.md'),
      join(folder, 'out', '{name}-{from}.html'),
      join(folder, 'last.json'),
    ];
    const { pass, documents } = aServer({ reports: { traffic: { ...each5m, files } } });
    await pass(0);
    await pass(6 * minute);
    await eventually(() => expect(documents).toHaveLength(1));
    expect(readFileSync(join(folder, 'out', 'traffic-2026-11-29T12-00.html'), 'utf8')).toContain(
      '<!doctype html>',
    );
    expect(JSON.parse(readFileSync(files[2]!, 'utf8'))).toMatchObject({ name: 'traffic' });
    expect(readdirSync(folder).toSorted()).toEqual(['last.json', 'out', 'taken']);
    expect(readdirSync(join(folder, 'out'))).toEqual(['traffic-2026-11-29T12-00.html']);
  });

  it('write no document where the index is switched off', async () => {
    const { pass, notified, documents } = aServer({ reports: { traffic: { ...each5m, index: false } } });
    await pass(0);
    await pass(6 * minute);
    await eventually(() => expect(notified).toHaveLength(1));
    expect(documents).toEqual([]);
  });
});
