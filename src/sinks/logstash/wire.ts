import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { LogboomError } from '../../errors.ts';
import { AckDecoder } from '../../lumberjack/encoder.ts';
import type { Millis } from '../../model.ts';
import { withRemedy } from './tls.ts';

export interface Peer {
  host: string;
  port: number;
  /** Speaks TLS with these settings; TCP without them. */
  tls?: ConnectionOptions;
  /**
   * How long connecting may take, and how long the server may be silent while it owes an ACK. A heartbeat (ACK 0)
   * is no silence. Default 30 s.
   */
  timeout?: Millis;
  /** Ends an attempt to connect. */
  signal?: AbortSignal;
}

/** An established connection to a Lumberjack server. */
export interface Wire {
  write(...bytes: Buffer[]): void;
  /** While an ACK is owed, silence of the server for `timeout` ends the connection. */
  expectAck(owed: boolean): void;
  /** Closes the connection; with a reason it is destroyed at once. */
  end(reason?: Error): void;
}

interface WireEvents {
  /** Never called with 0, the sequence number of a heartbeat. */
  onAck(sequence: number): void;
  /** Called once, also after `end`. */
  onEnd(error: LogboomError): void;
}

const DEFAULT_TIMEOUT = 30_000;

export function openWire(peer: Peer, events: WireEvents): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const { timeout = DEFAULT_TIMEOUT, signal } = peer;
    const socket = peer.tls
      ? connectTls({ ...peer.tls, host: peer.host, port: peer.port })
      : connectTcp(peer.port, peer.host);
    const failed = (error: Error) => reject(unavailable(peer, 'Cannot connect to', withRemedy(error)));
    const late = () => socket.destroy(new Error(`no answer within ${timeout} ms`));
    const aborted = () => socket.destroy(new Error('it is no longer wanted'));
    socket.on('error', failed);
    socket.setTimeout(timeout, late);
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) aborted();
    socket.once(peer.tls ? 'secureConnect' : 'connect', () => {
      signal?.removeEventListener('abort', aborted);
      socket.off('timeout', late).setTimeout(0);
      socket.off('error', failed);
      resolve(wireOver(socket, peer, events));
    });
    socket.once('close', () => {
      signal?.removeEventListener('abort', aborted);
      failed(new Error('it was closed'));
    });
  });
}

function wireOver(socket: Socket, peer: Peer, events: WireEvents): Wire {
  const acks = new AckDecoder();
  const timeout = peer.timeout ?? DEFAULT_TIMEOUT;
  let failure: Error | undefined;
  let owes = false;
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
        unavailable(peer, 'Lost the connection to', failure ? withRemedy(failure) : 'it was closed'),
      );
  });
  return {
    write: (...bytes) => writeTogether(socket, bytes),
    expectAck(owed) {
      // Setting the timeout again would restart it, and ACKs of other connections say nothing about this one.
      if (owed !== owes) socket.setTimeout(owed ? timeout : 0);
      owes = owed;
    },
    end: (reason) => void (reason ? socket.destroy(reason) : socket.end(() => socket.destroy())),
  };
}

/** A window's header and its payload are two buffers, and shall not be two packets. */
function writeTogether(socket: Socket, bytes: Buffer[]): void {
  socket.cork();
  for (const part of bytes) socket.write(part);
  socket.uncork();
}

const unavailable = ({ host, port }: Peer, what: string, why: string) =>
  new LogboomError('SINK_UNAVAILABLE', `${what} the Lumberjack server at ${host}:${port}: ${why}.`);
