import { setTimeout as after } from 'node:timers/promises';
import { type ForwardConfig, parseHost } from '../../config/schema/forward.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ForwardTelemetry } from '../../telemetry/components/forward.ts';
import { Connection, type Host } from './connection.ts';
import { Queue, type Window } from './window.ts';
import { tlsFor } from './wire.ts';

interface LogstashOptions {
  config: ForwardConfig;
  telemetry: ForwardTelemetry;
  now?: () => Millis;
  random?: () => number;
}

export interface LogstashStatus {
  hosts: { host: string; connected: boolean; reason?: string }[];
  /** Why no host accepts windows, and since when; undefined while one does, or nothing has to be sent. */
  reason?: string;
  since?: Millis;
  windowsUnderWay: number;
}

/** Sends windows to Logstash as Filebeat's `output.logstash` does. Windows may arrive in another order. */
export interface LogstashOutput {
  /** How many windows the caller should have in delivery to keep all connections busy. */
  readonly room: number;
  /**
   * Resolves when Logstash has acknowledged all windows; retries without limit. Rejects only with `SINK_CLOSED`, and the
   * caller then still owns the windows.
   */
  deliver(windows: Window[]): Promise<void>;
  status(): LogstashStatus;
  /** Waits up to a second for ACKs, then rejects the deliveries without one. A second call does nothing. */
  close(): Promise<void>;
}

/** How long `close` waits for ACKs. Windows without one are sent again after the next start. */
const closeWithin: Millis = 1_000;

export function createLogstashOutput({ config, telemetry, ...clock }: LogstashOptions): LogstashOutput {
  const now = clock.now ?? Date.now;
  const random = clock.random ?? Math.random;
  const queue = new Queue();
  const closing = new AbortController();
  const all = hostsOf(config);
  const putBack = () => advance();
  const shared = { queue, config, telemetry, now, random, signal: closing.signal, putBack };
  const connections = hostsOfConnections(config, all, random).map(
    (hosts) => new Connection({ ...shared, hosts }),
  );
  const room = 2 * connections.length * Math.max(1, config.pipelining);
  let open = true;

  /** Each time another connection has the first choice, so that a few windows are not all carried by one. */
  let first = 0;
  function advance(): void {
    first = (first + 1) % connections.length;
    for (const connection of [...connections.slice(first), ...connections.slice(0, first)])
      connection.advance();
  }

  const send = (window: Window) =>
    new Promise<void>((done, givenUp) => {
      if (!open) return givenUp(closed());
      queue.add({ window, acknowledged: 0, again: false, done, givenUp });
    });

  return {
    room,
    async deliver(windows) {
      const sent = windows.map(send);
      advance();
      await Promise.all(sent);
    },
    status: () => statusOf(connections),
    async close() {
      if (!open) return;
      open = false;
      const until = now() + closeWithin;
      const unsent = queue.clear();
      while (connections.some(({ underWay }) => underWay > 0) && now() < until) await after(10);
      closing.abort();
      const given = [...unsent, ...queue.clear(), ...connections.flatMap((connection) => connection.close())];
      for (const { givenUp } of given) givenUp(closed());
    },
  };
}

const closed = () => new LogboomError('SINK_CLOSED', 'forwarding to Logstash was stopped');

/** Throws `CONFIG_INVALID` where a file of the settings cannot be used. */
export function refuseUnusable(config: ForwardConfig): void {
  hostsOf(config);
}

function hostsOf({ hosts, ssl }: ForwardConfig): Host[] {
  return hosts.map((name) => {
    const { host, port } = parseHost(name)!;
    const tls = tlsFor(ssl, host);
    return { name, peer: { host, port, ...(tls && { tls }) } };
  });
}

/** The hosts of each connection: with `loadbalance` one host each; else all hosts, beginning with a random one. */
function hostsOfConnections(
  { loadbalance, worker }: ForwardConfig,
  all: Host[],
  random: () => number,
): Host[][] {
  if (loadbalance) return all.flatMap((host) => Array.from({ length: worker }, () => [host]));
  const first = Math.floor(random() * all.length);
  return [[...all.slice(first), ...all.slice(0, first)]];
}

function statusOf(connections: Connection[]): LogstashStatus {
  const failing = connections.filter(({ reason }) => reason !== undefined);
  const { reason, since } = failing.length === connections.length ? failing[0]! : {};
  return {
    hosts: connections.map(({ host, connected, reason }) => ({
      host,
      connected,
      ...(reason !== undefined && { reason }),
    })),
    ...(reason !== undefined && since !== undefined && { reason, since }),
    windowsUnderWay: connections.reduce((sum, { underWay }) => sum + underWay, 0),
  };
}
