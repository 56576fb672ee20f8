import { figure, savedSearch, table, xy } from '../charts.ts';
import { count, distinct, last, overTime, rate, split, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { View, Views } from '../data-views.ts';
import { errorQuery, errorSearchId } from '../searches.ts';

const errors = errorQuery;
/** Such an alert is recognised by its reason alone, and the document of an episode has the reason of its end. */
export const newTermWords = 'is new: not seen within';
const time = overTime('@timestamp');
const parts = { errors, others: `not (${errors})` };

function by(view: View, title: string, label: string, field: string) {
  return table({
    title,
    view,
    columns: {
      value: top(label, field, 20, 'errors'),
      errors: count('Errors', { where: errors }),
      events: count('Events'),
      kinds: distinct('Different kinds', 'error.type', { where: errors }),
    },
  });
}

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
        [12, figure({ title: 'Errors', view, columns: { errors: count('Errors', { where: errors }) } })],
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
            columns: { hosts: distinct('Hosts', 'host.name') },
          }),
        ],
        [
          12,
          figure({
            title: 'Services with errors',
            view,
            where: errors,
            columns: { services: distinct('Services', 'service.name') },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          24,
          xy('bar_stacked', {
            title: 'Errors by service',
            view,
            where: errors,
            columns: { time, service: top('Service', 'service.name', 10, 'errors'), errors: count('Errors') },
          }),
        ],
        [
          24,
          xy('bar_percentage_stacked', {
            title: 'Share of errors',
            view,
            columns: { time, part: split('Events', parts), events: count('Events') },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          24,
          xy('bar_stacked', {
            title: 'Errors by host',
            view,
            where: errors,
            columns: { time, host: top('Host', 'host.name', 10, 'errors'), errors: count('Errors') },
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Levels',
            view,
            where: 'log.level : *',
            columns: { time, level: top('Level', 'log.level', 10, 'events'), events: count('Events') },
          }),
        ],
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
              type: top('Type', 'error.type', 20, 'errors'),
              errors: count('Errors'),
              newest: last('Last seen', '@timestamp', 'date', '@timestamp'),
            },
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
          }),
        ],
      ],
    },
    { height: 16, panels: [[48, savedSearch('Messages', errorSearchId)]] },
  ],
});
