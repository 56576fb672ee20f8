import { setTimeout as after } from 'node:timers/promises';
import { type ForwardConfig, parseHost } from '../../config/schema/forward.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ForwardTelemetry } from '../../telemetry/forward.ts';
import { Carrier, type Host } from './connection.ts';
import { Queue } from './queue.ts';
import { tlsFor } from './tls.ts';
import type { Window } from './window.ts';

interface LogstashOptions {
  config: ForwardConfig;
  telemetry: ForwardTelemetry;
  now?: () => Millis;
  random?: () => number;
}

export interface LogstashStatus {
  hosts: { host: string; connected: boolean; reason?: string }[];
  /** Why no host takes anything, and since when; undefined while one does, or nothing is to be sent. */
  reason?: string;
  since?: Millis;
  windowsUnderWay: number;
}

/** Sends windows to Logstash as Filebeat's `output.logstash` does. */
export interface LogstashOutput {
  /** How many windows keep all connections busy. */
  readonly room: number;
  /**
   * Resolves when Logstash has acknowledged all windows, however long that takes; rejects with `SINK_CLOSED` alone,
   * and then the caller still owns them.
   */
  deliver(windows: Window[]): Promise<void>;
  status(): LogstashStatus;
  /** Waits a moment for ACKs of what is under way, and gives back what has none. Harmless when called twice. */
  close(): Promise<void>;
}

/** How long `close` waits for ACKs. What has none then is sent again after the next start. */
const closeWithin: Millis = 1_000;

export function createLogstashOutput({ config, telemetry, ...clock }: LogstashOptions): LogstashOutput {
  const now = clock.now ?? Date.now;
  const random = clock.random ?? Math.random;
  const queue = new Queue();
  const closing = new AbortController();
  const all = hostsOf(config);
  const putBack = () => advance();
  const shared = { queue, config, telemetry, now, random, signal: closing.signal, putBack };
  const carriers = shares(config, all, random).map((hosts) => new Carrier({ ...shared, hosts }));
  const room = 2 * carriers.length * Math.max(1, config.pipelining);
  let open = true;

  /** Each time another connection has the first choice, so that a few windows are not all carried by one. */
  let first = 0;
  function advance(): void {
    first = (first + 1) % carriers.length;
    for (const carrier of [...carriers.slice(first), ...carriers.slice(0, first)]) carrier.advance();
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
    status: () => statusOf(carriers),
    async close() {
      if (!open) return;
      open = false;
      const until = now() + closeWithin;
      const unsent = queue.clear();
      while (carriers.some(({ underWay }) => underWay > 0) && now() < until) await after(10);
      closing.abort();
      const given = [...unsent, ...queue.clear(), ...carriers.flatMap((carrier) => carrier.close())];
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

/** The hosts of each carrier: one of its own where windows are shared; else all, from a random one on. */
function shares({ loadbalance, worker }: ForwardConfig, all: Host[], random: () => number): Host[][] {
  if (loadbalance) return all.flatMap((host) => Array.from({ length: worker }, () => [host]));
  const first = Math.floor(random() * all.length);
  return [[...all.slice(first), ...all.slice(0, first)]];
}

function statusOf(carriers: Carrier[]): LogstashStatus {
  const failing = carriers.filter(({ reason }) => reason !== undefined);
  const { reason, since } = failing.length === carriers.length ? failing[0]! : {};
  return {
    hosts: carriers.map(({ host, connected, reason }) => ({
      host,
      connected,
      ...(reason !== undefined && { reason }),
    })),
    ...(reason !== undefined && since !== undefined && { reason, since }),
    windowsUnderWay: carriers.reduce((sum, { underWay }) => sum + underWay, 0),
  };
}
