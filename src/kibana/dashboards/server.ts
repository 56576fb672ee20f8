import { figure, savedSearch, xy } from '../charts.ts';
import { average, count, max, overTime, rate, sum, top } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { Views } from '../data-views.ts';
import { deadLetterSearchId } from '../searches.ts';

const time = overTime('@timestamp');
const whole = { format: 'number', decimals: 0 } as const;

/** The state of logboom itself. */
export const serverDashboard = ({ server: view, deadLetters, windows }: Views): Dashboard => ({
  id: 'logboom-itself',
  title: 'logboom: logboom itself',
  description: 'Throughput, lag, journal, times to the ACK, what was refused, what came late.',
  from: 'now-6h',
  controls: [{ title: 'Server', field: 'host.name', view }],
  rows: [
    {
      height: 6,
      panels: [
        [
          12,
          figure({
            title: 'Events received',
            view,
            columns: { events: sum('Events', 'logboom.input.events', whole) },
          }),
        ],
        [
          12,
          figure({
            title: 'Documents indexed',
            view,
            columns: { indexed: sum('Documents', 'logboom.sink.indexed', whole) },
          }),
        ],
        [
          12,
          figure({ title: 'Dead letters', view: deadLetters, columns: { letters: count('Dead letters') } }),
        ],
        [
          12,
          figure({
            title: 'Late events',
            view,
            columns: { late: sum('Late', 'logboom.events.late', whole) },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          24,
          xy('line', {
            title: 'Events a second',
            view,
            columns: {
              time,
              received: average('Received', 'logboom.input.events_per_second'),
              indexed: average('Indexed', 'logboom.sink.indexed_per_second'),
            },
          }),
        ],
        [
          24,
          xy('line', {
            title: 'Lag of the readers, in seconds',
            view,
            columns: {
              time,
              analyser: max('Analyser', 'logboom.readers.analyser.lag.seconds'),
              indexer: max('Indexer', 'logboom.readers.indexer.lag.seconds'),
            },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          16,
          xy('area', {
            title: 'Journal: waiting for the slowest reader',
            view,
            columns: { time, bytes: max('Bytes', 'logboom.journal.bytes') },
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Milliseconds to the ACK',
            view,
            columns: {
              time,
              p50: average('Median', 'logboom.input.ack.p50'),
              p99: max('99th percentile', 'logboom.input.ack.p99'),
            },
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Connections',
            view,
            columns: { time, connections: max('Connections', 'logboom.input.connections') },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          16,
          xy('bar_stacked', {
            title: 'Refused, late, too far ahead',
            view,
            columns: {
              time,
              rejected: sum('Dead letters', 'logboom.events.rejected', whole),
              late: sum('Late', 'logboom.events.late', whole),
              ahead: sum('Ahead', 'logboom.events.ahead', whole),
              failures: sum('Failed connections', 'logboom.input.failures', whole),
            },
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Memory',
            view,
            columns: { time, rss: max('Resident', 'logboom.process.memory.rss') },
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Processor (1 is a core)',
            view,
            columns: { time, cpu: average('Cores', 'logboom.process.cpu') },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          24,
          xy('line', {
            title: 'Requests to Elasticsearch that failed',
            view,
            columns: { time, failed: sum('Failed', 'logboom.sink.failed_requests', whole) },
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Window results by rule',
            view: windows,
            columns: {
              time,
              rule: top('Rule', 'rule.name', 15, 'windows'),
              windows: rate('Windows a second'),
            },
          }),
        ],
      ],
    },
    { height: 14, panels: [[48, savedSearch('Dead letters', deadLetterSearchId)]] },
  ],
});
