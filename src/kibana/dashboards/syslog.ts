import { figure, pie, table } from '../charts.ts';
import { count, distinct, last, overTime, rate, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { Views } from '../data-views.ts';
import { countsOf, errorQuery, levels } from '../palette.ts';
import { savedSearch } from '../panels.ts';
import { syslogSearchId, syslogQuery as where } from '../searches.ts';
import { xy } from '../xy.ts';

const time = overTime('@timestamp');
const noSyslog =
  'no event is of syslog: open a syslog input (docs/inputs.md), or read the files of syslog with the parser `syslog`.';
const noPriority =
  'the lines have no priority, as in files of syslog; senders over the network write it, and rsyslog with a template.';
const errors = count('Errors', { where: errorQuery });
const newest = last('Last seen', '@timestamp', 'date', '@timestamp');

/** Messages of syslog by severity, machine and program. */
export const syslogDashboard = ({ events: view, transitions }: Views): Dashboard => ({
  id: 'logboom-syslog',
  title: 'logboom: Syslog',
  description: 'Messages of syslog by severity, machine, program and facility.',
  from: 'now-24h',
  controls: [
    { title: 'Machine', field: 'host.hostname', view },
    { title: 'Program', field: 'log.syslog.appname', view },
    { title: 'Facility', field: 'log.syslog.facility.name', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [12, figure({ title: 'Messages', view, where, columns: { messages: count('Messages') } })],
        [12, figure({ title: 'Errors', view, where, columns: { errors }, failsFrom: 1 })],
        [
          12,
          figure({
            title: 'Machines',
            view,
            where,
            columns: { hosts: distinct('Machines', 'host.hostname') },
          }),
        ],
        [
          12,
          figure({
            title: 'Programs',
            view,
            where,
            columns: { programs: distinct('Programs', 'log.syslog.appname') },
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
            title: 'Messages by severity, and alerts',
            view,
            where: `(${where}) and log.level : *`,
            columns: { time, ...countsOf(levels).columns },
            colours: countsOf(levels).colours,
            alerts: { view: transitions },
            empty: noPriority,
          }),
        ],
        [
          24,
          xy('line', {
            title: 'Messages a second by machine',
            view,
            where,
            columns: {
              time,
              host: topOrNone('Machine', 'host.hostname', 10, 'rate'),
              rate: rate('Messages a second'),
            },
            empty: noSyslog,
          }),
        ],
      ],
    },
    {
      height: 14,
      panels: [
        [
          18,
          table({
            title: 'Programs by messages',
            view,
            where,
            columns: {
              program: topOrNone('Program', 'log.syslog.appname', 20, 'messages'),
              messages: count('Messages'),
              errors,
              newest,
            },
            failing: ['errors'],
            empty: noSyslog,
          }),
        ],
        [
          18,
          table({
            title: 'Machines by messages',
            view,
            where,
            columns: {
              host: topOrNone('Machine', 'host.hostname', 20, 'messages'),
              messages: count('Messages'),
              errors,
              newest,
            },
            failing: ['errors'],
            empty: noSyslog,
          }),
        ],
        [
          12,
          pie({
            title: 'Facilities',
            view,
            where: 'log.syslog.facility.name : *',
            columns: {
              facility: top('Facility', 'log.syslog.facility.name', 12, 'messages'),
              messages: count('Messages'),
            },
            empty: noPriority,
          }),
        ],
      ],
    },
    { height: 16, panels: [[48, savedSearch('Messages in words', syslogSearchId, noSyslog)]] },
  ],
});
