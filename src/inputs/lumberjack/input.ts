import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { LumberjackInputConfig } from '../../config/schema/inputs.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { rawSocket } from '../../listeners/proxied-server.ts';
import { type Peer, peerOfSocket, type ReceptionOptions, receive } from '../../listeners/reception.ts';
import { watchCertificates } from '../../listeners/secure.ts';
import type { Millis, Origin } from '../../model.ts';
import { type LumberjackTelemetry, lumberjackTelemetry } from '../../telemetry/components/lumberjack.ts';
import type { Instruments } from '../../telemetry/metrics.ts';
import { within } from '../../util/waiting.ts';
import { Admission } from './admission.ts';
import { Connection } from './connection.ts';
import { MemoryBudget } from './memory-budget.ts';
import { type RefusedSender, RefusedSenders } from './refused-senders.ts';
import type { Deliver, Shared } from './shared.ts';
import { type Accept, createTlsServer, section } from './tls.ts';

/** A running Lumberjack input. */
export interface LumberjackInput {
  address(): { host: string; port: number };
  stats(): LumberjackStats;
  /** Senders that were refused within the last five minutes; most refusals first. */
  refused(): RefusedSender[];
  /** Reads the certificate files again. If they cannot be used, that is logged and the present ones stay in use. */
  reloadCertificates(): Promise<void>;
  /**
   * Accepts no connections, reads nothing more, waits until delivered windows are on disk, acknowledges them and closes.
   * Connections that are left after `timeout` are cut off. Stopping twice is harmless.
   */
  stop(timeout: Millis): Promise<void>;
}

interface LumberjackStats {
  connections: number;
  /** Complete windows that are not on disk yet. */
  windowsInFlight: number;
  /** Memory of received events that are not on disk yet. */
  bytesInFlight: number;
  /** Wall time at which the oldest window without an ACK was received; absent if there is none. */
  oldestUnacknowledged?: Millis;
}

export interface LumberjackInputOptions {
  now?: () => Millis;
  /** Returns a number from 0 up to 1. */
  random?: () => number;
  /** How often the certificate files are checked for changes. */
  certificateCheck?: Millis;
  connectionOpened?: (origin: Origin) => void;
  /**
   * Called when a connection is closed: the ACKs of its last windows may not have arrived. `clean`: the sender closed it
   * itself, and the ACKs of all its windows had been sent.
   */
  connectionClosed?: (connection: string, clean: boolean) => void;
}

/**
 * Starts the Lumberjack input, which Filebeat, Logstash and others send to. `deliver` takes a window and resolves when it
 * is on disk; only then is the window acknowledged. Throws `PORT_IN_USE`, and `CONFIG_INVALID` if the address or the
 * certificates cannot be used.
 */
export async function startLumberjackInput(
  config: LumberjackInputConfig,
  deliver: Deliver,
  instruments: Instruments,
  options: LumberjackInputOptions = {},
): Promise<LumberjackInput> {
  const telemetry = lumberjackTelemetry(instruments);
  const budget = new MemoryBudget(config.maxBytesInFlight, telemetry.readingPaused);
  const now = options.now ?? Date.now;
  const refused = new RefusedSenders(now);
  const admission = admissionOf(config, telemetry, refused);
  const shared: Shared = {
    ...{ config, deliver, telemetry, budget, refused, now },
    shipped: (socket) => admission.shipped(rawSocket(socket)),
    random: options.random ?? Math.random,
  };
  const refuse = ({ address } = unknownPeer, reason: string) => {
    telemetry.handshakeFailed(address, reason);
    refused.add(address, reason);
  };
  const connections = new Set<Connection>();
  const peers = new WeakMap<Socket, Peer>();
  const accept = acceptor(shared, connections, peers, options);
  const secure = config.ssl_enabled
    ? await createTlsServer(config, (socket, reason) => refuse(peers.get(socket), reason), accept)
    : undefined;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = peerOfSocket(socket);
    if (!admission.admit(socket, peer.address)) return;
    // Of other connections the first bytes are a window, for which the connection itself waits.
    if (secure || config.proxy_protocol) receive(socket, reception);
    else reception.accept(socket, peer);
  });
  const reception = receptionOf(shared, admission, (socket, peer) => {
    peers.set(socket, peer);
    if (secure) secure.emit('connection', socket);
    else accept(socket);
  });
  await listen(server, config);
  server.on('error', telemetry.listenerFailed);
  const certificates =
    secure &&
    (await watchCertificates(config, { section, server: secure, ...telemetry }, options.certificateCheck));
  const address = addressOf(server);
  telemetry.listening(address, config.ssl_enabled);
  let stopped: Promise<void> | undefined;
  return {
    address: () => address,
    stats: () => statsOf(connections, shared),
    refused: () => refused.list(),
    reloadCertificates: async () => certificates?.reload(),
    stop: (timeout) => {
      certificates?.stop();
      stopped ??= stop(server, connections, admission, timeout).then(telemetry.stopped);
      return stopped;
    },
  };
}

