import { useMemo } from 'preact/hooks';
import type { ReportRow } from '../../../src/dashboards/model.ts';
import { type documentOf, reportFrom } from '../../../src/reports/render/document.ts';
import { notesOf, tablesOf, titleOf } from '../../../src/reports/render/words.ts';
import type { Report } from '../../../src/reports/report.ts';
import { pathOf, useAnswer } from '../api.ts';
import { count, figure, percent, shown, when } from '../format.ts';
import { change, linkTo, place } from '../location.ts';
import { Empty, Panel, Problems } from '../parts/basics.tsx';
import { Chart, type Series } from '../parts/chart.tsx';
import { Head, Scroll, Table } from '../parts/table.tsx';

interface ReportsAnswer {
  configured: ReportRow[];
  total: number;
  reports: ReturnType<typeof documentOf>[];
  problems: string[];
  next?: number;
}

const pageSize = 30;
/** Columns of numbers. */
const numeric = new Set(['events', 'share', 'errors', 'mean', 'longest', 'requests']);
/** Rows of a table of a report. */
const most = 10;

export function Reports() {
  const { name, offset, report: id } = place.value.params;
  const { answer, error } = useAnswer<ReportsAnswer>(
    pathOf('/api/reports', { name, offset, limit: pageSize }),
  );
  const reports = useMemo(() => (answer?.reports ?? []).map(reportFrom), [answer]);
  const chosen = reports.find((one) => one.id === id) ?? reports[0];
  return (
    <>
      <h1>Reports</h1>
      <Problems error={error} problems={answer?.problems} />
      {answer !== undefined && <Configured rows={answer.configured} chosen={name} />}
      {answer !== undefined && reports.length === 0 && (
        <Empty>
          {answer.configured.length === 0
            ? 'No report is configured. A section `reports:` makes them at intervals; `logboom report` makes one now.'
            : 'No report was made yet.'}
        </Empty>
      )}
      {reports.length > 0 && (
        <Panel title={`Made (${count(answer!.total)})`} wide>
          <Made reports={reports} chosen={chosen} />
          <div class="actions">
            {offset !== undefined && (
              <button type="button" onClick={() => change({ offset: undefined, report: undefined })}>
                To the newest
              </button>
            )}
            {answer?.next !== undefined && (
              <button
                type="button"
                onClick={() => change({ offset: String(answer.next), report: undefined })}
              >
                Older reports
              </button>
            )}
          </div>
        </Panel>
      )}
      {chosen !== undefined && <Shown report={chosen} />}
    </>
  );
}

function Configured({ rows, chosen }: { rows: readonly ReportRow[]; chosen: string | undefined }) {
  if (rows.length === 0) return null;
  const cells = rows.map(({ name, schedule, zone, notify, next, reportedUntil, failing }) => [
    ...[name, `${schedule} (${zone})`, notify.join(', ') || 'nobody', when(Date.parse(next))],
    ...[reportedUntil === undefined ? '–' : when(Date.parse(reportedUntil)), failing ?? ''],
  ]);
  return (
    <Panel title="Configured" wide>
      <Table columns={['Report', 'At', 'Notifies', 'Next', 'Made until', 'Problem']} rows={cells} empty="" />
      {chosen !== undefined && (
        <button type="button" class="plain" onClick={() => change({ name: undefined, offset: undefined })}>
          Only {shown(chosen)} ✕
        </button>
      )}
    </Panel>
  );
}

function Made({ reports, chosen }: { reports: readonly Report[]; chosen: Report | undefined }) {
  return (
    <Scroll label="Reports that were made">
      <table>
        <Head
          columns={['Report', 'From', 'To', 'Events', 'Errors', 'Share', 'Alerts']}
          numbers={[3, 4, 5, 6]}
        />
        <tbody>
          {reports.map(({ id, name, from, to, figures, alerts }) => (
            <tr key={id} class={id === chosen?.id ? 'chosen' : ''}>
              <th scope="row">
                <a
                  href={linkTo('reports', { ...place.value.params, report: id })}
                  aria-current={id === chosen?.id}
                >
                  {shown(name)}
                </a>
              </th>
              <td>{when(from)}</td>
              <td>{when(to)}</td>
              <td class="number">{count(figures.events)}</td>
              <td class="number">{count(figures.errors)}</td>
              <td class="number">{percent(figures.errorRate)}</td>
              <td class="number">{alerts === undefined ? '–' : alerts.length}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The whole report, by the same words as in a mail. */
function Shown({ report }: { report: Report }) {
  const times = useMemo(() => report.series.map(([at]) => at), [report]);
  const series = useMemo<Series[]>(
    () => [
      { name: 'events', colour: '--other', kind: 'bars', values: report.series.map(([, events]) => events) },
      {
        name: 'errors',
        colour: '--error',
        kind: 'bars',
        values: report.series.map(([, , errors]) => errors),
      },
    ],
    [report],
  );
  const { from, to } = report;
  const during = { from: String(from), to: String(to) };
  return (
    <Panel title={shown(titleOf(report))} wide>
      <div class="report">
        {times.length > 1 && (
          <Chart
            label="Events over the interval"
            times={times}
            series={series}
            height={120}
            format={figure}
          />
        )}
        <p class="actions">
          <a class="button" href={linkTo('logs', during)}>
            Logs of the time
          </a>
          <a class="button" href={linkTo('overview', during)}>
            Overview of the time
          </a>
          <a class="button" href={linkTo('alerts', during)}>
            Alerts of the time
          </a>
        </p>
        {tablesOf(report, most).map(({ title, columns, rows, empty = '' }) => (
          <section key={title}>
            <h3>{title}</h3>
            <Table
              columns={columns.map((one) => one || 'Figure')}
              rows={rows}
              numbers={columns.flatMap((one, at) => (numeric.has(one) ? [at] : []))}
              empty={empty}
            />
          </section>
        ))}
        {notesOf(report).map((note) => (
          <p key={note} class="note">
            {note}
          </p>
        ))}
      </div>
    </Panel>
  );
}
