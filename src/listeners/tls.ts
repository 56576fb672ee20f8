import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions, type TLSSocket, type TlsOptions } from 'node:tls';
import { LogboomError, messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';

/** The TLS settings of a listener, under the names that Logstash gives them. */
export interface TlsSettings {
  ssl_enabled: boolean;
  ssl_certificate?: string | undefined;
  ssl_key?: string | undefined;
  ssl_key_passphrase?: string | undefined;
  ssl_certificate_authorities: string[];
  ssl_client_authentication: 'none' | 'optional' | 'required';
  ssl_supported_protocols: ('TLSv1.2' | 'TLSv1.3')[];
  ssl_cipher_suites?: string[] | undefined;
  ssl_handshake_timeout: Millis;
}

/** TLS is off where it is not set; the schema of the configuration sets all options. */
export const speaksTls = (settings: Partial<TlsSettings>): settings is TlsSettings =>
  settings.ssl_enabled === true;

/** Where in the configuration the settings are, for messages: `inputs.lumberjack`, `api` or `store`. */
export type Section = string;

const invalid = (section: Section, option: string, what: string, options?: ErrorOptions) =>
  new LogboomError('CONFIG_INVALID', `${section}.${option} ${what}`, options);

async function read(section: Section, option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw invalid(section, option, `names ${path}, which cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The files that certificates and keys are in, by option. */
function filesOf(settings: TlsSettings, section: Section): [option: string, path: string][] {
  const { ssl_certificate: certificate, ssl_key: key, ssl_certificate_authorities: authorities } = settings;
  if (certificate === undefined || key === undefined)
    throw invalid(
      section,
      certificate === undefined ? 'ssl_certificate' : 'ssl_key',
      'is needed when ssl_enabled is true.',
    );
  if (settings.ssl_client_authentication !== 'none' && authorities.length === 0)
    throw invalid(
      section,
      'ssl_certificate_authorities',
      `is needed to check clients with ssl_client_authentication: ${settings.ssl_client_authentication}.`,
    );
  return [
    ['ssl_certificate', certificate],
    ['ssl_key', key],
    ...authorities.map((path): [string, string] => ['ssl_certificate_authorities', path]),
  ];
}

/** Reads the files, and makes sure that they can be used together. Throws CONFIG_INVALID. */
export async function readCertificates(
  settings: TlsSettings,
  section: Section,
): Promise<SecureContextOptions> {
  const listed = filesOf(settings, section).map(([option, path]) => read(section, option, path));
  const [cert, key, ...ca] = await Promise.all(listed);
  const context: SecureContextOptions = {
    ...(cert && { cert }),
    ...(key && { key }),
    ...(ca.length > 0 && { ca }),
    ...(settings.ssl_key_passphrase !== undefined && { passphrase: settings.ssl_key_passphrase }),
    ...(settings.ssl_cipher_suites && { ciphers: settings.ssl_cipher_suites.join(':') }),
    minVersion: settings.ssl_supported_protocols.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: settings.ssl_supported_protocols.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
  };
  try {
    createSecureContext(context);
    return context;
  } catch (cause) {
    throw invalid(
      section,
      'ssl_certificate, ssl_key and authorities',
      `cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Changes whenever one of the files does. A file that is away for a moment has a mark of its own. */
export async function markOfCertificates(settings: TlsSettings, section: Section): Promise<string> {
  const marks = filesOf(settings, section).map(async ([, path]) => {
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
 * A client certificate is requested here and checked in `clientProblem`, for Node would close the connection of a
 * client with an invalid one without a reason.
 */
export function tlsOptions(settings: TlsSettings, context: SecureContextOptions): TlsOptions {
  return {
    ...context,
    requestCert: settings.ssl_client_authentication !== 'none',
    rejectUnauthorized: false,
    handshakeTimeout: settings.ssl_handshake_timeout,
  };
}

const presented = (socket: TLSSocket): boolean => Object.keys(socket.getPeerCertificate() ?? {}).length > 0;

/** Why a client is refused; undefined where it is accepted. A certificate is checked even where none is required. */
export function clientProblem(settings: TlsSettings, socket: TLSSocket): string | undefined {
  if (settings.ssl_client_authentication === 'none' || socket.authorized) return undefined;
  if (presented(socket)) return `The client’s certificate is not accepted: ${socket.authorizationError}.`;
  if (settings.ssl_client_authentication === 'optional') return undefined;
  return 'The client presented no certificate, and ssl_client_authentication is required.';
}

/** Common name of the client's certificate, if it was checked. */
export function subjectOf(socket: TLSSocket): string | undefined {
  const name: unknown = socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined;
  return typeof name === 'string' ? name : undefined;
}
