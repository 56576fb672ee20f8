import { LogboomError } from '../../errors.ts';
import { defined, type JsonObject } from '../../events/index.ts';
import { unescapeLog } from '../access/access-fields.ts';
import { firstPublic, isPublic } from '../access/client.ts';
import { readStamp } from '../text/stamps.ts';
import { ipOf, type TextFormat } from '../text/text-format.ts';
import { webFields } from '../text/web/request-fields.ts';
import { ofApache, ofNginx, type Reader } from './log-variables.ts';

/** A part of a format: text that stands in each line, or the value of a variable or directive. */
type Piece = { text: string } | { name: string; read: Reader };

/** `$name` and `${name}`, or `%a`, `%>s`, `%{name}i`, `%!200,304{name}i`. */
const variables = /\$(?:\{(\w+)\}|(\w+))|%(?:[!\d,]*)([<>]?)(?:\{([^}]*)\})?(\^[A-Za-z]{2}|[A-Za-z]|%)/g;

/** Times that Apache writes in parts, such as `%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t`. */
const timeInParts = /%\{[^}]*\}t(?:[ .,:]?%\{[^}]*\}t)+/g;

function piecesOf(format: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const isNginx = format.includes('$');
  const textIn = (text: string) => (isNginx ? text : text.replaceAll('%%', '%'));
  for (const match of format.matchAll(variables)) {
    const [whole, braced, plain, , argument, directive] = match;
    const name = braced ?? plain;
    if ((name !== undefined) !== isNginx || whole === '%%') continue;
    if (match.index > at) pieces.push({ text: textIn(format.slice(at, match.index)) });
    const read = name === undefined ? ofApache(directive!, argument, whole) : ofNginx(name);
    pieces.push({ name: name ?? directive!, read });
    at = match.index + whole.length;
  }
  if (at < format.length) pieces.push({ text: textIn(format.slice(at)) });
  return pieces;
}

const escapeText = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Reads a definition as it stands in the server's configuration: the string of nginx's `log_format` or of Apache's `LogFormat`, in
 * which quotes may be escaped. What a number means is what the definition says. Throws `CONFIG_INVALID` if it cannot be read.
 */
export function logFormat(name: string, definition: string): TextFormat {
  const pieces = piecesOf(definition.replaceAll('\\"', '"').replace(timeInParts, '%{parts}t'));
  if (!pieces.some((piece) => 'read' in piece))
    throw new LogboomError(
      'CONFIG_INVALID',
      `\`${definition}\` has no variable of nginx or directive of Apache.`,
    );
  const readers = pieces.flatMap((piece) => ('read' in piece ? [piece.read] : []));
  const pattern = patternOf(pieces);
  return {
    name,
    words: `the format ${name}`,
    first: '',
    parse(line, context) {
      const match = pattern.exec(line.trimEnd());
      if (!match) return undefined;
      const values = match.slice(1);
      const isCut = values.at(-1) === undefined;
      // The last value of a line that was cut off may be cut, too.
      if (isCut) values[values.indexOf(undefined as unknown as string) - 1] = '-';
      const found: JsonObject = {};
      for (const [index, read] of readers.entries())
        if (values[index] !== undefined) Object.assign(found, defined(read(unescapeLog(values[index]))));
      const { stamp, forwarded, ...fields } = found;
      return {
        time: stamp === undefined ? Number.NaN : readStamp(epochOr(stamp as string), context),
        fields: {
          ...fields,
          ...webFields(fields['http.response.status_code'] as number | undefined),
          ...withForwarded(fields, forwarded as string | undefined),
        },
        failure: isCut ? 'the line ends before the format does' : undefined,
      };
    },
  };
}

/** nginx's `$msec` is `1795168800.123`; `17/May/2015:10:05:03 +0000` is read by `readStamp`. */
const epochOr = (stamp: string) => (/^\d{10}\.\d{3}$/.test(stamp) ? Number(stamp) : stamp);

/** See `setForwarded`: only a client that is itself no public address is a proxy whose header is believed. */
function withForwarded(fields: JsonObject, forwarded: string | undefined): JsonObject {
  if (forwarded === undefined) return {};
  const client = fields['source.ip'] as string | undefined;
  const first = ipOf(forwarded.split(',', 1)[0]!.trim());
  if (client !== undefined && isPublic(client)) return { 'network.forwarded_ip': first };
  return { 'network.forwarded_ip': first, 'source.ip': firstPublic(forwarded) ?? client };
}

/**
 * The expression of a format. A value in quotes may contain escaped quotes; one before a space ends at it; the last pieces
 * may be missing, so that of a line that was cut off the beginning is read.
 */
function patternOf(pieces: readonly Piece[]): RegExp {
  let source = '';
  let optional = 0;
  let values = 0;
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1];
    const after = pieces[index + 1];
    if ('text' in piece) {
      // From the second value on, what follows may be missing.
      if (values >= 2) {
        source += '(?:';
        optional += 1;
      }
      source += escapeText(piece.text);
      continue;
    }
    values += 1;
    const ownEnd = after !== undefined && 'read' in after ? joined.get(piece.name) : undefined;
    source += `(${ownEnd ?? valuePattern(piece.name, textOf(before), textOf(after))})`;
  }
  return new RegExp(`^${source}${')?'.repeat(optional)}$`, 's');
}

const textOf = (piece: Piece | undefined) => (piece !== undefined && 'text' in piece ? piece.text : '');

/** Where a value ends that another one follows at once: `%U%q`, `$uri$is_args$args`, `$host$request_uri`. */
const joined = new Map([
  ...['U', 'uri'].map((name) => [name, '[^?\\s"]*'] as const),
  ...['host', 'http_host', 'server_name', 'v', 'V'].map((name) => [name, '[^/\\s"]*'] as const),
  ['is_args', '\\??'],
]);

/** `20/Nov/2026:10:00:00 +0000` without brackets around it. */
const localTime = '\\d\\d/\\w{3}/\\d{4}:[\\d:]{8} [+-]\\d{4}';

/** Texts without spaces, of which several stand with a comma between them. */
const word = '(?:[^ ,]|,(?! ))*';

function valuePattern(name: string, before: string, after: string): string {
  if (before.endsWith('"') && after.startsWith('"')) return '(?:[^"\\\\]|\\\\.)*';
  if (before.endsWith('[') && after.startsWith(']')) return '[^\\]]*';
  if (after === '') return before.endsWith('"') ? '(?:[^"\\\\]|\\\\.)*' : '.*?';
  const stop = after[0]!;
  // nginx separates the upstreams of a redirect within it by a colon between spaces.
  const between = name.startsWith('upstream_') && !after.startsWith(' :') ? '(?:, | : )' : ', ';
  if (stop === ' ') return `${localTime}|\\[[^\\]]*\\]|${word}(?:${between}${word})*`;
  return `[^${escapeText(stop)}]*`;
}
