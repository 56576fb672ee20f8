import { type Chart, type Filled, idsOf, layerId, lens } from './charts.ts';
import type { View } from './data-views.ts';
import { colours } from './palette.ts';
import type { Reference } from './saved-object.ts';

type Series = 'line' | 'area' | 'area_stacked' | 'bar' | 'bar_stacked' | 'bar_horizontal';

interface XyOptions extends Filled {
  /** Marks each alert that became active on the time axis. */
  alerts?: Annotations;
}

interface Annotations {
  /** The data view of the transitions. */
  view: View;
  /** The controls and the filters of the dashboard hold for the marks, too: the transitions have their fields. */
  filtered?: boolean;
}

const annotationLayerId = 'alerts';
const nothing = { x: false, yLeft: false, yRight: false };

/** The first bucket is the x axis, a second one splits. The panel's title and the legend name what is shown; the axes do not again. */
export function xy(series: Series, options: XyOptions): Chart {
  const { columns, alerts } = options;
  const [xAccessor, splitAccessor] = idsOf(columns, true);
  const accessors = idsOf(columns, false);
  const [only] = accessors;
  const coloured =
    options.colours ??
    (accessors.length === 1 && splitAccessor === undefined ? { [only!]: colours.amount } : {});
  const data = {
    ...{ layerId, layerType: 'data', seriesType: series, xAccessor, accessors },
    ...(splitAccessor !== undefined && { splitAccessor }),
    yConfig: Object.entries(coloured).map(([forAccessor, color]) => ({
      forAccessor,
      color,
      axisMode: 'left',
    })),
  };
  const visualization = {
    preferredSeriesType: series,
    legend: {
      isVisible: splitAccessor !== undefined || accessors.length > 1,
      ...{ position: 'bottom', showSingleSeries: false, shouldTruncate: true, maxLines: 1 },
    },
    valueLabels: 'hide',
    fittingFunction: 'None',
    axisTitlesVisibilitySettings: nothing,
    layers: [data, ...(alerts === undefined ? [] : [annotations(alerts)])],
  };
  return lens(options, 'lnsXY', visualization, alerts === undefined ? [] : [annotated(alerts)]);
}

const annotated = ({ view }: Annotations): Reference => ({
  name: `xy-visualization-layer-${annotationLayerId}`,
  type: 'index-pattern',
  id: view.id,
});

function annotations({ view, filtered = false }: Annotations) {
  const opened = {
    type: 'query',
    id: 'alert-opened',
    label: 'Alert became active',
    key: { type: 'point_in_time' },
    timeField: view.time,
    filter: { type: 'kibana_query', query: 'alert.to : active', language: 'kuery' },
    ...{ icon: 'alert', color: colours.failed, isHidden: false, lineWidth: 1 },
    ...{ textVisibility: true, textField: 'rule.name' },
    extraFields: ['rule.name', 'alert.group', 'alert.severity'],
  };
  return {
    layerId: annotationLayerId,
    layerType: 'annotations',
    ignoreGlobalFilters: !filtered,
    annotations: [opened],
  };
}
