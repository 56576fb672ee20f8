/** A header is never longer; what follows is not decoded. */
const longestHeader = 512;

/** RFC 5424: `<34>1 2026-11-20T10:00:00Z host …`. */
const modern = /^<\d{1,3}>\d{1,2} \S+ (\S+) /;
/** RFC 3164: `<34>Nov 20 10:00:00 host tag: …`, also with a year, a fraction, or the time of RFC 3339. */
const classic =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT\S+) ([^\s:[\]]+|[\da-fA-F:.]+) /;
/** `name:` and `name[7]:` are programs: the sender left out the host. */
const isProgram = (name: string) => name.endsWith(':') && !/^[\da-fA-F:.]*:[\da-fA-F.]*:$/.test(name);

/**
 * The host in the header of a syslog line; undefined if there is none. Everything else in the header is read by the parser of
 * the format, which sees the line as it came.
 */
export function syslogHost(bytes: Buffer, from: number, to: number): string | undefined {
  const head = bytes.toString('latin1', from, Math.min(to, from + longestHeader));
  const host = (modern.exec(head) ?? classic.exec(head))?.[1];
  return host === undefined || host === '-' || isProgram(host) ? undefined : host;
}
