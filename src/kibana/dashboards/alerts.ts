import { figure, pie, savedSearch, table, vega, within, xy } from '../charts.ts';
import { average, count, last, max, overTime, percentile, top } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { View, Views } from '../data-views.ts';
import { openAlertQuery as open, openAlertSearchId, transitionSearchId } from '../searches.ts';

/** Episodes as bars from their start to their end, or to now; Lens has no chart with two times. */
const timeline = (view: View) =>
  vega('Episodes', {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    data: {
      url: {
        '%context%': true,
        '%timefield%': view.time,
        index: view.title,
        body: {
          size: 1000,
          sort: [{ 'event.start': 'desc' }],
          _source: [
            'event.start',
            'event.end',
            'rule.name',
            'alert.group',
            'alert.severity',
            'alert.status',
            'alert.reason',
          ],
        },
      },
      format: { property: 'hits.hits' },
    },
    transform: [
      { calculate: 'toDate(datum._source.event.start)', as: 'start' },
      { calculate: 'datum._source.event.end ? toDate(datum._source.event.end) : now()', as: 'end' },
      {
        calculate:
          "datum._source.rule.name + (datum._source.alert.group ? ' · ' + datum._source.alert.group : '')",
        as: 'alert',
      },
      { calculate: 'datum._source.alert.severity', as: 'severity' },
      { calculate: 'datum._source.alert.reason', as: 'reason' },
    ],
    mark: { type: 'bar', minBandSize: 4, tooltip: true },
    encoding: {
      x: { field: 'start', type: 'temporal', title: null },
      x2: { field: 'end' },
      y: { field: 'alert', type: 'nominal', title: null },
      color: {
        field: 'severity',
        type: 'nominal',
        scale: {
          domain: ['info', 'low', 'medium', 'high', 'critical'],
          range: ['#6092c0', '#54b399', '#d6bf57', '#da8b45', '#bd271e'],
        },
      },
      tooltip: [
        { field: 'alert', type: 'nominal' },
        { field: 'severity', type: 'nominal' },
        { field: 'start', type: 'temporal', timeUnit: 'yearmonthdatehoursminutesseconds' },
        { field: 'end', type: 'temporal', timeUnit: 'yearmonthdatehoursminutesseconds' },
        { field: 'reason', type: 'nominal' },
      ],
    },
  });

/** Open alerts, past alerts, and the rules with most alerts. */
export const alertDashboard = ({ alerts: view, transitions }: Views): Dashboard => ({
  id: 'logboom-alerts-overview',
  title: 'logboom: Alerts',
  description: 'Open alerts, episodes on a timeline, by rule, time to detect and to recover, the noisiest.',
  from: 'now-7d',
  controls: [
    { title: 'Rule', field: 'rule.name', view },
    { title: 'Severity', field: 'alert.severity', view },
    { title: 'Group', field: 'alert.group', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [
          12,
          within(
            'now-1y',
            figure({ title: 'Open now', view, columns: { open: count('Open', { where: open }) } }),
          ),
        ],
        [12, figure({ title: 'Episodes', view, columns: { episodes: count('Episodes') } })],
        [
          12,
          figure({
            title: 'Time to detect',
            view,
            columns: { detect: percentile('Median time to detect', 'alert.time_to_detect', 50) },
          }),
        ],
        [
          12,
          figure({
            title: 'Time to recover',
            view,
            columns: { recover: percentile('Median time to recover', 'event.duration', 50) },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [[48, within('now-1y', savedSearch('Open now: each with its events', openAlertSearchId))]],
    },
    { height: 16, panels: [[48, timeline(view)]] },
    {
      height: 12,
      panels: [
        [
          32,
          xy('bar_stacked', {
            title: 'Episodes by rule',
            view,
            columns: {
              time: overTime('event.start'),
              rule: top('Rule', 'rule.name', 15, 'episodes'),
              episodes: count('Episodes'),
            },
          }),
        ],
        [
          16,
          pie({
            title: 'Severities',
            view,
            columns: {
              severity: top('Severity', 'alert.severity', 5, 'episodes'),
              episodes: count('Episodes'),
            },
          }),
        ],
      ],
    },
    {
      height: 14,
      panels: [
        [
          24,
          table({
            title: 'The noisiest rules',
            view,
            columns: {
              rule: top('Rule', 'rule.name', 20, 'episodes'),
              episodes: count('Episodes'),
              flapping: count('Flapping', { where: 'alert.flapping : true' }),
              longest: max('Longest', 'event.duration'),
              late: max('Late events, most', 'alert.late_count'),
            },
          }),
        ],
        [
          24,
          table({
            title: 'Time to detect and to recover, by rule',
            view,
            columns: {
              rule: top('Rule', 'rule.name', 20, 'recover'),
              recover: average('Time to recover, mean', 'event.duration'),
              detect: average('Time to detect, mean', 'alert.time_to_detect'),
              newest: last('Last time', 'event.start', 'date', 'event.start'),
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
          xy('bar_stacked', {
            title: 'Changes of state',
            view: transitions,
            columns: {
              time: overTime('@timestamp'),
              to: top('To', 'alert.to', 6, 'changes'),
              changes: count('Changes'),
            },
          }),
        ],
        [32, savedSearch('Every change, with its reason', transitionSearchId)],
      ],
    },
  ],
});
