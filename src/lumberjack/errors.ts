import { LogboomError } from '../errors.ts';
import { formatSize } from '../util/units.ts';
import type { Limits } from './frames.ts';
import { has, isVersion, type Source } from './frames.ts';

/** The offset of the next frame, in words, so that an operator can find it in a capture of the connection. */
export function offsetIn(source: Source): string {
  return source.compressed
    ? `byte ${source.at} inside the compressed frame at byte ${source.streamOffset} of the stream`
    : `byte ${source.streamOffset + source.at} of the stream`;
}

export const protocolError = (what: string, options?: ErrorOptions): LogboomError =>
  new LogboomError('LUMBERJACK_PROTOCOL', what, options);

export const outsideWindow = (source: Source, what: string): LogboomError =>
  protocolError(
    `The ${what} at ${offsetIn(source)} is outside a window: none was announced, or more events came than were.`,
  );

/** The error for an exceeded limit. It names the setting, so that an operator who trusts the sender can raise it. */
export function limitError(what: string, limit: keyof Limits, limits: Limits): LogboomError {
  const most = limit.endsWith('Bytes') ? formatSize(limits[limit]) : String(limits[limit]);
  const remedy =
    limit === 'maxEventBytes' || limit === 'maxPairs'
      ? 'Raise the limit if the sender is trusted.'
      : 'Lower bulk_max_size at the sender, or raise the limit if the sender is trusted.';
  return new LogboomError(
    'LUMBERJACK_LIMIT',
    `${what}; at most ${most} is accepted (limits.${limit}). ${remedy}`,
  );
}

/**
 * Returns the kind of the next frame; undefined if its first two bytes were not received yet. Throws for a wrong version
 * byte: the stream has no marker to resynchronise on, so reading on would invent frames.
 */
export function nextKind(source: Source): number | undefined {
  if (!has(source, 1)) return undefined;
  if (!isVersion(source.bytes[source.at]!)) throw notLumberjack(source);
  return has(source, 2) ? source.bytes[source.at + 1] : undefined;
}

function notLumberjack(source: Source): LogboomError {
  const found = source.bytes.subarray(source.at, Math.min(source.at + 8, source.end));
  const first = source.streamOffset + source.at === 0;
  return protocolError(
    `No Lumberjack frame begins at ${offsetIn(source)}: found ${found.toString('hex')}, expected 31 or 32 first.` +
      (first ? remedyFor(found) : ''),
  );
}

const httpMethods = /^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PRI) /;

/** The remedy for usual mistakes, recognised by the first bytes of a connection. Bytes of the peer never enter the text. */
function remedyFor(opening: Buffer): string {
  if (httpMethods.test(opening.toString('latin1')))
    return ' This is HTTP: ship with output.logstash, for neither output.elasticsearch nor a browser speaks Lumberjack.';
  if (opening[0] === 0x16 && (opening.length === 1 || opening[1] === 0x03))
    return ' This is TLS: set ssl_enabled with a certificate here, or turn ssl off in the sender’s output.logstash.';
  return '';
}
