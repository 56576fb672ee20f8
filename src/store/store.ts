import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LogboomError } from '../errors.ts';
import { secureHttp } from '../listeners/secure.ts';
import type { Millis } from '../model.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { storeTelemetry } from '../telemetry/store.ts';
import { Engine } from './engine.ts';
import type { StoreAccess } from './http/access.ts';
import { buildServer } from './http/server.ts';
import { type Keep, Retention } from './retention.ts';
import { compact } from './storage/compaction.ts';

/** The `store` section of the configuration: times in milliseconds, sizes in bytes. */
export interface StoreOptions extends StoreAccess {
  /** 0 takes any free port. */
  port: number;
  keepAge: Millis;
  keepSize: number;
  cacheSize?: number;
  /** The index of episodes. */
  alerts?: string;
}

export interface StoreStart {
  /** The store makes a folder `store` of its own in it. */
  folder: string;
  config: StoreOptions;
  instruments: Instruments;
  now?: () => Millis;
}

export interface RunningStore {
  url: string;
  port: number;
  /** How much is kept from now on. */
  keep(keep: Keep): void;
  /** Reads the certificates' files now, where there are any. */
  reloadCertificates(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether what listens on a port is an Elasticsearch; anything else, and no answer within a second, is not. */
async function isElasticsearch(host: string, port: number): Promise<boolean> {
  try {
    const response = await fetch(urlOf(host, port), { signal: AbortSignal.timeout(1000) });
    if (response.headers.get('x-elastic-product') === 'Elasticsearch') return true;
    return (await response.text()).includes('You Know, for Search');
  } catch {
    return false;
  }
}

function urlOf(host: string, port: number, scheme = 'http'): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** A taken port is never fought for: the message says who has it and what to configure. */
async function portInUse(host: string, port: number, cause: unknown): Promise<LogboomError> {
  const url = urlOf(host, port);
  const what = (await isElasticsearch(host, port))
    ? `An Elasticsearch already answers on port ${port}, or another logboom’s store. Configure "elasticsearch.hosts: [${url}]" to write to it, or another "store.port" for the embedded store.`
    : `Port ${port} of the embedded store is taken by another program. Configure another "store.port", or "elasticsearch.hosts" to write to an Elasticsearch.`;
  return new LogboomError('PORT_IN_USE', what, { cause });
}

/**
 * Starts the embedded store: an Elasticsearch, as far as log data needs one, on LMDB. Resolves when it listens.
 * @throws LogboomError PORT_IN_USE
 */
export async function startStore({
  folder,
  config,
  instruments,
  now = Date.now,
}: StoreStart): Promise<RunningStore> {
  const telemetry = storeTelemetry(instruments);
  const secure = await secureHttp(config, 'store', instruments.log);
  const compaction = await compact(join(folder, 'store'));
  if (compaction) telemetry.compacted(compaction.before, compaction.after);
  const engine = new Engine(join(folder, 'store'), now, config.cacheSize);
  const app = buildServer(engine, telemetry, config, secure.options);
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await engine.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw await portInUse(config.host, config.port, error);
  }
  if (!engine.catalog.get('cluster', 'cluster'))
    await engine.write(() => engine.catalog.put('cluster', 'cluster', { uuid: randomUUID() }));
  const { keepAge, keepSize, alerts } = config;
  const kept: Keep = { keepAge, keepSize, ...(alerts !== undefined && { alerts }) };
  const retention = new Retention(engine, kept, telemetry);
  retention.start();
  const { port } = app.server.address() as AddressInfo;
  const url = urlOf(config.host, port, config.ssl_enabled ? 'https' : 'http');
  const certificates = await secure.watch(app.server);
  telemetry.started(url, folder);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    certificates.stop();
    await app.close();
    await retention.stop();
    await engine.close();
    telemetry.stopped();
  };
  const keep = (next: Keep) => {
    Object.assign(kept, next);
    void retention.run();
  };
  return {
    url,
    port,
    keep,
    reloadCertificates: certificates.reload,
    stop: () => (stopped ??= stop()),
  };
}
