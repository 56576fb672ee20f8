import { figure, table } from '../charts.ts';
import { count, distinct, last, overTime, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { Views } from '../data-views.ts';
import { countsOf, outcomes } from '../palette.ts';
import { savedSearch } from '../panels.ts';
import { loginSearchId } from '../searches.ts';
import { xy } from '../xy.ts';

const time = overTime('@timestamp');
const login = 'event.action : ssh_login';
const failure = 'event.outcome : failure';
const nothingOf = (program: string) =>
  `no message of ${program} was read: send the syslog of the machines, or \`/var/log/auth.log\`, as \`syslog\`.`;
const noLogins = nothingOf('sshd');
const noSudo = nothingOf('sudo');
const noPlaces =
  'failed logins have no `source.geo`: name databases with `parsers.enrich.geoip` (MaxMind files).';
const failures = count('Failures', { where: failure });
const successes = count('Successes', { where: 'event.outcome : success' });
const newest = last('Last time', '@timestamp', 'date', '@timestamp');

/** Logins by SSH, sudo and su, sessions and accounts. */
export const loginDashboard = ({ events: view, transitions }: Views): Dashboard => ({
  id: 'logboom-logins',
  title: 'logboom: Logins and sudo',
  description: 'Logins by SSH and where they come from, commands of sudo, sessions and accounts.',
  from: 'now-24h',
  controls: [
    { title: 'Machine', field: 'host.hostname', view },
    { title: 'User', field: 'user.name', view },
    { title: 'Address', field: 'source.address', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [
          12,
          figure({
            title: 'Failed logins',
            view,
            where: login,
            columns: { failed: count('Failed logins', { where: failure }) },
            failsFrom: 1,
          }),
        ],
        [
          12,
          figure({
            title: 'Logins',
            view,
            where: login,
            columns: { logins: count('Logins', { where: 'event.outcome : success' }) },
          }),
        ],
        [
          12,
          figure({
            title: 'Addresses with failures',
            view,
            where: `${login} and ${failure}`,
            columns: { addresses: distinct('Addresses with failed logins', 'source.address') },
          }),
        ],
        [
          12,
          figure({
            title: 'Commands of sudo',
            view,
            where: 'event.action : sudo',
            columns: { commands: count('Commands of sudo') },
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
            title: 'Logins by outcome, and alerts',
            view,
            where: login,
            columns: { time, ...countsOf(outcomes).columns },
            colours: countsOf(outcomes).colours,
            alerts: { view: transitions },
            empty: noLogins,
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Use of sudo and su by outcome',
            view,
            where: 'event.action : (sudo or su)',
            columns: { time, ...countsOf(outcomes).columns },
            colours: countsOf(outcomes).colours,
            empty: noSudo,
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
            title: 'Addresses of logins',
            view,
            where: login,
            columns: {
              address: topOrNone('Address', 'source.address', 20, 'failures'),
              failures,
              users: distinct('Names tried', 'user.name'),
              successes,
              newest,
            },
            failing: ['failures'],
            empty: noLogins,
            drilldowns: [{ name: 'Requests of this address', dashboard: 'logboom-traffic' }],
          }),
        ],
        [
          24,
          table({
            title: 'Names of logins',
            view,
            where: login,
            columns: {
              user: topOrNone('User', 'user.name', 20, 'failures'),
              failures,
              successes,
              addresses: distinct('Addresses', 'source.address'),
              newest,
            },
            failing: ['failures'],
            empty: noLogins,
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
            title: 'Commands by sudo',
            view,
            where: 'event.action : sudo',
            columns: {
              user: top('User', 'user.name', 10, 'times'),
              as: topOrNone('As', 'user.effective.name', 5, 'times'),
              command: topOrNone('Command', 'process.command_line', 10, 'times'),
              times: count('Times'),
              failures,
            },
            failing: ['failures'],
            empty: noSudo,
          }),
        ],
        [
          12,
          table({
            title: 'Failed logins by country',
            view,
            where: `${login} and ${failure} and source.geo.country_name : *`,
            columns: {
              country: top('Country', 'source.geo.country_name', 20, 'failures'),
              failures: count('Failures'),
            },
            failing: ['failures'],
            empty: noPlaces,
          }),
        ],
        [
          12,
          table({
            title: 'Sessions and accounts',
            view,
            where:
              'event.action : (session_opened or session_closed or changed-password or added-user-account or added-group-account or deleted-user-account)',
            columns: {
              action: top('Action', 'event.action', 10, 'times'),
              user: topOrNone('User', 'user.name', 10, 'times'),
              times: count('Times'),
            },
            empty: noLogins,
          }),
        ],
      ],
    },
    { height: 16, panels: [[48, savedSearch('What the programs wrote', loginSearchId, noLogins)]] },
  ],
});
