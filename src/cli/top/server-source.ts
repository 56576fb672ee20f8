import { userInfo } from 'node:os';
import type { AlertsAnswer, Traffic } from '../../dashboards/model.ts';
import { snapshotOf } from '../../dashboards/snapshot.ts';
import type { Status } from '../../telemetry/api/status.ts';
import { type ApiSource, ask } from '../api-client.ts';
import type { TopSource } from './source.ts';

const timeout = 30_000;

const pathOf = (path: string, params: Record<string, string>) => `${path}?${new URLSearchParams(params)}`;

/** The view of a running server, by its API; it may be on another machine. */
export function serverSource(api: ApiSource): TopSource {
  const by = () => userInfo().username || 'logboom top';
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return {
    ended: false,
    async read(query) {
      const stats = pathOf('/api/stats', { from: 'now-2m', ...(query !== '' && { q: query }) });
      const alerts = (state: string) => pathOf('/api/alerts', { state, from: 'now-24h', limit: '50' });
      const accepted = [400, 503];
      const [traffic, open, past, status] = await Promise.all([
        ask<Traffic & { error?: string }>(api, stats, { timeout, accepted }),
        ask<AlertsAnswer>(api, alerts('open'), { timeout }),
        ask<AlertsAnswer>(api, alerts('past'), { timeout }),
        ask<Status>(api, '/status', { timeout }),
      ]);
      if (traffic.error !== undefined) throw new Error(traffic.error);
      const seen = { traffic, status, alerts: open.alerts, past: past.alerts, title: api.url };
      return snapshotOf(seen, Date.now());
    },
    async explain(alert) {
      const accepted = [400, 404, 503];
      const path = pathOf('/explain', { alert });
      const found = await ask<{ error?: string; answer?: string; remarks?: string[] }>(api, path, {
        timeout: 300_000,
        accepted,
      });
      if (found.error !== undefined) throw new Error(found.error);
      return [found.answer ?? '', ...(found.remarks ?? [])];
    },
    async acknowledge(alert) {
      const body = { ids: [alert], by: by() };
      const { notOpen } = await ask<{ notOpen: string[] }>(api, '/alerts/acknowledge', { body });
      return notOpen.length === 0 ? `acknowledged by ${by()}` : 'the alert is not open any more';
    },
    async silence(rule, group) {
      const matchers = [`rule=${quoted(rule)}`, `group=${quoted(group)}`];
      await ask(api, '/silences', {
        body: { matchers, author: by(), comment: 'from logboom top', duration: '2h' },
      });
      return `silenced for 2 h by ${by()}`;
    },
    close: () => undefined,
  };
}
