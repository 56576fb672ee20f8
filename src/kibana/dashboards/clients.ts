import { figure, pie, table } from '../charts.ts';
import { count, distinct, overTime, share, sum, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { View, Views } from '../data-views.ts';
import { failedRequests } from '../palette.ts';
import { xy } from '../xy.ts';
import { clientCount, noRequests, requests } from './traffic.ts';

const time = overTime('@timestamp');
const noAgents =
  'events have no `user_agent.name`: set `parsers.enrich.userAgent: true`; the access log must have user agents.';
const noPlaces =
  'events have no `source.geo`: name databases with `parsers.enrich.geoip` (MaxMind files). Private addresses are nowhere.';
const noNetworks =
  'events have no `source.as`: name a database of autonomous systems with `parsers.enrich.geoip`.';
const noScopes = 'events have no `source.address_scope`: set `parsers.enrich.addressScopes: true`.';
const toErrors = [{ name: 'Errors of these', dashboard: 'logboom-errors' }];

const slices = (view: View, title: string, label: string, field: string, empty: string) =>
  pie({
    title,
    view,
    where: `${field} : *`,
    columns: { value: top(label, field, 8, 'requests'), requests: count('Requests') },
    empty,
  });

const rows = (view: View, title: string, label: string, field: string, empty: string) =>
  table({
    title,
    view,
    where: `${field} : *`,
    columns: {
      value: top(label, field, 20, 'requests'),
      requests: count('Requests'),
      ...share('share', 'Failed', failedRequests),
      clients: distinct('Clients', 'source.address'),
      bytes: sum('Bytes', 'http.response.body.bytes', { format: 'bytes' }),
    },
    empty,
    drilldowns: toErrors,
  });

/** Who asks: programs, systems, places and networks, as far as events are enriched. */
export const clientDashboard = ({ events: view }: Views): Dashboard => ({
  id: 'logboom-clients',
  title: 'logboom: Clients',
  description: 'Browsers, systems, devices, countries, cities and networks of clients.',
  from: 'now-24h',
  controls: [
    { title: 'Browser', field: 'user_agent.name', view },
    { title: 'Country', field: 'source.geo.country_name', view },
    { title: 'Host', field: 'host.name', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [12, clientCount(view)],
        [12, figure({ title: 'Browsers', view, columns: { all: distinct('Browsers', 'user_agent.name') } })],
        [
          12,
          figure({
            title: 'Countries',
            view,
            columns: { all: distinct('Countries', 'source.geo.country_name') },
          }),
        ],
        [
          12,
          figure({
            title: 'Networks',
            view,
            columns: { all: distinct('Networks', 'source.as.organization.name') },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [16, slices(view, 'Requests by browser', 'Browser', 'user_agent.name', noAgents)],
        [16, slices(view, 'Requests by system', 'System', 'user_agent.os.name', noAgents)],
        [16, slices(view, 'Requests by device', 'Device', 'user_agent.device.name', noAgents)],
      ],
    },
    {
      height: 12,
      panels: [
        [
          32,
          xy('bar_stacked', {
            title: 'Requests by country over time',
            view,
            where: requests,
            columns: {
              time,
              country: topOrNone('Country', 'source.geo.country_name', 10, 'requests'),
              requests: count('Requests'),
            },
            empty: noRequests,
          }),
        ],
        [16, slices(view, 'Requests by scope of the address', 'Scope', 'source.address_scope', noScopes)],
      ],
    },
    {
      height: 14,
      panels: [
        [24, rows(view, 'By country', 'Country', 'source.geo.country_name', noPlaces)],
        [24, rows(view, 'By city', 'City', 'source.geo.city_name', noPlaces)],
      ],
    },
    {
      height: 14,
      panels: [
        [24, rows(view, 'By network', 'Network', 'source.as.organization.name', noNetworks)],
        [
          24,
          table({
            title: 'By user agent, as it was sent',
            view,
            where: requests,
            columns: {
              agent: topOrNone('User agent', 'user_agent.original', 20, 'requests'),
              requests: count('Requests'),
              ...share('share', 'Failed', failedRequests),
            },
            empty: noRequests,
            drilldowns: toErrors,
          }),
        ],
      ],
    },
  ],
});
