import { figure, table } from '../charts.ts';
import { count, distinct, last, overTime, rate, share, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { View, Views } from '../data-views.ts';
import { colours, countsOf, errorQuery as errors, levels } from '../palette.ts';
import { savedSearch } from '../panels.ts';
import { errorSearchId } from '../searches.ts';
import { xy } from '../xy.ts';

/** Such an alert is recognised by its reason alone, and the document of an episode has the reason of its end. */
export const newTermWords = 'is new: not seen within';
const time = overTime('@timestamp');
const noErrors =
  'no event in this time is an error: none has a level from error upwards, a status from 500 on, or `error.message`.';
const noLevels = 'no event has `log.level`: access logs have none; logs of programs have (docs/formats.md).';

function by(view: View, title: string, label: string, field: string) {
  return table({
    title,
    view,
    columns: {
      value: topOrNone(label, field, 20, 'errors'),
      errors: count('Errors', { where: errors }),
      ...share('share', 'Share of its events', errors),
      events: count('Events'),
      kinds: distinct('Different kinds', 'error.type', { where: errors }),
    },
    failing: ['errors'],
    empty: 'there are no events in this time.',
    drilldowns: [{ name: 'Traffic of this', dashboard: 'logboom-traffic' }],
  });
}

const overTimeBy = (view: View, title: string, label: string, field: string) =>
  xy('bar_stacked', {
    title,
    view,
    where: errors,
    columns: { time, value: topOrNone(label, field, 10, 'errors'), errors: count('Errors') },
    empty: noErrors,
  });

/** Errors: which, where, and since when. */
export const errorDashboard = ({ events: view, transitions }: Views): Dashboard => ({
  id: 'logboom-errors',
  title: 'logboom: Errors',
  description: 'Rate and share of errors by service and host, their messages, and what is new.',
  from: 'now-24h',
  controls: [
    { title: 'Service', field: 'service.name', view },
    { title: 'Host', field: 'host.name', view },
    { title: 'Level', field: 'log.level', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [
          12,
          figure({
            title: 'Errors',
            view,
            columns: { errors: count('Errors', { where: errors }) },
            failsFrom: 1,
          }),
        ],
        [
          12,
          figure({
            title: 'Errors a second',
            view,
            columns: { rate: rate('Errors a second', { where: errors }) },
          }),
        ],
        [
          12,
          figure({
            title: 'Hosts with errors',
            view,
            where: errors,
            columns: { hosts: distinct('Hosts with errors', 'host.name') },
          }),
        ],
        [
          12,
          figure({
            title: 'Services with errors',
            view,
            where: errors,
            columns: { services: distinct('Services with errors', 'service.name') },
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
            title: 'Share of errors, and alerts',
            view,
            columns: { time, ...share('share', 'Errors of all events', errors) },
            colours: { share: colours.failed },
            alerts: { view: transitions },
            empty: 'there are no events in this time.',
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Events by level',
            view,
            where: 'log.level : *',
            columns: { time, ...countsOf(levels).columns },
            colours: countsOf(levels).colours,
            empty: noLevels,
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [24, overTimeBy(view, 'Errors by service', 'Service', 'service.name')],
        [24, overTimeBy(view, 'Errors by host', 'Host', 'host.name')],
      ],
    },
    {
      height: 14,
      panels: [
        [24, by(view, 'Services', 'Service', 'service.name')],
        [24, by(view, 'Hosts', 'Host', 'host.name')],
      ],
    },
    {
      height: 14,
      panels: [
        [
          24,
          table({
            title: 'Kinds of errors',
            view,
            where: errors,
            columns: {
              type: topOrNone('Type', 'error.type', 20, 'errors'),
              errors: count('Errors'),
              newest: last('Last seen', '@timestamp', 'date', '@timestamp'),
            },
            failing: ['errors'],
            empty: noErrors,
          }),
        ],
        [
          24,
          table({
            title: 'New: found by rules of the kind new-term',
            view: transitions,
            where: `alert.to : active and alert.reason : "${newTermWords}"`,
            columns: {
              rule: top('Rule', 'rule.name', 10, 'alerts'),
              group: topOrNone('Group', 'alert.group', 10, 'alerts'),
              alerts: count('Alerts'),
              newest: last('Last time', '@timestamp', 'date', '@timestamp'),
            },
            empty: 'no rule of the kind `new-term` raised an alert in this time (docs/rules.md).',
            drilldowns: [{ name: 'Alerts of this rule', dashboard: 'logboom-alerts-overview' }],
          }),
        ],
      ],
    },
    { height: 16, panels: [[48, savedSearch('Messages', errorSearchId, noErrors)]] },
  ],
});
