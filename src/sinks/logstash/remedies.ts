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
