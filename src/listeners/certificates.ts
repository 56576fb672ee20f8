import type { SecureContextOptions } from 'node:tls';
import type { Millis } from '../model.ts';
import { markOfCertificates, readCertificates, type Section, type TlsSettings } from './tls.ts';

export interface CertificateWatch {
  reload(): Promise<void>;
  stop(): void;
}

/** Whose certificates are renewed, and who is told. */
interface Renewal {
  section: Section;
  server: { setSecureContext(context: SecureContextOptions): void };
  certificatesLoaded(): void;
  /** Broken ones: those before stay in use. */
  certificatesNotLoaded(error: unknown): void;
}

/**
 * Puts renewed certificates into use without a restart, for connections to come; those that are open stay. The
 * files are looked at every few seconds rather than watched: a watch does not survive the renaming and linking by
 * which certificates are renewed (certbot, Kubernetes).
 *
 * Certificate and key cannot be replaced at the same moment. A look in between finds that they do not fit, keeps
 * the old ones, and the look after the second replacement finds a change again.
 */
export async function watchCertificates(
  settings: TlsSettings,
  renewal: Renewal,
  every: Millis = 5_000,
): Promise<CertificateWatch> {
  const { section, server } = renewal;
  let mark = await markOfCertificates(settings, section);
  const reload = async () => {
    // Marked before they are read: a change during the reading is found by the next look.
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
