import type { KibanaConfig } from '../config/schema/kibana.ts';
import { isDefaultSpace } from '../util/kibana-space.ts';
import type { View, Views } from './data-views.ts';
import { idIn } from './ids.ts';
import { openAlertQuery } from './searches.ts';

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
  /** Kibana raises one alert for each value of this field. Its `{{alert.id}}` is the value. */
  each?: string;
  interval: string;
  over: [size: number, unit: 's' | 'm' | 'h' | 'd'];
  /** Number of documents. */
  when: ['>' | '<' | '>=' | '<=', number];
  /** Mustache, with Kibana's variables. */
  says: string;
  /** The same when the condition no longer holds. */
  ends: string;
}

function bodyOf(connectors: readonly Connector[], condition: Condition): KibanaRule {
  const { id, name, interval, says, ends } = condition;
  return {
    id,
    body: {
      name,
      rule_type_id: '.es-query',
      consumer: 'stackAlerts',
      schedule: { interval },
      tags: ['logboom'],
      params: paramsOf(condition),
      actions: connectors.flatMap((connector) => [
        action(connector, 'query matched', says),
        action(connector, 'recovered', ends),
      ]),
    },
  };
}

const action = ({ id, params }: Connector, group: string, message: string) => ({
  ...{ id, group, params: params(message) },
  frequency: { summary: false, notify_when: 'onActionGroupChange', throttle: null },
});

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
    ...(each === undefined ? { groupBy: 'all' } : { groupBy: 'top', termField: each, termSize: 100 }),
  };
}

/** Rules of the default space keep the ids that they have always had. */
const firstIds: Record<string, string> = {
  active: '6c6f6762-6f6f-5d01-8000-000000000001',
  critical: '6c6f6762-6f6f-5d01-8000-000000000002',
  windows: '6c6f6762-6f6f-5d01-8000-000000000003',
  'dead letters': '6c6f6762-6f6f-5d01-8000-000000000004',
};

const ruleId = (space: string | undefined, name: string) =>
  isDefaultSpace(space) ? firstIds[name]! : idIn(space, `rule ${name}`);

/**
 * Kibana alerting rules over logboom's indices, for people who manage their alerts in Kibana. They are created through
 * the API, for rules in an imported file would be disabled.
 *
 * The first rule watches the stream of transitions, for a document of an alert shows its last change alone: an alert that begins and ends
 * between two runs of Kibana would not be seen. The second one watches the documents, so that it lasts as long as the alert.
 */
export function rulesOf(views: Views, connectors: readonly Connector[], space?: string): KibanaRule[] {
  const { alerts, transitions, windows, deadLetters } = views;
  return [
    bodyOf(connectors, {
      id: ruleId(space, 'active'),
      name: 'logboom: alerts that became active',
      view: transitions,
      query: 'alert.to : active',
      each: 'alert.id',
      interval: '1m',
      over: [5, 'm'],
      when: ['>', 0],
      says: 'logboom: the alert {{alert.id}} became active. {{context.link}}',
      ends: 'logboom: the alert {{alert.id}} did not become active again within five minutes.',
    }),
    bodyOf(connectors, {
      id: ruleId(space, 'critical'),
      name: 'logboom: critical alerts',
      view: alerts,
      query: `alert.severity : critical and ${openAlertQuery}`,
      each: 'alert.id',
      interval: '1m',
      over: [30, 'd'],
      when: ['>', 0],
      says: 'logboom: the critical alert {{alert.id}} is open. {{context.link}}',
      ends: 'logboom: the critical alert {{alert.id}} is over.',
    }),
    bodyOf(connectors, {
      id: ruleId(space, 'windows'),
      name: 'logboom: no window results',
      view: windows,
      query: '',
      interval: '5m',
      over: [15, 'm'],
      when: ['<', 1],
      says: 'logboom wrote no window results for 15 minutes: no events, or no logboom. {{context.link}}',
      ends: 'logboom writes window results again.',
    }),
    bodyOf(connectors, {
      id: ruleId(space, 'dead letters'),
      name: 'logboom: dead letters',
      view: deadLetters,
      query: '',
      interval: '5m',
      over: [15, 'm'],
      when: ['>', 0],
      says: 'logboom: {{context.value}} documents went to the dead letters. {{context.link}}',
      ends: 'logboom: no document went to the dead letters for 15 minutes.',
    }),
  ];
}

/** Index and server log connectors work with the free licence; e-mail and Slack only where they are configured. */
export function connectorsOf({ connectors }: Pick<KibanaConfig, 'connectors'>, space?: string): Connector[] {
  const idOf = (name: string) => idIn(isDefaultSpace(space) ? undefined : space, `connector ${name}`);
  const { email, slack } = connectors;
  return [
    {
      id: idOf('server log'),
      name: 'logboom: log of the Kibana server',
      type: '.server-log',
      config: {},
      secrets: {},
      params: (message) => ({ level: 'warn', message }),
    },
    {
      id: idOf('index'),
      name: 'logboom: index of what Kibana said',
      type: '.index',
      config: { index: 'logboom-kibana-alerts', refresh: false, executionTimeField: '@timestamp' },
      secrets: {},
      params: (message) => ({
        documents: [{ message, 'rule.name': '{{rule.name}}', 'rule.id': '{{rule.id}}' }],
      }),
    },
    ...(slack === undefined
      ? []
      : [
          {
            id: idOf('slack'),
            name: 'logboom: Slack',
            type: '.slack' as const,
            config: {},
            secrets: { webhookUrl: slack.url },
            params: (message: string) => ({ message }),
          },
        ]),
    ...(email === undefined ? [] : [emailConnector(email, idOf('email'))]),
  ];
}

type Email = NonNullable<KibanaConfig['connectors']['email']>;

function emailConnector({ from, to, host, port, secure, user, password }: Email, id: string): Connector {
  const hasAuth = user !== undefined;
  return {
    id,
    name: 'logboom: e-mail',
    type: '.email',
    config: { service: 'other', from, host, port, secure, hasAuth },
    secrets: hasAuth ? { user, password } : {},
    params: (message) => ({ to, subject: '{{rule.name}}', message }),
  };
}
