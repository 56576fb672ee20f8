import { onTestFinished } from 'vitest';
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import { type DashboardParts, startDashboard } from '../../src/dashboards/dashboard.ts';
import { ruleSchema } from '../../src/rules/kinds/index.ts';
import { type ApiOptions, startApi } from '../../src/telemetry/api/api.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { status } from '../support/status.ts';
import { aStore, openOf } from './support.ts';

/** The API with the dashboard over a real embedded store; both end with the test. */
export async function anApi(
  changes: Partial<DashboardParts> = {},
  config: Partial<ApiOptions['config']> = {},
  more: Partial<ApiOptions> = {},
) {
  const { searcher, put, store } = await aStore();
  const health = { healthy: true, state: 'healthy' as const, reasons: [] };
  const dashboard = startDashboard({
    searcher,
    indices: () => ({
      ...{ events: 'logs-*', alerts: 'alerts', transitions: 'logs-logboom.alerts-*' },
      ...{ windows: 'metrics-logboom.windows-*', deadLetters: 'logs-logboom.deadletters-*' },
      reports: 'logs-logboom.reports-*',
    }),
    rules: () => [ruleSchema.parse({ kind: 'threshold', name: 'errors', when: '>= 5' }) as RuleConfig],
    openAlerts: openOf([]),
    silences: () => [],
    reports: () => [],
    verdicts: () => new Map(),
    ruleStates: async () => undefined,
    sources: async () => undefined,
    ...{ version: '1.2.3', newest: () => 7, health: async () => health },
    ...changes,
  });
  const api = await startApi({
    config: { host: '127.0.0.1', port: 0, ...config },
    status: () => status(),
    health: () => health,
    metrics: async () => '',
    instruments: silentInstruments(),
    dashboard: dashboard.addTo,
    ...more,
  });
  onTestFinished(async () => {
    await api.stop();
    await dashboard.stop();
  });
  return { api, put, store, dashboard };
}
