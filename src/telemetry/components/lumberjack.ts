import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { LogboomError } from '../../errors.ts';
import type { Millis, Origin } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import { Throttle } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

/** Log lines and metrics of the lumberjack input. */
export interface LumberjackTelemetry {
  listening(address: { host: string; port: number }, tls: boolean): void;
  stopped(): void;
  listenerFailed(error: Error): void;
  connectionOpened(origin: Origin): void;
  /** `reason` is a sentence; undefined where the sender closed an idle connection, as senders do. */
  connectionClosed(origin: Origin, reason: string | undefined): void;
  /** A connection is ended for its age; the reason is logged when it is closed. */
  connectionRetired(): void;
  /** More connections than `limit` allows. Logged once until one is accepted again, for refused senders return. */
  connectionTurnedAway(address: string, most: number, limit: string): void;
  /** A connection without a complete window was closed, so that another one has room. */
  connectionDisplaced(address: string): void;
  /** A connection was closed because nothing came. Logged as `handshakeFailed` is. */
  connectionSilent(address: string, within: Millis): void;
  /** A connection ended before its first byte: load balancers probe the port so. */
  probed(address: string): void;
  /** Logged as `handshakeFailed` is. */
  proxyHeaderRefused(address: string, reason: string): void;
  /** Logged at most ten times a minute for each address, as are `streamRefused` and ends of connections. */
  handshakeFailed(address: string, reason: string): void;
  windowReceived(count: number, wireBytes: number, blockBytes: number): void;
  /** Events larger than `limits.maxEventBytes`, of which the beginning is kept. Logged as `streamRefused` is. */
  eventsCut(origin: Origin, events: number): void;
  /** `waited` is from the window's last byte to its ACK. */
  windowAcknowledged(waited: Millis): void;
  windowNotStored(origin: Origin, error: unknown): void;
  heartbeatSent(): void;
  streamRefused(origin: Origin, code: string, reason: string): void;
  readingPaused(paused: boolean): void;
  certificatesLoaded(): void;
  certificatesNotLoaded(error: unknown): void;
}

export function lumberjackTelemetry({ log, metrics }: Instruments): LumberjackTelemetry {
  const measured = lumberjackMetrics(metrics);
  const throttle = new Throttle(() => performance.now(), 10);
  let turningAway = false;
  return {
    ...certificateEvents(log, measured, throttle),
    ...windowEvents(log, measured, throttle),
    listening: ({ host, port }, tls) =>
      log.info(
        { server: { address: host, port } },
        `Lumberjack input listens on ${host}:${port}${tls ? ' (TLS)' : ''}.`,
      ),
    stopped: () => log.info('Lumberjack input stopped.'),
    listenerFailed: (err) => log.error({ err }, 'Lumberjack input cannot accept a connection.'),
    connectionOpened: (origin) => {
      turningAway = false;
      measured.connections.inc();
      log.debug(client(origin), `${origin.connection} connected.`);
    },
    connectionClosed: (origin, reason) => {
      measured.connections.dec();
      if (reason === undefined)
        return log.debug(client(origin), `${origin.connection} closed its connection.`);
      const isNews = throttle.allow(`closed ${origin.address}`) !== undefined;
      log[isNews ? 'info' : 'debug'](client(origin), `Connection ${origin.connection} is closed: ${reason}`);
    },
    connectionRetired: () => measured.retired.inc(),
    connectionTurnedAway: (address, most, limit) => {
      measured.failures.inc({ reason: 'too-many-connections' });
      if (!turningAway)
        log.warn(
          { client: { address } },
          `${address} is turned away: there are ${most} connections already (inputs.lumberjack.${limit}).`,
        );
      turningAway = true;
    },
    ...receptionEvents(log, measured, throttle),
    streamRefused: (origin, code, reason) => {
      measured.failures.inc({ reason: code });
      const suppressed = throttle.allow(`refused ${origin.address}`);
      if (suppressed === undefined) return;
      log.warn(
        { ...client(origin), error: { code }, suppressed },
        `What ${origin.connection} sends is refused. ${reason}`,
      );
    },
    readingPaused: (paused) => {
      measured.paused.set(paused ? 1 : 0);
      log.info(
        paused
          ? 'Lumberjack input reads no further: as much as inputs.lumberjack.maxBytesInFlight waits for the disk.'
          : 'Lumberjack input reads on.',
      );
    },
  };
}

type Metrics = ReturnType<typeof lumberjackMetrics>;

const client = ({ address, connection }: Origin) => ({ client: { address, connection } });

