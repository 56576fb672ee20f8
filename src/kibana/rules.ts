import type { KibanaConfig } from '../config/schema/kibana.ts';
import type { Views } from './data-views.ts';
import { bodyOf, type Connector, type KibanaRule } from './rule-shapes.ts';

/**
 * Kibana alerting rules over logboom's indices, for people who manage their alerts in Kibana. They are created through
 * the API, for rules in an imported file would be disabled.
 */
export function rulesOf(views: Views, connectors: readonly Connector[]): KibanaRule[] {
  const { alerts, windows, deadLetters } = views;
  return [
    bodyOf(connectors, {
      id: '6c6f6762-6f6f-5d01-8000-000000000001',
      name: 'logboom: alerts that became active',
      view: alerts,
      query: 'alert.status : active',
      each: 'rule.name',
      interval: '1m',
      over: [5, 'm'],
      when: ['>', 0],
      says: 'logboom: {{context.value}} alerts of the rule {{context.group}} became active. {{context.link}}',
    }),
    bodyOf(connectors, {
      id: '6c6f6762-6f6f-5d01-8000-000000000002',
      name: 'logboom: critical alerts',
      view: alerts,
      query: 'alert.status : active and alert.severity : critical',
      interval: '1m',
      over: [5, 'm'],
      when: ['>', 0],
      says: 'logboom: {{context.value}} critical alerts are active. {{context.link}}',
    }),
    bodyOf(connectors, {
      id: '6c6f6762-6f6f-5d01-8000-000000000003',
      name: 'logboom: no window results',
      view: windows,
      query: '',
      interval: '5m',
      over: [15, 'm'],
      when: ['<', 1],
      says: 'logboom wrote no window results for 15 minutes: no events, or no logboom. {{context.link}}',
    }),
    bodyOf(connectors, {
      id: '6c6f6762-6f6f-5d01-8000-000000000004',
      name: 'logboom: dead letters',
      view: deadLetters,
      query: '',
      interval: '5m',
      over: [15, 'm'],
      when: ['>', 0],
      says: 'logboom: {{context.value}} documents went to the dead letters. {{context.link}}',
    }),
  ];
}

/** Index and server log connectors work with the free licence; e-mail and Slack only where they are configured. */
export function connectorsOf({ connectors }: Pick<KibanaConfig, 'connectors'>): Connector[] {
  const { email, slack } = connectors;
  return [
    {
      id: 'logboom-server-log',
      name: 'logboom: log of the Kibana server',
      type: '.server-log',
      config: {},
      secrets: {},
      params: (message) => ({ level: 'warn', message }),
    },
    {
      id: 'logboom-index',
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
            id: 'logboom-slack',
            name: 'logboom: Slack',
            type: '.slack' as const,
            config: {},
            secrets: { webhookUrl: slack.url },
            params: (message: string) => ({ message }),
          },
        ]),
    ...(email === undefined ? [] : [emailConnector(email)]),
  ];
}

type Email = NonNullable<KibanaConfig['connectors']['email']>;

function emailConnector({ from, to, host, port, secure, user, password }: Email): Connector {
  const hasAuth = user !== undefined;
  return {
    id: 'logboom-email',
    name: 'logboom: e-mail',
    type: '.email',
    config: { service: 'other', from, host, port, secure, hasAuth },
    secrets: hasAuth ? { user, password } : {},
    params: (message) => ({ to, subject: '{{rule.name}}', message }),
  };
}
