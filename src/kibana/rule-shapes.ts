import type { View } from './data-views.ts';

/** A connector, through which Kibana sends a rule's message. */
export interface Connector {
  id: string;
  name: string;
  type: '.server-log' | '.index' | '.email' | '.slack';
  config: Record<string, unknown>;
  secrets: Record<string, unknown>;
  /** The parameters of an action with this message. */
  params: (message: string) => Record<string, unknown>;
}

/** The body of `POST /api/alerting/rule/<id>`. */
export interface KibanaRule {
  id: string;
  body: {
    name: string;
    rule_type_id: '.es-query';
    consumer: 'stackAlerts';
    schedule: { interval: string };
    tags: string[];
    params: Record<string, unknown>;
    actions: Record<string, unknown>[];
  };
}

interface Condition {
  id: string;
  name: string;
  view: View;
  /** KQL; empty for all documents. */
  query: string;
  /** Kibana raises one alert for each value of this field. */
  each?: string;
  interval: string;
  over: [size: number, unit: 's' | 'm' | 'h' | 'd'];
  /** Number of documents. */
  when: ['>' | '<' | '>=' | '<=', number];
  /** Mustache, with Kibana's variables. */
  says: string;
}

export function bodyOf(connectors: readonly Connector[], condition: Condition): KibanaRule {
  const { id, name, interval, says } = condition;
  return {
    id,
    body: {
      name,
      rule_type_id: '.es-query',
      consumer: 'stackAlerts',
      schedule: { interval },
      tags: ['logboom'],
      params: paramsOf(condition),
      actions: connectors.map((connector) => ({
        id: connector.id,
        group: 'query matched',
        params: connector.params(says),
        frequency: { summary: false, notify_when: 'onActionGroupChange', throttle: null },
      })),
    },
  };
}

function paramsOf({
  view,
  query,
  each,
  over: [timeWindowSize, timeWindowUnit],
  when: [comparator, bound],
}: Condition) {
  return {
    searchType: 'searchSource',
    searchConfiguration: { query: { language: 'kuery', query }, index: view.id },
    timeField: view.time,
    timeWindowSize,
    timeWindowUnit,
    threshold: [bound],
    thresholdComparator: comparator,
    size: 10,
    aggType: 'count',
    excludeHitsFromPreviousRun: false,
    ...(each === undefined ? { groupBy: 'all' } : { groupBy: 'top', termField: each, termSize: 20 }),
  };
}
