import { figure, table } from '../charts.ts';
import { count, distinct, highest, max, min, overTime, ratio, sum, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { Views } from '../data-views.ts';
import { colours, countsOf, severities } from '../palette.ts';
import { xy } from '../xy.ts';

const time = overTime('@timestamp');
const noWindows =
  'no rule recorded a window in this time: there were no events for it, or its `record` is false.';
const noThreshold =
  'only conditions with one number, such as `>= 20`, have a threshold; rules of other kinds learn theirs.';

/** What rules measured, and how far that was from raising an alert. */
export const ruleDashboard = ({ windows: view, transitions }: Views): Dashboard => ({
  id: 'logboom-rules',
  title: 'logboom: Rules',
  description: 'The value of a rule against its threshold, with its alerts. Choose a rule at the top.',
  from: 'now-6h',
  controls: [
    { title: 'Rule', field: 'rule.name', view, single: true },
    { title: 'Group', field: 'window.group', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [12, figure({ title: 'Windows', view, columns: { windows: count('Windows') } })],
        [12, figure({ title: 'Rules', view, columns: { rules: distinct('Rules', 'rule.name') } })],
        [12, figure({ title: 'Groups', view, columns: { groups: distinct('Groups', 'window.group') } })],
        [
          12,
          figure({
            title: 'Alerts',
            view: transitions,
            columns: { alerts: count('Alerts that became active', { where: 'alert.to : active' }) },
            failsFrom: 1,
          }),
        ],
      ],
    },
    {
      height: 16,
      panels: [
        [
          48,
          xy('line', {
            title: 'Value against the threshold, and alerts',
            view,
            columns: {
              time,
              highest: max('Highest value of a group', 'window.value'),
              lowest: min('Lowest value of a group', 'window.value'),
              threshold: max('Threshold', 'window.threshold'),
            },
            colours: { highest: colours.amount, lowest: colours.plain, threshold: colours.failed },
            alerts: { view: transitions, filtered: true },
            empty: noWindows,
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
            title: 'Nearest to the threshold',
            view,
            where: 'window.threshold > 0',
            columns: {
              rule: top('Rule', 'rule.name', 20, 'value'),
              group: topOrNone('Group', 'window.group', 5, 'value'),
              value: max('Highest value', 'window.value'),
              threshold: max('Threshold', 'window.threshold'),
              ...ratio(
                'share',
                'Value in % of the threshold',
                highest('window.value'),
                highest('window.threshold'),
              ),
            },
            empty: noThreshold,
            drilldowns: [{ name: 'Alerts of this rule', dashboard: 'logboom-alerts-overview' }],
          }),
        ],
        [
          24,
          table({
            title: 'What rules counted',
            view,
            columns: {
              rule: top('Rule', 'rule.name', 20, 'events'),
              events: sum('Events in windows', 'window.count', { format: 'number', decimals: 0 }),
              windows: count('Windows'),
              late: sum('Events that came late', 'window.late_count', { format: 'number', decimals: 0 }),
              corrected: count('Corrected windows', { where: 'window.revision > 1' }),
            },
            empty: noWindows,
            drilldowns: [{ name: 'Alerts of this rule', dashboard: 'logboom-alerts-overview' }],
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
            title: 'Highest value by group',
            view,
            columns: {
              time,
              group: topOrNone('Group', 'window.group', 10, 'value'),
              value: max('Value', 'window.value'),
            },
            empty: noWindows,
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Alerts that became active, by severity',
            view: transitions,
            where: 'alert.to : active',
            columns: { time, ...countsOf(severities).columns },
            colours: countsOf(severities).colours,
            empty: 'no alert became active in this time.',
          }),
        ],
      ],
    },
  ],
});
