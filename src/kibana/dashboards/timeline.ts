import type { View } from '../data-views.ts';
import { severities } from '../palette.ts';
import { vega } from '../panels.ts';

const fields = ['event.start', 'event.end', 'rule.name'];
const alertFields = ['group', 'severity', 'status', 'reason'].map((name) => `alert.${name}`);
const exact = 'yearmonthdatehoursminutesseconds';

/** Episodes as bars from their start to their end, or to now; Lens has no chart with two times. */
export const timeline = (view: View, empty: string) =>
  vega(
    'Episodes from their start to their end, or to now',
    {
      $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
      data: {
        url: {
          '%context%': true,
          '%timefield%': view.time,
          index: view.title,
          body: { size: 1000, sort: [{ 'event.start': 'desc' }], _source: [...fields, ...alertFields] },
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
        { calculate: 'datum._source.alert.status', as: 'status' },
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
          title: null,
          scale: {
            domain: Object.keys(severities),
            range: Object.values(severities).map(({ colour }) => colour),
          },
        },
        tooltip: [
          { field: 'alert', type: 'nominal' },
          { field: 'severity', type: 'nominal' },
          { field: 'status', type: 'nominal' },
          { field: 'start', type: 'temporal', timeUnit: exact },
          { field: 'end', type: 'temporal', timeUnit: exact },
          { field: 'reason', type: 'nominal' },
        ],
      },
    },
    empty,
  );
