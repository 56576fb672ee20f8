import type { SecureContextOptions } from 'node:tls';
import type { Millis } from '../model.ts';
import { markOfCertificates, readCertificates, type Section, type TlsSettings } from './tls.ts';

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