const unknownPeer: Peer = { address: 'unknown', port: 0 };

function admissionOf(
  config: LumberjackInputConfig,
  telemetry: LumberjackTelemetry,
  refused: RefusedSenders,
): Admission {
  const { maxConnections: most, maxConnectionsPerAddress: mostPerAddress = Number.POSITIVE_INFINITY } =
    config;
  return new Admission({
    most,
    mostPerAddress,
    displaced: telemetry.connectionDisplaced,
    turnedAway: (address, limit, setting) => {
      telemetry.connectionTurnedAway(address, limit, setting);
      refused.add(address, `there are ${limit} connections already (inputs.lumberjack.${setting}).`);
    },
  });
}

function receptionOf(
  { config, telemetry, refused }: Shared,
  admission: Admission,
  accept: (socket: Socket, peer: Peer) => void,
): ReceptionOptions {
  const { firstByteTimeout, ssl_enabled, ssl_handshake_timeout } = config;
  const isHandshake = ssl_enabled && ssl_handshake_timeout < firstByteTimeout;
  const firstByteWithin = isHandshake ? ssl_handshake_timeout : firstByteTimeout;
  return {
    proxyProtocol: config.proxy_protocol,
    firstByteWithin,
    accept: (socket, peer) => {
      if (admission.place(socket, peer.address)) accept(socket, peer);
    },
    probed: ({ address }) => telemetry.probed(address),
    silent: ({ address }) =>
      isHandshake
        ? telemetry.handshakeFailed(address, 'Nothing came. It did not end within ssl_handshake_timeout.')
        : telemetry.connectionSilent(address, firstByteWithin),
    refused: ({ address }, reason) => {
      telemetry.proxyHeaderRefused(address, reason);
      refused.add(address, `${reason}.`);
    },
  };
}

function acceptor(
  shared: Shared,
  connections: Set<Connection>,
  peers: WeakMap<Socket, Peer>,
  { connectionOpened, connectionClosed }: LumberjackInputOptions,
): Accept {
  let accepted = 0;
  return (socket, tlsSubject) => {
    accepted += 1;
    const origin = originOf(peers.get(rawSocket(socket)) ?? unknownPeer, accepted, tlsSubject);
    // NODELAY: a sender waits for the six bytes of an ACK. Keepalive: dead peers are closed, idle ones never are.
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    const connection = new Connection(socket, origin, shared);
    connections.add(connection);
    connectionOpened?.(origin);
    void connection.closed.then(() => {
      connections.delete(connection);
      connectionClosed?.(origin.connection, connection.clean);
    });
  };
}

function originOf({ address, port }: Peer, number: number, tlsSubject: string | undefined): Origin {
  const host = address.includes(':') ? `[${address}]` : address;
  const connection = `${host}:${port}#${number}`;
  return { input: 'lumberjack', connection, address, ...(tlsSubject !== undefined && { tlsSubject }) };
}

function listen(server: Server, { host, port }: LumberjackInputConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, host, port)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenProblem(cause: NodeJS.ErrnoException, host: string, port: number): LogboomError {
  if (cause.code === 'EADDRINUSE')
    return new LogboomError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is in use already, perhaps by Logstash or another logboom. Stop that, or choose another inputs.lumberjack.port.`,
      { cause },
    );
  return new LogboomError(
    'CONFIG_INVALID',
    `Cannot listen on inputs.lumberjack.host ${host}, port ${port}: ${messageOf(cause)}`,
    { cause },
  );
}

function addressOf(server: Server): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port };
}

function statsOf(connections: Set<Connection>, { budget }: Shared): LumberjackStats {
  const oldest = Math.min(
    ...[...connections].map((connection) => connection.oldestUnacknowledged ?? Infinity),
  );
  return {
    connections: connections.size,
    windowsInFlight: budget.windows,
    bytesInFlight: budget.bytes,
    ...(oldest < Infinity && { oldestUnacknowledged: oldest }),
  };
}

/** `admission` also holds connections whose handshake is not complete. */
async function stop(
  server: Server,
  connections: Set<Connection>,
  admission: Admission,
  timeout: Millis,
): Promise<void> {
  const down = new Promise<void>((resolve) => server.close(() => resolve()));
  const open = [...connections];
  for (const connection of open) connection.finish('logboom stops.');
  await within(Promise.all(open.map((connection) => connection.closed)), timeout);
  for (const connection of connections) connection.destroy();
  for (const socket of admission.sockets) socket.destroy();
  await down;
}
