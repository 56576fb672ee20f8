import { Counter, Gauge, type Registry } from 'prom-client';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import { Throttle } from '../log-limits.ts';
import { type Instruments, oncePerRegistry } from '../metrics.ts';

/** Why an input could not take something. */
type FailureReason =
  | 'connection'
  | 'handshake'
  | 'listener'
  | 'not-stored'
  | 'turned-away'
  | 'request'
  | 'proxy-header';

/** What happens in an input that takes events from sockets, requests or standard input. `peer` names the other side. */
export interface NetworkInputTelemetry {
  /** `where` is an address, a path or `standard input`. */
  listening(where: string): void;
  stopped(): void;
  connectionOpened(peer: string): void;
  /** `error` is absent where the connection ended in an orderly way. */
  connectionClosed(peer: string, error?: unknown): void;
  /** The limit of connections is reached. */
  turnedAway(peer: string, limit: number): void;
  handshakeFailed(peer: string, reason: string): void;
  proxyHeaderRefused(peer: string, reason: string): void;
  listenerFailed(error: unknown): void;
  /** A server that lines are read from could not be reached. */
  notConnected(target: string, error: unknown, pause: Millis): void;
  certificatesLoaded(): void;
  certificatesNotLoaded(error: unknown): void;
  received(bytes: number): void;
  truncated(): void;
  /** Datagrams that had no room in the buffer, or that the operating system dropped. */
  dropped(datagrams: number, where: 'buffer' | 'kernel'): void;
  /** Topics are read; `missing` are names and patterns for which there is no topic. */
  topicsFound(brokers: string, missing: readonly string[]): void;
  /** The offsets of a partition began again. */
  topicCreatedAnew(topic: string, partition: number, next: number, end: number): void;
  /** Messages of a topic that are there and not read. */
  lag(topic: string, messages: number): void;
  /** A message is no new event: it is `known` from an earlier delivery, or `empty`. */
  skipped(reason: 'known' | 'empty'): void;
  /** Documents that their sender must not send again, and why the first of them was refused. */
  refused(documents: number, reason: string): void;
  /** A request was answered with this status; `reason` says why it was refused. */
  answered(status: number, peer: string, reason?: string): void;
  batchStored(events: number, bytes: number): void;
  batchRefused(error: unknown, pause: Millis): void;
}

