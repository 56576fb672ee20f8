import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { codeOf, remedyFor, type Trust, tlsOptions } from '../../notifiers/transport/trust.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

const day = 86_400_000;
/** A certificate that ends sooner is worth a warning. Authorities renew 30 days before the end at the latest. */
const soon = 21 * day;

/** A finding about the end of a certificate; none while that is far away. `ends`: as OpenSSL writes it, or ISO 8601. */
export function certificateFindings(what: string, ends: string, now: number): Finding[] {
  const end = Date.parse(ends);
  const date = Number.isNaN(end) ? ends : new Date(end).toISOString().slice(0, 10);
  if (end <= now) return [problem(what, `its certificate ended on ${date}: renew it`)];
  if (end - now < soon) return [warning(what, `its certificate ends on ${date}: renew it`)];
  return [];
}

/**
 * Connects to the host of an address, and ends the connection without a request: nothing happens at the peer. Where the scheme
 * is `https`, the TLS handshake is part of it.
 */
export async function reachFindings(
  what: string,
  address: string,
  trust: Trust,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(address);
  const isTls = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = { host, port: Number(port || (isTls ? 443 : 80)) };
  try {
    const socket = await connected(
      isTls ? connectTls({ ...at, servername: host, ...tlsOptions(trust) }) : connectTcp(at),
      isTls ? 'secureConnect' : 'connect',
      signal,
    );
    const ends = isTls ? (socket as TLSSocket).getPeerCertificate().valid_to : undefined;
    socket.destroy();
    const warnings = ends === undefined ? [] : certificateFindings(what, ends, Date.now());
    return warnings.length > 0 ? warnings : [fine(what, `${hostname} can be reached; nothing was sent`)];
  } catch (error) {
    const code = codeOf(error);
    const remedy = remedyFor(code);
    const reason = code ?? (error as Error).message;
    return [
      problem(
        what,
        `${hostname} cannot be reached: ${remedy === undefined ? reason : `${reason}; ${remedy}`}`,
      ),
    ];
  }
}

function connected(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.destroy();
      reject(new Error('no answer in time'));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once(event, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** More than this between two clocks moves events into other windows. */
const worthSaying = 2_000;

/** Compares our clock with the time that a server wrote into its answer, which has whole seconds. */
export function clockFindings(what: string, date: string | undefined, now: number): Finding[] {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  const ahead = Math.round((now - theirs) / 1000);
  if (Math.abs(now - theirs) < worthSaying) return [];
  const how = `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'}`;
  return [warning('clock', `the clock of this machine is ${how} that of ${what}: synchronise both by NTP`)];
}
