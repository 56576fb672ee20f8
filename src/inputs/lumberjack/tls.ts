import type { Socket } from 'node:net';
import { createServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { LumberjackInputConfig } from '../../config/schema/inputs.ts';
import { messageOf } from '../../errors.ts';
import { rawSocket } from '../../listeners/proxied-server.ts';
import { clientProblem, readCertificates, subjectOf, tlsOptions } from '../../listeners/tls.ts';

/** The section of the configuration that errors name. */
export const section = 'inputs.lumberjack';

/** Takes over a connected socket. `tlsSubject` is the common name of a verified client certificate. */
export type Accept = (socket: Socket, tlsSubject?: string) => void;

/**
 * Creates a TLS server that passes on each client whose handshake succeeds and whose certificate is allowed. It does not
 * listen: connections are handed to it by its event `connection`. `failed` is called with the connection's own socket.
 */
export async function createTlsServer(
  config: LumberjackInputConfig,
  failed: (socket: Socket, reason: string) => void,
  accept: Accept,
): Promise<TlsServer> {
  const options = tlsOptions(config, await readCertificates(config, section));
  const server = createServer({ ...options, allowHalfOpen: true }, (socket: TLSSocket) => {
    const problem = clientProblem(config, socket);
    if (problem === undefined) return accept(socket, subjectOf(socket));
    failed(rawSocket(socket), problem);
    socket.on('error', () => {}).destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    failed(rawSocket(socket), explainHandshakeError(error));
    socket.destroy();
  });
  return server;
}

const remedies: Record<string, string> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'The client does not speak TLS: turn on ssl in its output.logstash.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The client does not speak TLS: turn on ssl in its output.logstash.',
  ERR_SSL_HTTP_REQUEST: 'The client speaks plain HTTP: this is no web server, ship with output.logstash.',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'The client does not trust our certificate: give it the authority’s.',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'The client does not accept our certificate: give it the authority’s, and check that ours is made for this host.',
  ERR_SSL_UNSUPPORTED_PROTOCOL:
    'The client speaks only TLS versions that ssl_supported_protocols leaves out.',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'It did not end within ssl_handshake_timeout.',
  ECONNRESET: 'The client broke it off; mostly it does not trust our certificate.',
};

/** The cause of a failed handshake and its remedy, in words. */
export function explainHandshakeError(error: NodeJS.ErrnoException): string {
  const remedy = remedies[error.code ?? ''];
  return remedy ? `${remedy} (${error.code})` : `${messageOf(error)}.`;
}
