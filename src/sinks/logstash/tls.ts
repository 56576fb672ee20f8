import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
} from 'node:tls';
import type { ForwardConfig } from '../../config/schema/forward.ts';
import { LogboomError, messageOf } from '../../errors.ts';
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
export function withRemedy(error: NodeJS.ErrnoException): string {
  const remedy = remedies[error.code ?? ''];
  return remedy === undefined ? error.message : `${error.message} (${remedy})`;
}
