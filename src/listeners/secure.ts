import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';
import { type CertificateWatch, watchCertificates } from './certificates.ts';
import { readCertificates, type Section, speaksTls, type TlsSettings, tlsOptions } from './tls.ts';

/** TLS of an HTTP server: options for its constructor, and the renewal of its certificates. */
export interface SecureHttp {
  /** For the server's constructor; undefined where it speaks plain HTTP. */
  options: object | undefined;
  watch(server: Server, every?: Millis): Promise<CertificateWatch>;
}

const nothing: CertificateWatch = { reload: async () => {}, stop: () => {} };

/** Reads the certificates, where TLS is on. Throws CONFIG_INVALID. */
export async function secureHttp(
  settings: Partial<TlsSettings>,
  section: Section,
  log: Logger,
): Promise<SecureHttp> {
  if (!speaksTls(settings)) return { options: undefined, watch: async () => nothing };
  const options = tlsOptions(settings, await readCertificates(settings, section));
  return {
    options,
    async watch(server, every) {
      server.on('tlsClientError', (error: Error, socket: Socket) => {
        log.info({ client: socket.remoteAddress }, `${section}: no TLS handshake: ${messageOf(error)}`);
      });
      const secure = server as Server & { setSecureContext(context: SecureContextOptions): void };
      const renewal = {
        section,
        server: secure,
        certificatesLoaded: () => log.info(`${section} uses the new certificates.`),
        certificatesNotLoaded: (err: unknown) =>
          log.error({ err }, `${section}: the new certificates cannot be used; those before stay in use.`),
      };
      return watchCertificates(settings, renewal, every);
    },
  };
}