export function networkInputTelemetry(
  { log, metrics }: Instruments,
  { name: input, kind }: { name: string; kind: string },
): NetworkInputTelemetry {
  const measured = metricsOf(metrics);
  const throttle = new Throttle(() => performance.now(), 10);
  const label = { input, kind };
  const about = (peer?: string) => ({ input: { name: input }, ...(peer !== undefined && { client: peer }) });
  const fail = (reason: FailureReason) => measured.failures.inc({ ...label, reason });
  /** Warns, but not more often than the limit allows for each key. */
  const warn = (key: string, peer: string | undefined, text: string, err?: unknown) => {
    const suppressed = throttle.allow(key);
    if (suppressed !== undefined)
      log.warn({ ...about(peer), suppressed, ...(err !== undefined && { err }) }, text);
  };
  measured.events.inc(label, 0);
  return {
    listening: (where) => log.info(about(), `Input ${input} (${kind}) listens on ${where}.`),
    stopped: () => log.info(about(), `Input ${input} stopped.`),
    connectionOpened(peer) {
      measured.connections.inc(label);
      measured.opened.inc(label);
      log.debug(about(peer), `${peer} connected to input ${input}.`);
    },
    connectionClosed(peer, error) {
      measured.connections.dec(label);
      if (error === undefined) log.debug(about(peer), `The connection of ${peer} to input ${input} ended.`);
      else {
        fail('connection');
        warn('connection', peer, `The connection of ${peer} to input ${input} broke: ${messageOf(error)}.`);
      }
    },
    turnedAway(peer, limit) {
      fail('turned-away');
      warn('turned', peer, `Input ${input} has ${limit} connections (maxConnections) and refused ${peer}.`);
    },
    handshakeFailed(peer, reason) {
      fail('handshake');
      warn('handshake', peer, `${peer} completed no TLS handshake with input ${input}: ${reason}`);
    },
    proxyHeaderRefused(peer, reason) {
      fail('proxy-header');
      warn('proxy', peer, `Input ${input} refused a connection of ${peer}: ${reason}.`);
    },
    listenerFailed(err) {
      fail('listener');
      warn('listener', undefined, `The listener of input ${input} reports an error.`, err);
    },
    notConnected(target, error, pause) {
      fail('connection');
      const next = `It is tried again in ${formatDuration(pause)}.`;
      warn(
        `target ${target}`,
        target,
        `Input ${input} is not connected to ${target}: ${messageOf(error)}. ${next}`,
      );
    },
    certificatesLoaded: () => log.info(about(), `Input ${input} uses the new certificates.`),
    certificatesNotLoaded: (err) =>
      log.error(
        { ...about(), err },
        `The new certificates of input ${input} cannot be used; those before stay in use.`,
      ),
    received: (bytes) => measured.bytes.inc(label, bytes),
    truncated: () => measured.truncated.inc(label),
    dropped(datagrams, where) {
      measured.dropped.inc({ ...label, where }, datagrams);
      warn(
        `dropped ${where}`,
        undefined,
        `Input ${input} lost ${datagrams} datagrams: the ${where} was full.`,
      );
    },
    topicsFound(brokers, missing) {
      log.info(about(), `Input ${input} is connected to ${brokers}.`);
      if (missing.length > 0)
        warn('missing', undefined, `Input ${input} finds no topic ${missing.join(', ')}. It is waited for.`);
    },
    topicCreatedAnew: (topic, partition, next, end) =>
      log.warn(
        { ...about(), kafka: { topic, partition } },
        `Partition ${partition} of ${topic} ends at ${end}, before ${next}, where input ${input} had read: it was created anew and is read from its beginning.`,
      ),
    lag: (topic, messages) => measured.lag.set({ input, topic }, messages),
    skipped: (reason) => measured.skipped.inc({ ...label, reason }),
    refused(documents, reason) {
      measured.refused.inc(label, documents);
      warn('document', undefined, `Input ${input} refused ${documents} documents: ${reason}.`);
    },
    answered(status, peer, reason) {
      measured.requests.inc({ ...label, status: String(status) });
      if (reason === undefined) return;
      fail('request');
      warn(
        `request ${status}`,
        peer,
        `Input ${input} answered a request of ${peer} with ${status}: ${reason}`,
      );
    },
    batchStored(events, bytes) {
      measured.events.inc(label, events);
      measured.journalBytes.inc(label, bytes);
      measured.lastEvent.set(label, Date.now() / 1000);
    },
    batchRefused(err, pause) {
      fail('not-stored');
      const next = `It is tried again in ${formatDuration(pause)}.`;
      warn('refused', undefined, `A batch of input ${input} could not be stored. ${next}`, err);
    },
  };
}

const labels = ['input', 'kind'] as const;

const metricsOf = oncePerRegistry((registry: Registry) => {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, ...more: Label[]) =>
    new Counter({ name: `logboom_input_${name}_total`, help, labelNames: [...labels, ...more], registers });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `logboom_input_${name}`, help, labelNames: [...labels], registers });
  return {
    events: counter('events', 'Events of network inputs and standard input that the journal holds.'),
    journalBytes: counter('journal_bytes', 'Bytes of these events in the journal.'),
    bytes: counter('bytes', 'Bytes received.'),
    truncated: counter('truncated_events', 'Events cut at maxMessage, or whose line broke off.'),
    dropped: counter('dropped_datagrams', 'Datagrams lost, by where: buffer or kernel.', 'where'),
    refused: counter(
      'refused_documents',
      'Documents that were refused for good, each with its reason in the answer.',
    ),
    skipped: counter(
      'skipped_messages',
      'Messages of Kafka that are no new events, by reason: known or empty.',
      'reason',
    ),
    lag: new Gauge({
      name: 'logboom_kafka_lag_messages',
      help: 'Messages of a topic that are there and not read.',
      labelNames: ['input', 'topic'],
      registers,
    }),
    requests: counter('requests', 'HTTP requests, by status of the answer.', 'status'),
    opened: counter('connections_opened', 'Connections opened.'),
    failures: counter('failures', 'Connections, requests and batches that failed, by reason.', 'reason'),
    connections: gauge('connections', 'Connections that are open.'),
    lastEvent: gauge('last_event_seconds', 'Wall time at which the last batch was stored.'),
  };
});
