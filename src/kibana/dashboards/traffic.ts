import { figure, pie, table } from '../charts.ts';
import { count, distinct, overTime, percentile, rate, share, sum, top, topOrNone } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { View, Views } from '../data-views.ts';
import { colours, countsOf, failedRequests, statusClasses } from '../palette.ts';
import { xy } from '../xy.ts';

export const requests = 'http.response.status_code : *';
const time = overTime('@timestamp');
const failed = count('5xx', { where: failedRequests });
const bytes = sum('Bytes', 'http.response.body.bytes', { format: 'bytes' });
export const noRequests =
  'only events with `http.response.status_code` are requests: send an access log in a format that logboom reads (docs/formats.md).';

/** How many clients asked for something. */
export const clientCount = (view: View) =>
  figure({
    ...{ title: 'Clients', view, where: requests },
    columns: { clients: distinct('Clients', 'source.address') },
  });

function topRequests(view: View, title: string, label: string, field: string, empty = noRequests) {
  return table({
    title,
    view,
    where: requests,
    columns: { value: top(label, field, 20, 'requests'), requests: count('Requests'), failed, bytes },
    failing: ['failed'],
    empty,
    drilldowns: [{ name: 'Errors of this', dashboard: 'logboom-errors' }],
  });
}

/** Requests in access logs. */
export const traffic = ({ events: view, transitions }: Views): Dashboard => ({
  id: 'logboom-traffic',
  title: 'logboom: Traffic',
  description: 'Rate, status classes, latency, paths, clients, sections and bytes of HTTP requests.',
  from: 'now-24h',
  controls: [
    { title: 'Host', field: 'host.name', view },
    { title: 'Dataset', field: 'event.dataset', view },
    { title: 'Status', field: 'http.response.status_code', view },
  ],
  rows: [
    {
      height: 6,
      panels: [
        [12, figure({ title: 'Requests', view, where: requests, columns: { requests: count('Requests') } })],
        [12, clientCount(view)],
        [12, figure({ title: 'Failed', view, where: requests, columns: { failed }, failsFrom: 1 })],
        [12, figure({ title: 'Bytes', view, where: requests, columns: { bytes } })],
      ],
    },
    {
      height: 12,
      panels: [
        [
          24,
          xy('area', {
            title: 'Requests a second, and alerts',
            view,
            where: requests,
            columns: { time, rate: rate('Requests a second') },
            alerts: { view: transitions },
            empty: noRequests,
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Requests by status class',
            view,
            where: requests,
            columns: { time, ...countsOf(statusClasses).columns },
            colours: countsOf(statusClasses).colours,
            empty: noRequests,
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          16,
          xy('line', {
            title: 'Share of failed requests, and alerts',
            view,
            where: requests,
            columns: { time, ...share('share', '5xx of all requests', failedRequests) },
            colours: { share: colours.failed },
            alerts: { view: transitions },
            empty: noRequests,
          }),
        ],
        [
          16,
          xy('line', {
            title: 'Latency',
            view,
            where: `${requests} and event.duration : *`,
            columns: {
              time,
              p50: percentile('Median', 'event.duration', 50),
              p95: percentile('95th percentile', 'event.duration', 95),
              p99: percentile('99th percentile', 'event.duration', 99),
            },
            colours: { p50: colours.amount, p95: colours.warning, p99: colours.high },
            empty:
              'events have no `event.duration`: add `$request_time` (nginx) or `%D` (Apache) to the access log, and name its format in `parsers.formats`.',
          }),
        ],
        [
          16,
          xy('area', {
            title: 'Bytes sent',
            view,
            where: requests,
            columns: { time, bytes },
            empty: noRequests,
          }),
        ],
      ],
    },
    {
      height: 14,
      panels: [
        [24, topRequests(view, 'Top paths', 'Path', 'url.path')],
        [24, topRequests(view, 'Top clients', 'Client', 'source.address')],
      ],
    },
    {
      height: 14,
      panels: [
        [24, topRequests(view, 'Sections of the site', 'Section', 'url.section')],
        [
          12,
          pie({
            title: 'Methods',
            view,
            where: requests,
            columns: {
              method: top('Method', 'http.request.method', 8, 'requests'),
              requests: count('Requests'),
            },
            empty: noRequests,
          }),
        ],
        [
          12,
          table({
            title: 'Requests by host',
            view,
            where: requests,
            columns: {
              host: topOrNone('Host', 'host.name', 20, 'requests'),
              requests: count('Requests'),
              failed,
            },
            failing: ['failed'],
            empty: noRequests,
            drilldowns: [{ name: 'Errors of this host', dashboard: 'logboom-errors' }],
          }),
        ],
      ],
    },
  ],
});
