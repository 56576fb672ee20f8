import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { LumberjackInputConfig } from '../../config/schema/inputs.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { watchCertificates } from '../../listeners/certificates.ts';
import { clientProblem, readCertificates, subjectOf, tlsOptions } from '../../listeners/tls.ts';
import type { Millis, Origin } from '../../model.ts';
import { lumberjackTelemetry } from '../../telemetry/components/lumberjack.ts';
import type { Instruments } from '../../telemetry/instruments.ts';
import { within } from '../../util/deadline.ts';
import { Connection, type Deliver, type Shared } from './connection.ts';
import { MemoryBudget } from './flow.ts';
import { explainHandshakeError } from './tls.ts';

export interface LumberjackInput {
  address(): { host: string; port: number };
  stats(): LumberjackStats;
  /** Reads the certificates' files now. Broken ones are told in the log, and those before stay in use. */
  reloadCertificates(): Promise<void>;
  /**
   * Accepts nothing more, reads nothing more, waits until the windows in hand are on disk, acknowledges them and
   * closes; what is left after `timeout` is cut off. Stopping twice is harmless.
   */
  stop(timeout: Millis): Promise<void>;
}

interface LumberjackStats {
  connections: number;
  /** Windows whole and not yet on disk. */
  windowsInFlight: number;
  /** Memory that received events take which are not yet on disk. */
  bytesInFlight: number;
  /** Wall time at which the oldest window came that waits for its ACK; absent if none waits. */
  oldestUnacknowledged?: Millis;
}

export interface LumberjackInputOptions {
  now?: () => Millis;
  /** 0 up to 1, for what is left to chance. */
  random?: () => number;
  /** How often the files of the certificates are looked at. */
  certificateCheck?: Millis;
  connectionOpened?: (origin: Origin) => void;
  /** Called when a connection is gone: the ACKs of its last windows may not have arrived. */
  connectionClosed?: (connection: string) => void;
}

const section = 'inputs.lumberjack';

/**
 * Listens for Filebeat and others of its kind. `deliver` takes a window and resolves when it is on disk, and only
 * then it is acknowledged. Throws PORT_IN_USE, and CONFIG_INVALID for what cannot be listened on or read.
 */
export async function startLumberjackInput(
  config: LumberjackInputConfig,
  deliver: Deliver,
  instruments: Instruments,
  options: LumberjackInputOptions = {},
): Promise<LumberjackInput> {
  const telemetry = lumberjackTelemetry(instruments);
  const flow = new MemoryBudget(config.maxBytesInFlight, telemetry.readingPaused);
  const shared: Shared = {
    config,
    deliver,
    telemetry,
    flow,
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  };
  const connections = new Set<Connection>();
  const sockets = new Set<Socket>();
  const accept = acceptor(shared, connections, options);
  const server = config.ssl_enabled
    ? await tlsServer(shared, accept)
    : createPlainServer({ allowHalfOpen: true }, accept);
  server.maxConnections = config.maxConnections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('drop', (peer) =>
    telemetry.connectionTurnedAway(peer?.remoteAddress ?? 'A client', config.maxConnections),
  );
  await listen(server, config);
  server.on('error', telemetry.listenerFailed);
  const certificates = config.ssl_enabled
    ? await watchCertificates(
        config,
        { section, server: server as TlsServer, ...telemetry },
        options.certificateCheck,
      )
    : undefined;
  const address = addressOf(server);
  telemetry.listening(address, config.ssl_enabled);
  let stopped: Promise<void> | undefined;
  return {
    address: () => address,
    stats: () => statsOf(connections, flow),
    reloadCertificates: async () => certificates?.reload(),
    stop: (timeout) => {
      certificates?.stop();
      stopped ??= stop(server, connections, sockets, timeout).then(telemetry.stopped);
      return stopped;
    },
  };
}

type Accept = (socket: Socket, tlsSubject?: string) => void;

function acceptor(
  shared: Shared,
  connections: Set<Connection>,
  { connectionOpened, connectionClosed }: LumberjackInputOptions,
): Accept {
  let accepted = 0;
  return (socket, tlsSubject) => {
    accepted += 1;
    const origin = originOf(socket, accepted, tlsSubject);
    // NODELAY, for an ACK is six bytes that a sender waits for; keepalive, for idle peers are never closed, dead ones are.
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    const connection = new Connection(socket, origin, shared);
    connections.add(connection);
    connectionOpened?.(origin);
    void connection.closed.then(() => {
      connections.delete(connection);
      connectionClosed?.(origin.connection);
    });
  };
}

function originOf(socket: Socket, number: number, tlsSubject: string | undefined): Origin {
  const address = addressOfPeer(socket);
  const host = address.includes(':') ? `[${address}]` : address;
  const connection = `${host}:${socket.remotePort ?? 0}#${number}`;
  return { input: 'lumberjack', connection, address, ...(tlsSubject !== undefined && { tlsSubject }) };
}

/** A dual-stack socket names IPv4 peers in IPv6; people know them by their IPv4 address. */
const addressOfPeer = (socket: Socket): string =>
  (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d)/, '');

async function tlsServer({ config, telemetry }: Shared, accept: Accept): Promise<TlsServer> {
  const options = tlsOptions(config, await readCertificates(config, section));
  const server = createTlsServer({ ...options, allowHalfOpen: true }, (socket: TLSSocket) => {
    const problem = clientProblem(config, socket);
    if (problem === undefined) return accept(socket, subjectOf(socket));
    telemetry.handshakeFailed(addressOfPeer(socket), problem);
    socket.on('error', () => {}).destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    telemetry.handshakeFailed(addressOfPeer(socket), explainHandshakeError(error));
    socket.destroy();
  });
  return server;
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

function statsOf(connections: Set<Connection>, flow: MemoryBudget): LumberjackStats {
  const oldest = Math.min(...[...connections].map((connection) => connection.oldestWaiting ?? Infinity));
  return {
    connections: connections.size,
    windowsInFlight: flow.windows,
    bytesInFlight: flow.bytes,
    ...(oldest < Infinity && { oldestUnacknowledged: oldest }),
  };
}

/** `sockets` holds those, too, whose handshake is not done. */
async function stop(
  server: Server,
  connections: Set<Connection>,
  sockets: Set<Socket>,
  timeout: Millis,
): Promise<void> {
  const down = new Promise<void>((resolve) => server.close(() => resolve()));
  const open = [...connections];
  for (const connection of open) connection.finish('logboom stops.');
  await within(Promise.all(open.map((connection) => connection.closed)), timeout);
  for (const connection of connections) connection.destroy();
  for (const socket of sockets) socket.destroy();
  await down;
}
