import { readFileSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { NotifierError } from '../notifier.ts';

export interface Trust {
  ssl_certificate_authorities: readonly string[];
  ssl_verification_mode: 'full' | 'none';
}

/** The TLS options of Node for these settings. The files are read at each call, so a replaced file takes effect. */
export function tlsOptions(trust: Trust): { ca?: Buffer[]; rejectUnauthorized: boolean } {
  const ca = trust.ssl_certificate_authorities.map(readAuthority);
  return { rejectUnauthorized: trust.ssl_verification_mode === 'full', ...(ca.length > 0 && { ca }) };
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = `\`ssl_certificate_authorities\` names a file that cannot be read: ${messageOf(error)}`;
    throw new NotifierError('NOTIFIER_MISCONFIGURED', reason);
  }
}

const otherAuthority = 'add its certificate authority to `ssl_certificate_authorities`';

/** What to do about a connection that failed, by the code of Node or OpenSSL. */
const remedies: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed: ${otherAuthority}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate authority is not trusted: ${otherAuthority}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate authority is not trusted: ${otherAuthority}`,
  UNABLE_TO_GET_ISSUER_CERT: `its certificate authority is not trusted: ${otherAuthority}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its certificate authority is not trusted: ${otherAuthority}`,
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it on the server',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: check the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name: use the name in the certificate as the address',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not use TLS on this port: correct the port or the use of TLS',
  EPROTO: 'it does not use TLS on this port, or no version that logboom accepts: correct the port',
  ENOTFOUND: 'its name cannot be resolved: check the host name',
};

/** The code of a failed connection, looked for in the causes of the error as well. */
export function codeOf(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as { code?: unknown };
    if (typeof code === 'string' && !code.startsWith('UND_')) return code;
  }
  return undefined;
}

/** The remedy for a failed connection that only the operator can repair. */
export function remedyFor(code: string | undefined): string | undefined {
  return code === undefined ? undefined : remedies[code];
}
