import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';
import {
  markOfCertificates,
  readCertificates,
  type Section,
  speaksTls,
  type TlsSettings,
  tlsOptions,
} from './tls.ts';

export interface CertificateWatch {
  reload(): Promise<void>;
  stop(): void;
}

/** The server whose certificates are renewed, and what is called afterwards. */
interface Renewal {
  section: Section;
  server: { setSecureContext(context: SecureContextOptions): void };
  certificatesLoaded(): void;
  /** The new certificates are invalid; the present ones stay in use. */
  certificatesNotLoaded(error: unknown): void;
}

/**
 * Puts renewed certificates into use without a restart, for connections to come; those that are open stay. The
 * files are checked every few seconds and not watched: a watch does not survive the renaming and linking by
 * which certificates are renewed (certbot, Kubernetes).
 *
 * Certificate and key cannot be replaced at the same moment. A check in between finds that they do not match, keeps
 * the old ones, and the check after the second replacement finds another change.
 */
export async function watchCertificates(
  settings: TlsSettings,
  renewal: Renewal,
  every: Millis = 5_000,
): Promise<CertificateWatch> {
  const { section, server } = renewal;
  let mark = await markOfCertificates(settings, section);
  const reload = async () => {
    // The mark is taken before the files are read, so the next check finds a change during the reading.
    mark = await markOfCertificates(settings, section);
    try {
      server.setSecureContext(await readCertificates(settings, section));
      renewal.certificatesLoaded();
    } catch (error) {
      renewal.certificatesNotLoaded(error);
    }
  };
  const timer = setInterval(async () => {
    if ((await markOfCertificates(settings, section)) !== mark) await reload();
  }, every).unref();
  return { reload, stop: () => clearInterval(timer) };
}

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
