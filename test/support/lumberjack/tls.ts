import type { ConnectionOptions } from 'node:tls';
import { certificateFiles, makeAuthority } from '../certificates.ts';
import { bareWindow } from './frames.ts';
import { startInput } from './input.ts';
import { connectSender } from './sender.ts';

export const authority = makeAuthority();
export const stranger = makeAuthority('unknown authority');

export type Settings = NonNullable<Parameters<typeof startInput>[0]>;

/** An input with TLS, and what a sender needs to trust it. */
export async function startTlsInput(settings: Settings = {}) {
  const files = certificateFiles(authority);
  const { ssl_certificate, ssl_key } = files;
  const started = await startInput({ ssl_enabled: true, ssl_certificate, ssl_key, ...settings });
  return { ...started, files };
}

export const mutual = (mode: 'optional' | 'required'): Settings => ({
  ssl_client_authentication: mode,
  ssl_certificate_authorities: [certificateFiles(authority).authority],
});

export const trusting: ConnectionOptions = { ca: authority.cert };

/** Sends a window over TLS and tells what became of it: its ACK, or how the server closed. */
export async function outcomeOf(port: number, tls: ConnectionOptions): Promise<number | string> {
  try {
    const sender = await connectSender(port, tls);
    sender.send(bareWindow(3));
    return await Promise.race([
      sender.closing,
      sender.sequences(1).then(
        ([sequence]) => sequence!,
        () => 'none',
      ),
    ]);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code ?? error);
  }
}
