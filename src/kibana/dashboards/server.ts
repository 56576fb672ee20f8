import { figure } from '../charts.ts';
import { average, count, max, overTime, rate, sum, top } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { Views } from '../data-views.ts';
import { colours } from '../palette.ts';
import { savedSearch } from '../panels.ts';
import { deadLetterSearchId } from '../searches.ts';
import { xy } from '../xy.ts';

const time = overTime('@timestamp');
const whole = { format: 'number', decimals: 0 } as const;
const noMetrics =
  'no server wrote metrics in this time: it does not run, or `indexing.serverMetrics` is off.';

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
            columns: { events: sum('Events received', 'logboom.input.events', whole) },
            empty: noMetrics,
          }),
        ],
        [
          12,
          figure({
            title: 'Documents indexed',
            view,
            columns: { indexed: sum('Documents indexed', 'logboom.sink.indexed', whole) },
            empty: noMetrics,
          }),
        ],
        [
          12,
          figure({
            title: 'Dead letters',
            view: deadLetters,
            columns: { letters: count('Dead letters') },
            failsFrom: 1,
          }),
        ],
        [
          12,
          figure({
            title: 'Late events',
            view,
            columns: { late: sum('Events too late for a rule', 'logboom.events.late', whole) },
            empty: noMetrics,
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
            colours: { received: colours.amount, indexed: colours.good },
            empty: noMetrics,
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
            colours: { analyser: colours.amount, indexer: colours.second },
            empty: noMetrics,
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
            empty: noMetrics,
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
            colours: { p50: colours.amount, p99: colours.high },
            empty: 'no sender of Lumberjack (Filebeat, Logstash) sent anything in this time.',
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Connections',
            view,
            columns: { time, connections: max('Connections', 'logboom.input.connections') },
            empty: noMetrics,
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
              lost: sum('Too late for a rule', 'logboom.events.late', whole),
              corrected: sum('Late, and counted', 'logboom.events.corrected', whole),
              ahead: sum('Ahead', 'logboom.events.ahead', whole),
              failures: sum('Failed connections', 'logboom.input.failures', whole),
            },
            colours: {
              ...{ rejected: colours.failed, lost: colours.high, corrected: colours.good },
              ...{ ahead: colours.warning, failures: colours.unknown },
            },
            empty: noMetrics,
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Memory',
            view,
            columns: { time, rss: max('Resident', 'logboom.process.memory.rss') },
            empty: noMetrics,
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Processor (1 is a core)',
            view,
            columns: { time, cpu: average('Cores', 'logboom.process.cpu') },
            empty: noMetrics,
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
            colours: { failed: colours.failed },
            empty: 'no request failed, or no server wrote metrics in this time.',
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Window results a second, by rule',
            view: windows,
            columns: {
              time,
              rule: top('Rule', 'rule.name', 15, 'windows'),
              windows: rate('Windows a second'),
            },
            empty: 'no rule recorded a window in this time.',
          }),
        ],
      ],
    },
    {
      height: 14,
      panels: [
        [
          48,
          savedSearch(
            'Dead letters, with their reasons',
            deadLetterSearchId,
            'nothing was refused: all is well.',
          ),
        ],
      ],
    },
  ],
});
