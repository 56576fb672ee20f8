import type { Config } from '../config/schema/schema.ts';
import { type Dashboard, startDashboard } from '../dashboards/dashboard.ts';
import type { AlertRow, ReportRow } from '../dashboards/model.ts';
import type { Indices } from '../dashboards/routes/table.ts';
import type { OpenAlerts } from '../dashboards/search/alerts.ts';
import { searcherOf } from '../dashboards/search/searcher.ts';
import type { Episode, Handling } from '../model.ts';
import type { describePipeline } from '../monitoring/describe.ts';
import type { AlertActions } from '../telemetry/api/alerts.ts';
import type { RuleState } from '../telemetry/components/pipeline.ts';
import type { SourcesReport } from '../telemetry/components/sources.ts';
import { version } from '../util/files.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import type { Pipeline } from './pipeline.ts';
import type { Running } from './reload.ts';

interface DashboardSources {
  running: Running;
  store: EmbeddedStore | undefined;
  pipeline: Pipeline;
  alerts: AlertActions;
  reports: () => ReportRow[];
  described: Pick<ReturnType<typeof describePipeline>, 'health'>;
}

/** The dashboard over a running pipeline and its sink. */
export function dashboardOf({
  running,
  store,
  pipeline,
  alerts,
  reports,
  described,
}: DashboardSources): Dashboard {
  const { analyser, journal, delivery } = pipeline;
  return startDashboard({
    version,
    searcher: searcherOf(() => store?.elasticsearch ?? running.config.elasticsearch!),
    indices: () => indicesOf(running.config),
    rules: () => running.config.rules,
    openAlerts: openAlerts(delivery),
    silences: alerts.silences,
    reports,
    verdicts: () => delivery.dispatcher.verdicts.counts(),
    ruleStates: () => analyser.call<Record<string, RuleState>>('rules'),
    sources: () => analyser.call<SourcesReport>('sources'),
    newest: () => journal.fill.newest,
    health: described.health,
  });
}

/** Events are in data streams, or in the indices of a pattern, whose variable parts may be anything. */
function indicesOf({ indexing: { alerts, index } }: Config): Indices {
  const named = index?.replace(/%\{[^}]*\}/g, '*').replace(/\*[-._*]*\*/g, '*');
  return {
    events: `${named === undefined || named === '*' ? 'logs-*' : `${named},logs-*`},-logs-logboom.*`,
    alerts,
    transitions: 'logs-logboom.alerts-*',
    windows: 'metrics-logboom.windows-*',
    deadLetters: 'logs-logboom.deadletters-*',
    reports: 'logs-logboom.reports-*',
  };
}

function openAlerts({ dispatcher, alerts }: Pipeline['delivery']): OpenAlerts {
  return {
    size: () => dispatcher.open.size,
    list: () => dispatcher.open.values(),
    row(id) {
      const episode = dispatcher.open.get(id);
      return episode && rowOf(episode, alerts.handlingOf(id));
    },
  };
}

function rowOf(episode: Episode, handling: Handling | undefined): AlertRow {
  const { id, rule, group, severity, status, start, message, reason, condition, labels } = episode;
  const { value, peak, flapping, late } = episode;
  const { acknowledged, assigned, verdict, notified, suppressed } = handling ?? {};
  return {
    ...{ id, rule, group, severity, status, start, message, reason, condition, labels, flapping },
    ...(value !== undefined && { value }),
    ...(peak !== undefined && { peak }),
    ...(late !== undefined && { late }),
    ...(acknowledged && { acknowledged: timed(acknowledged) }),
    ...(assigned && { assigned: timed(assigned) }),
    ...(verdict && { verdict: timed(verdict) }),
    ...(notified && { notified: notified.map(timed) }),
    ...(suppressed && { suppressed: suppressed.map(timed) }),
  };
}

const timed = <Act extends { at: number }>(act: Act) => ({ ...act, at: new Date(act.at).toISOString() });
