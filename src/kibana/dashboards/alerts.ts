import { figure, table } from '../charts.ts';
import { average, count, last, max, overTime, percentile, sum, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { Views } from '../data-views.ts';
import { alertStates, countsOf, severities } from '../palette.ts';
import { savedSearch, within } from '../panels.ts';
import { openAlertQuery as open, openAlertSearchId, transitionSearchId } from '../searches.ts';
import { xy } from '../xy.ts';
import { timeline } from './timeline.ts';

const noAlerts =
  'no alert changed in this time. `logboom test-rules` and `logboom backtest` show what rules would raise.';
const toRule = [{ name: 'The rule: value and threshold', dashboard: 'logboom-rules' }];

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
            figure({
              title: 'Open now',
              view,
              columns: { open: count('Open now', { where: open }) },
              failsFrom: 1,
            }),
          ),
        ],
        [12, figure({ title: 'Episodes', view, columns: { episodes: count('Episodes') } })],
        [
          12,
          figure({
            title: 'Time to detect',
            view,
            columns: { detect: percentile('Median time to detect', 'alert.time_to_detect', 50) },
            empty: noAlerts,
          }),
        ],
        [
          12,
          figure({
            title: 'Time to recover',
            view,
            columns: { recover: percentile('Median time to recover, or until now', 'alert.lasted', 50) },
            empty: noAlerts,
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          48,
          within(
            'now-1y',
            savedSearch(
              'Open now: each with its events',
              openAlertSearchId,
              'no alert is open: all is well.',
            ),
          ),
        ],
      ],
    },
    { height: 16, panels: [[48, timeline(view, noAlerts)]] },
    {
      height: 12,
      panels: [
        [
          24,
          xy('bar_stacked', {
            title: 'Episodes by rule',
            view,
            columns: {
              time: overTime('event.start'),
              rule: top('Rule', 'rule.name', 15, 'episodes'),
              episodes: count('Episodes'),
            },
            empty: noAlerts,
            drilldowns: toRule,
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Episodes by severity',
            view,
            columns: { time: overTime('event.start'), ...countsOf(severities).columns },
            colours: countsOf(severities).colours,
            empty: noAlerts,
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
              open: count('Open', { where: open }),
              flapping: count('Flapping', { where: 'alert.flapping : true' }),
              longest: max('Longest, or until now', 'alert.lasted'),
              late: sum('Late events', 'alert.late_count', { format: 'number', decimals: 0 }),
            },
            failing: ['open'],
            empty: noAlerts,
            drilldowns: toRule,
          }),
        ],
        [
          24,
          table({
            title: 'Time to detect and to recover, by rule',
            view,
            columns: {
              rule: top('Rule', 'rule.name', 20, 'recover'),
              group: topOrNone('Group', 'alert.group', 5, 'recover'),
              recover: average('Time to recover, or until now, mean', 'alert.lasted'),
              detect: average('Time to detect, mean', 'alert.time_to_detect'),
              newest: last('Last time', 'event.start', 'date', 'event.start'),
            },
            empty: noAlerts,
            drilldowns: toRule,
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
            columns: { time: overTime('@timestamp'), ...countsOf(alertStates).columns },
            colours: countsOf(alertStates).colours,
            empty: noAlerts,
          }),
        ],
        [32, savedSearch('Every change, with its reason', transitionSearchId, noAlerts)],
      ],
    },
  ],
});
