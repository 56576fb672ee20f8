import { messageOf } from '../../errors.ts';

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
export function explainHandshakeError(error: NodeJS.ErrnoException): string {
  const remedy = remedies[error.code ?? ''];
  return remedy ? `${remedy} (${error.code})` : `${messageOf(error)}.`;
}
