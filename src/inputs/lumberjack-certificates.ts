import type { Server } from 'node:tls';
import type { LumberjackInputConfig } from '../config/inputs.ts';
import type { Millis } from '../model.ts';
import type { LumberjackTelemetry } from '../telemetry/lumberjack.ts';
import { markOfCertificates, readCertificates } from './lumberjack-tls.ts';

export interface CertificateWatch {
  reload(): Promise<void>;
  stop(): void;
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
  config: LumberjackInputConfig,
  server: Server,
  telemetry: LumberjackTelemetry,
  every: Millis = 5_000,
): Promise<CertificateWatch> {
  let mark = await markOfCertificates(config);
  const reload = async () => {
    // Marked before they are read: a change during the reading is found by the next look.
    mark = await markOfCertificates(config);
    try {
      server.setSecureContext(await readCertificates(config));
      telemetry.certificatesLoaded();
    } catch (error) {
      telemetry.certificatesNotLoaded(error);
    }
  };
  const timer = setInterval(async () => {
    if ((await markOfCertificates(config)) !== mark) await reload();
  }, every).unref();
  return { reload, stop: () => clearInterval(timer) };
}
