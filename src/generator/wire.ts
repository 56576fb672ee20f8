import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { LogboomError, messageOf } from '../errors.ts';
import { AckDecoder } from '../lumberjack/ack-decoder.ts';
import type { Millis } from '../model.ts';

export interface Peer {
  host: string;
  port: number;
  /** Speaks TLS with these settings; TCP without them. */
  tls?: ConnectionOptions;
  /** How long the server may be silent while it owes an ACK. A heartbeat (ACK 0) is no silence. Default 30 s. */
  timeout?: Millis;
}

/** One connection to a Lumberjack server, from when it stands until it ends. */
export interface Wire {
  write(bytes: Buffer): void;
  /** Whether silence of the server means that something is wrong: it owes an ACK. */
  expectAck(owed: boolean): void;
  end(): void;
}

export interface WireEvents {
  /** Never called with 0: heartbeats stay in here. */
  onAck(sequence: number): void;
  /** Called once, also after `end`. */
  onEnd(error: LogboomError): void;
}

const DEFAULT_TIMEOUT = 30_000;

export function openWire(peer: Peer, events: WireEvents): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = peer.tls
      ? connectTls({ ...peer.tls, host: peer.host, port: peer.port })
      : connectTcp(peer.port, peer.host);
    const failed = (error: Error) => reject(unavailable(peer, 'Cannot connect to', messageOf(error)));
    socket.once('error', failed);
    socket.once(peer.tls ? 'secureConnect' : 'connect', () => {
      socket.off('error', failed);
      resolve(wireOver(socket, peer, events));
    });
  });
}

function wireOver(socket: Socket, peer: Peer, events: WireEvents): Wire {
  const acks = new AckDecoder();
  const timeout = peer.timeout ?? DEFAULT_TIMEOUT;
  let failure: unknown;
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    try {
      for (const { sequence } of acks.push(chunk)) if (sequence !== 0) events.onAck(sequence);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('timeout', () => socket.destroy(new Error(`no ACK within ${timeout} ms`)));
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    if (failure instanceof LogboomError) events.onEnd(failure);
    else
      events.onEnd(
        unavailable(peer, 'Lost the connection to', failure ? messageOf(failure) : 'it was closed'),
      );
  });
  return {
    write: (bytes) => void socket.write(bytes),
    expectAck: (owed) => void socket.setTimeout(owed ? timeout : 0),
    end: () => void socket.end(() => socket.destroy()),
  };
}

const unavailable = ({ host, port }: Peer, what: string, why: string) =>
  new LogboomError('SINK_UNAVAILABLE', `${what} the Lumberjack server at ${host}:${port}: ${why}.`);
