import { figure, pie, table, xy } from '../charts.ts';
import { count, distinct, overTime, percentile, rate, split, sum, top } from '../columns.ts';
import type { Dashboard } from '../dashboard.ts';
import type { View, Views } from '../data-views.ts';

const requests = 'http.response.status_code : *';
const time = overTime('@timestamp');

const statusClasses = {
  '2xx': 'http.response.status_code >= 200 and http.response.status_code < 300',
  '3xx': 'http.response.status_code >= 300 and http.response.status_code < 400',
  '4xx': 'http.response.status_code >= 400 and http.response.status_code < 500',
  '5xx': 'http.response.status_code >= 500',
};

function topRequests(view: View, title: string, label: string, field: string) {
  return table({
    title,
    view,
    where: requests,
    columns: {
      value: top(label, field, 20, 'requests'),
      requests: count('Requests'),
      failed: count('5xx', { where: statusClasses['5xx'] }),
      bytes: sum('Bytes', 'http.response.body.bytes', { format: 'bytes' }),
    },
  });
}

/** Requests in access logs. */
export const traffic = ({ events: view }: Views): Dashboard => ({
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
        [
          12,
          figure({
            title: 'Clients',
            view,
            where: requests,
            columns: { clients: distinct('Clients', 'source.address') },
          }),
        ],
        [
          12,
          figure({
            title: 'Failed',
            view,
            where: requests,
            columns: { failed: count('5xx', { where: statusClasses['5xx'] }) },
          }),
        ],
        [
          12,
          figure({
            title: 'Bytes',
            view,
            where: requests,
            columns: { bytes: sum('Bytes', 'http.response.body.bytes', { format: 'bytes' }) },
          }),
        ],
      ],
    },
    {
      height: 12,
      panels: [
        [
          24,
          xy('area', {
            title: 'Requests a second',
            view,
            where: requests,
            columns: { time, rate: rate('Requests a second') },
          }),
        ],
        [
          24,
          xy('bar_stacked', {
            title: 'Status classes',
            view,
            where: requests,
            columns: { time, class: split('Status', statusClasses), requests: count('Requests') },
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
            title: 'Latency',
            view,
            where: `${requests} and event.duration : *`,
            columns: {
              time,
              p50: percentile('Median', 'event.duration', 50),
              p95: percentile('95th percentile', 'event.duration', 95),
              p99: percentile('99th percentile', 'event.duration', 99),
            },
          }),
        ],
        [
          24,
          xy('area', {
            title: 'Bytes sent',
            view,
            where: requests,
            columns: { time, bytes: sum('Bytes', 'http.response.body.bytes', { format: 'bytes' }) },
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
          }),
        ],
        [
          12,
          table({
            title: 'User agents',
            view,
            where: requests,
            columns: {
              agent: top('User agent', 'user_agent.original', 20, 'requests'),
              requests: count('Requests'),
            },
          }),
        ],
      ],
    },
  ],
});
