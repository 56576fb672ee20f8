import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions, type TLSSocket, type TlsOptions } from 'node:tls';
import type { LumberjackInputConfig } from '../config/inputs.ts';
import { LogboomError, messageOf } from '../errors.ts';

const invalid = (option: string, what: string, options?: ErrorOptions) =>
  new LogboomError('CONFIG_INVALID', `inputs.lumberjack.${option} ${what}`, options);

async function read(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw invalid(option, `names ${path}, which cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The files that certificates and keys are in, by option. */
function filesOf(config: LumberjackInputConfig): [option: string, path: string][] {
  const { ssl_certificate: certificate, ssl_key: key, ssl_certificate_authorities: authorities } = config;
  if (certificate === undefined || key === undefined)
    throw invalid(
      certificate === undefined ? 'ssl_certificate' : 'ssl_key',
      'is needed when ssl_enabled is true.',
    );
  if (config.ssl_client_authentication !== 'none' && authorities.length === 0)
    throw invalid(
      'ssl_certificate_authorities',
      `is needed to check clients with ssl_client_authentication: ${config.ssl_client_authentication}.`,
    );
  return [
    ['ssl_certificate', certificate],
    ['ssl_key', key],
    ...authorities.map((path): [string, string] => ['ssl_certificate_authorities', path]),
  ];
}

/** Reads the files, and makes sure that they can be used together. */
export async function readCertificates(config: LumberjackInputConfig): Promise<SecureContextOptions> {
  const files = await Promise.all(filesOf(config).map(([option, path]) => read(option, path)));
  const [cert, key, ...ca] = files;
  const context: SecureContextOptions = {
    ...(cert && { cert }),
    ...(key && { key }),
    ...(ca.length > 0 && { ca }),
    ...(config.ssl_key_passphrase !== undefined && { passphrase: config.ssl_key_passphrase }),
    ...(config.ssl_cipher_suites && { ciphers: config.ssl_cipher_suites.join(':') }),
    minVersion: config.ssl_supported_protocols.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: config.ssl_supported_protocols.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
  };
  try {
    createSecureContext(context);
    return context;
  } catch (cause) {
    throw invalid('ssl_certificate, ssl_key and authorities', `cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Changes whenever one of the files does. A file that is away for a moment has a mark of its own. */
export async function markOfCertificates(config: LumberjackInputConfig): Promise<string> {
  const marks = filesOf(config).map(async ([, path]) => {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      return `${mtimeMs} ${size} ${ino}`;
    } catch {
      return 'absent';
    }
  });
  return (await Promise.all(marks)).join('\n');
}

/**
 * A client certificate is asked for here and judged in `clientProblem`, for Node would close the connection of a
 * client with a wrong one without a word of why.
 */
export function tlsOptions(config: LumberjackInputConfig, context: SecureContextOptions): TlsOptions {
  return {
    ...context,
    requestCert: config.ssl_client_authentication !== 'none',
    rejectUnauthorized: false,
    handshakeTimeout: config.ssl_handshake_timeout,
  };
}

const presented = (socket: TLSSocket): boolean => Object.keys(socket.getPeerCertificate() ?? {}).length > 0;

/** Why a client is not let in; undefined if it is. A certificate is judged even where none is required. */
export function clientProblem(config: LumberjackInputConfig, socket: TLSSocket): string | undefined {
  if (config.ssl_client_authentication === 'none' || socket.authorized) return undefined;
  if (presented(socket)) return `The client’s certificate is not accepted: ${socket.authorizationError}.`;
  if (config.ssl_client_authentication === 'optional') return undefined;
  return 'The client presented no certificate, and ssl_client_authentication is required.';
}

/** Common name of the client's certificate, if it was checked. */
export function subjectOf(socket: TLSSocket): string | undefined {
  const name: unknown = socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined;
  return typeof name === 'string' ? name : undefined;
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

/** Why a handshake failed, and what to do about it. */
export function handshakeProblem(error: NodeJS.ErrnoException): string {
  const remedy = remedies[error.code ?? ''];
  return remedy ? `${remedy} (${error.code})` : `${messageOf(error)}.`;
}
