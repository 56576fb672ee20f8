import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type PeerCertificate,
} from 'node:tls';
import type { ForwardConfig } from '../../config/schema/forward.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { AckDecoder } from '../../lumberjack/encoder.ts';
import type { Millis } from '../../model.ts';
import { readConfiguredFile } from '../../util/files.ts';

type Ssl = NonNullable<ForwardConfig['ssl']>;

const invalid = (option: string, what: string, options?: ErrorOptions) =>
  new LogboomError('CONFIG_INVALID', `forward.ssl.${option} ${what}`, options);

const read = (option: string, path: string) => readConfiguredFile(`forward.ssl.${option}`, path);

/** TLS options for a host; undefined where TLS is off. Throws `CONFIG_INVALID` for files that cannot be used. */
export function tlsFor(ssl: Ssl | undefined, host: string): ConnectionOptions | undefined {
  if (!ssl?.enabled) return undefined;
  const { verification_mode: mode, supported_protocols: protocols } = ssl;
  const files = filesOf(ssl);
  try {
    createSecureContext(files);
  } catch (cause) {
    const what = `cannot be used: ${messageOf(cause)}`;
    throw invalid('certificate, key and certificate_authorities', what, { cause });
  }
  return {
    ...files,
    rejectUnauthorized: mode !== 'none',
    ...(mode === 'certificate' && { checkServerIdentity: () => undefined }),
    ...(mode === 'strict' && { checkServerIdentity: strictly }),
    // SNI is for names only; RFC 6066 does not allow addresses.
    ...(isIP(host) === 0 && { servername: host }),
    minVersion: protocols.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: protocols.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
  };
}

function filesOf(ssl: Ssl) {
  const ca = ssl.certificate_authorities.map((path) => read('certificate_authorities', path));
  return {
    ...(ca.length > 0 && { ca }),
    ...(ssl.certificate !== undefined && { cert: read('certificate', ssl.certificate) }),
    ...(ssl.key !== undefined && { key: read('key', ssl.key) }),
    ...(ssl.key_passphrase !== undefined && { passphrase: ssl.key_passphrase }),
  };
}

/** The name has to be among the subject's alternative names; unlike with `full`, the common name does not count. */
function strictly(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname) return checkServerIdentity(host, certificate);
  return new Error(`the certificate has no subject alternative name, and verification_mode is strict`);
}

const authority = 'name its authority in ssl.certificate_authorities';
const remedies: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: authority,
  SELF_SIGNED_CERT_IN_CHAIN: authority,
  UNABLE_TO_GET_ISSUER_CERT: authority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: authority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: authority,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'use the name that its certificate is for, or ssl.verification_mode: certificate',
  CERT_HAS_EXPIRED: 'its certificate has to be renewed',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: leave ssl out, or switch it on there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS: leave ssl out, or switch it on there',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for ssl.certificate and ssl.key',
  ENOTFOUND: 'no such name is known here',
  ECONNREFUSED: 'nobody listens there',
};

/** The message of a connection error, with the remedy where one is known. */
function withRemedy(error: NodeJS.ErrnoException): string {
  const remedy = remedies[error.code ?? ''];
  return remedy === undefined ? error.message : `${error.message} (${remedy})`;
}

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
