import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Millis } from '@logboom/common';
import { Engine } from './engine.ts';
import type { Authorize } from './http/access.ts';
import { buildServer } from './http/server.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { compact } from './storage/compaction.ts';
import { type StoreTelemetry, silentTelemetry } from './telemetry.ts';

/** Where the store listens and how much it keeps: times in milliseconds, sizes in bytes. */
export interface StoreOptions extends RetentionLimits {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Bytes of columns that stay in memory, at the most. */
  cacheSize?: number;
}

interface StoreStart {
  /** The store makes a folder `store` of its own in it, and one process at a time may open it. */
  folder: string;
  config: StoreOptions;
  telemetry?: StoreTelemetry;
  /** Without it every client that reaches the port may do everything. */
  authorize?: Authorize;
  /** Certificates and what else an HTTPS server takes; without it the store serves plain HTTP. */
  https?: ServerOptions | undefined;
  /** The wall clock. It dates writes, resolves `now` in date math and ends scrolls. */
  now?: () => Millis;
}

export interface RunningStore {
  url: string;
  port: number;
  /** The server that listens, for a host that renews certificates. The store closes it. */
  server: Server;
  /** Sets how much is kept from now on, and applies it at once. */
  keep(keep: RetentionLimits): void;
  /**
   * Ends open connections, waits for the running step of retention and closes the files. Every answered write is on disk long
   * before. A second call returns the promise of the first.
   */
  stop(): Promise<void>;
}

/** The port is taken. The store never retries: the host says what to configure. */
export class PortInUse extends Error {
  readonly code = 'PORT_IN_USE';
  /** The address at which the other program answers. */
  readonly url: string;
  /** Whether it is an Elasticsearch, or another store. */
  readonly isElasticsearch: boolean;

  constructor(url: string, isElasticsearch: boolean, cause: unknown) {
    super(`${url} is taken by ${isElasticsearch ? 'an Elasticsearch' : 'another program'}`, { cause });
    this.name = 'PortInUse';
    this.url = url;
    this.isElasticsearch = isElasticsearch;
  }
}

/** Whether an Elasticsearch listens at the address. Anything else, and no answer within a second, counts as none. */
async function isElasticsearch(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
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

/**
 * Starts the store: an Elasticsearch, as far as log data needs one, on LMDB. Resolves when it listens.
 * @throws PortInUse; any other error of opening the files or of listening passes through.
 */
export async function startStore(start: StoreStart): Promise<RunningStore> {
  const { folder, config, telemetry = silentTelemetry, now = Date.now } = start;
  const compaction = await compact(join(folder, 'store'));
  if (compaction) telemetry.compacted(compaction.before, compaction.after);
  const engine = new Engine(join(folder, 'store'), now, config.cacheSize);
  const app = buildServer(engine, telemetry, start.authorize, start.https);
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await engine.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const taken = urlOf(config.host, config.port);
    throw new PortInUse(taken, await isElasticsearch(taken), error);
  }
  if (!engine.catalog.get('cluster', 'cluster'))
    await engine.write(() => engine.catalog.put('cluster', 'cluster', { uuid: randomUUID() }));
  const { keepAge, keepSize, alerts } = config;
  const kept: RetentionLimits = { keepAge, keepSize, ...(alerts !== undefined && { alerts }) };
  const retention = new Retention(engine, kept, telemetry);
  retention.start();
  const { port } = app.server.address() as AddressInfo;
  const url = urlOf(config.host, port, start.https ? 'https' : 'http');
  telemetry.started(url, folder);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await app.close();
    await retention.stop();
    await engine.close();
    telemetry.stopped();
  };
  const keep = (next: RetentionLimits) => {
    Object.assign(kept, next);
    void retention.run();
  };
  return { url, port, server: app.server, keep, stop: () => (stopped ??= stop()) };
}