function receptionEvents(log: Logger, measured: Metrics, throttle: Throttle) {
  const warn = (kind: string, address: string, message: string) => {
    measured.failures.inc({ reason: kind });
    const suppressed = throttle.allow(`${kind} ${address}`);
    if (suppressed !== undefined) log.warn({ client: { address }, suppressed }, message);
  };
  return {
    connectionDisplaced: (address: string) =>
      warn(
        'displaced',
        address,
        `A connection of ${address} that has not sent a complete window is closed to make room for another (inputs.lumberjack.maxConnections).`,
      ),
    connectionSilent: (address: string, within: Millis) =>
      warn(
        'silent',
        address,
        `A connection of ${address} is closed: nothing came within ${formatDuration(within)} (inputs.lumberjack.firstByteTimeout).`,
      ),
    proxyHeaderRefused: (address: string, reason: string) =>
      warn('proxy-protocol', address, `A connection of ${address} is refused: ${reason}.`),
    probed: (address: string) => {
      measured.probes.inc();
      log.debug({ client: { address } }, `${address} closed a connection before its first byte.`);
    },
  };
}

function windowEvents(log: Logger, measured: Metrics, throttle: Throttle) {
  return {
    windowReceived: (count: number, wireBytes: number, blockBytes: number) => {
      measured.windows.inc();
      measured.events.inc(count);
      measured.wireBytes.inc(wireBytes);
      measured.blockBytes.inc(blockBytes);
    },
    eventsCut: (origin: Origin, events: number) => {
      measured.cut.inc(events);
      const suppressed = throttle.allow(`cut ${origin.address}`);
      if (suppressed === undefined) return;
      log.warn(
        { ...client(origin), suppressed },
        `${origin.connection} sends events that are larger than inputs.lumberjack.limits.maxEventBytes. Their beginning is kept, with the flag \`truncated\` in log.flags.`,
      );
    },
    windowAcknowledged: (waited: Millis) => measured.waited.observe(waited / 1000),
    windowNotStored: (origin: Origin, err: unknown) => {
      measured.failures.inc({ reason: 'not-stored' });
      // The journal closes because logboom stops; that is no failure.
      const level = err instanceof LogboomError && err.code === 'JOURNAL_CLOSED' ? 'info' : 'error';
      log[level](
        { ...client(origin), err },
        `A window of ${origin.connection} could not be stored. It is not acknowledged; the sender keeps it.`,
      );
    },
    heartbeatSent: () => measured.heartbeats.inc(),
  };
}

function certificateEvents(log: Logger, measured: Metrics, throttle: Throttle) {
  return {
    handshakeFailed: (address: string, reason: string) => {
      measured.failures.inc({ reason: 'handshake' });
      const suppressed = throttle.allow(`handshake ${address}`);
      if (suppressed === undefined) return;
      log.warn({ client: { address }, suppressed }, `TLS handshake with ${address} failed. ${reason}`);
    },
    certificatesLoaded: () => log.info('Lumberjack input uses the new certificates.'),
    certificatesNotLoaded: (err: unknown) => {
      measured.failures.inc({ reason: 'certificates' });
      log.error({ err }, 'The new certificates cannot be used; the ones before stay in use.');
    },
  };
}

function lumberjackMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    known(registry, name) ?? new Counter({ name, help, registers });
  const gauge = (name: string, help: string) => known(registry, name) ?? new Gauge({ name, help, registers });
  return {
    connections: gauge('logboom_lumberjack_connections', 'Open connections') as Gauge,
    paused: gauge(
      'logboom_lumberjack_paused',
      '1 while no socket is read because too much waits for the disk',
    ) as Gauge,
    windows: counter('logboom_lumberjack_windows_total', 'Windows received') as Counter,
    events: counter('logboom_lumberjack_events_total', 'Events received') as Counter,
    wireBytes: counter('logboom_lumberjack_wire_bytes_total', 'Bytes of windows as they came') as Counter,
    blockBytes: counter(
      'logboom_lumberjack_event_bytes_total',
      'Bytes of windows after inflating them',
    ) as Counter,
    probes: counter(
      'logboom_lumberjack_probes_total',
      'Connections that ended before their first byte',
    ) as Counter,
    retired: counter(
      'logboom_lumberjack_retired_connections_total',
      'Connections ended because of their age',
    ) as Counter,
    cut: counter(
      'logboom_lumberjack_cut_events_total',
      'Events larger than limits.maxEventBytes, of which the beginning was kept',
    ) as Counter,
    heartbeats: counter('logboom_lumberjack_heartbeats_total', 'ACK 0 sent') as Counter,
    failures: (known(registry, 'logboom_lumberjack_failures_total') ??
      new Counter({
        name: 'logboom_lumberjack_failures_total',
        help: 'Connections refused and windows not stored, by reason',
        labelNames: ['reason'],
        registers,
      })) as Counter<'reason'>,
    waited: (known(registry, 'logboom_lumberjack_ack_seconds') ??
      new Histogram({
        name: 'logboom_lumberjack_ack_seconds',
        help: 'Seconds from the last byte of a window to its ACK',
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 300],
        registers,
      })) as Histogram,
  };
}

/** A second input on the same registry uses the same metrics. */
const known = (registry: Registry, name: string) => registry.getSingleMetric(name);
