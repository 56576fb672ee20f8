import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Client, type Credential, type Role, recognizer } from './credentials.ts';
import { clientProblem, type Section, speaksTls, type TlsSettings } from './tls.ts';

/** Settings of a listener's access control. */
export interface GuardSettings extends Partial<TlsSettings> {
  /** Where it listens. */
  host: string;
  /** Names under which it is reached, beside addresses and names without a dot. */
  allowedHosts?: string[];
}

interface Asked {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
  socket: Socket;
}

/** Why a request is refused. `challenge` is the value of `WWW-Authenticate`. */
interface Refusal {
  status: 401 | 403;
  reason: string;
  challenge?: string;
}

const readMethods = new Set(['GET', 'HEAD']);

/** Methods other than GET and HEAD need `operate`. A route that is an exception sets its role itself. */
export const roleFor = (method: string): Role => (readMethods.has(method) ? 'read' : 'operate');

type Guard = (asked: Asked, needs: Role) => Refusal | Client;

/** Every client, where no credentials are configured: only on loopback, or where the configuration allows it. */
const anyone: Client = { name: 'anyone', role: 'operate' };

/** Credentials are required where any are configured. Without them, a request for a foreign domain is refused. */
export function createGuard(
  section: Section,
  settings: GuardSettings,
  credentials: readonly Credential[],
  challenge: string,
): Guard {
  const recognize = recognizer(credentials);
  const isFree = credentials.every(({ name }) => name === own);
  const asksName = isLoopback(settings.host) || isFree;
  const names = [...(settings.allowedHosts ?? []), settings.host];
  return ({ method = '', headers, socket }, needs) => {
    if (asksName && !isOwnName(headers.host, names)) return foreign(section, 'host');
    if (!readMethods.has(method) && isForeign(headers.origin, headers.host))
      return foreign(section, 'origin');
    const client = recognize(headers.authorization) ?? (isFree ? anyone : undefined);
    // The sink of the embedded store has a credential, created at the start, and no certificate.
    const problem = client?.name === own ? undefined : certificateProblem(settings, socket);
    if (problem !== undefined) return { status: 403, reason: problem };
    if (client === undefined) return { status: 401, reason: 'Credentials are needed.', challenge };
    if (needs === 'operate' && client.role === 'read') return lacksRole(client);
    return client;
  };
}

/** Name of the credential by which logboom reaches a listener of its own. */
export const own = 'logboom itself';

const certificateProblem = (settings: GuardSettings, socket: Socket) =>
  speaksTls(settings) ? clientProblem(settings, socket as TLSSocket) : undefined;

function foreign(section: Section, header: 'host' | 'origin'): Refusal {
  const reason =
    header === 'host'
      ? `The request is for a name that is not this server’s. Where it is, add it to \`${section}.allowedHosts\`.`
      : 'A page of another site may not change anything here.';
  return { status: 403, reason };
}

const lacksRole = ({ name }: Client): Refusal => ({
  status: 403,
  reason: `The token \`${name}\` may read; this needs one with the role \`operate\`.`,
});

export const isRefusal = (judged: Refusal | Client): judged is Refusal => 'status' in judged;

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name in a `Host` header or an origin's end, without port and brackets, in lower case. */
function nameIn(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '');
}

/**
 * Whether a `Host` header names this server and not a foreign domain. A page of `evil.example` can let its name
 * point to 127.0.0.1 and then read from here as from its own server (DNS rebinding), but the browser still says that
 * name. Addresses, `localhost` and names without a dot, such as those of containers, are no public domain.
 */
export function isOwnName(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return true;
  const name = nameIn(host);
  if (name === '') return false;
  if (isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost')) return true;
  return allowed.some((one) => one.toLowerCase() === name);
}

/** Whether a page of another site sends the request: browsers say so in `Origin` wherever it could change something. */
export function isForeign(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  return origin.replace(/^https?:\/\//, '').toLowerCase() !== (host ?? '').toLowerCase();
}
