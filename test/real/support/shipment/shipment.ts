import type { FilebeatLogstash } from '../filebeat.ts';
import { type Findings, findings, namesOf, type Request, settled } from '../findings.ts';
import { tailGrowingLog } from '../growing-log.ts';
import { type Config, type RealLogboom, startLogboom } from '../logboom.ts';
import { rules } from './rules.ts';

export interface ShipmentOptions {
  logstash: FilebeatLogstash;
  /** Sections of `logboom.yml` beside the rules. */
  config: Config;
  /** Data streams and the alerts' index get it into their names, so that shipments do not mix. */
  namespace: string;
  /** Where documents end up; given the embedded store's address. */
  requestTo: (store: string) => Request;
}

/** All that a shipment left behind. */
export interface Shipment extends Findings {
  startedAt: number;
  acked: number;
  /** Events that came too late for a window, over all rules. */
  late: number;
}

/** A server with the shipment's rules. The last windows close in silence, so that `idleAfter` is waited for. */
export function startShipmentServer(namespace: string, config: Config): Promise<RealLogboom> {
  const indexing = { namespace, alerts: `alerts-${namespace}`, retryInitial: '100ms', retryMax: '1s' };
  // The alerts of the rules are counted; a slow machine shall not add some about the server itself.
  const selfMonitoring = { enabled: false };
  return startLogboom({ indexing, rules, selfMonitoring, time: { idleAfter: '5s' }, ...config });
}

/**
 * Ships the access log from a real Filebeat through a real logboom, waits for the last alert to end, and looks at
 * everything.
 *
 * The batch for which Filebeat opens its connection goes back into its queue, and others may overtake it: libbeat's
 * `netClientWorker` cancels it. Of a backlog, hours would then come late; so a few lines go ahead of the others here.
 */
export async function ship({ logstash, config, namespace, requestTo }: ShipmentOptions): Promise<Shipment> {
  const startedAt = Date.now();
  const server = await startShipmentServer(namespace, config);
  const log = await tailGrowingLog(server.lumberjack, logstash);
  try {
    await log.grow(10);
    await log.filebeat.acked(10);
    await log.grow(9_990);
    const { acked } = await log.filebeat.acked(10_000, 120_000);
    const request = requestTo(server.store);
    await settled(server, request, namesOf(namespace));
    const found = await findings(request, namesOf(namespace));
    const late = await server.metric('logboom_events_late_total');
    await server.stop();
    return { startedAt, acked, late, ...found };
  } catch (failure) {
    throw await explained(failure, namespace, server);
  } finally {
    await log.stop();
    await server.discard();
  }
}

async function explained(failure: unknown, namespace: string, server: RealLogboom): Promise<Error> {
  const status = JSON.stringify(await server.status().catch(String));
  return new Error(`${namespace}: ${String(failure)}\n${status}\n${server.log().slice(-4_000)}`);
}
