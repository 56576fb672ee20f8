/** A line of a container's log file, freed from what the container runtime wrote around it. */
export interface ContainerLine {
  text: Buffer;
  time?: string;
  stream?: 'stdout' | 'stderr';
  /** The runtime cut the line here; its rest follows in the next line of the same stream. */
  partial: boolean;
}

export type ContainerFormat = 'auto' | 'docker' | 'cri';

const OPEN_BRACE = 0x7b;
const SPACE = 0x20;
const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads a line that Docker's json-file driver (`{"log":…,"stream":…,"time":…}`) or a CRI runtime
 * (`<time> <stream> <P|F> <text>`) wrote. Undefined where the line is neither: it is kept as it is then.
 */
export function containerLine(bytes: Buffer, format: ContainerFormat): ContainerLine | undefined {
  const isDocker = format === 'docker' || (format === 'auto' && bytes[0] === OPEN_BRACE);
  return isDocker ? dockerLine(bytes) : criLine(bytes);
}

function dockerLine(bytes: Buffer): ContainerLine | undefined {
  const record = parsed(bytes);
  if (typeof record !== 'object' || record === null) return undefined;
  const { log, stream, time } = record as Record<string, unknown>;
  if (typeof log !== 'string') return undefined;
  const whole = log.endsWith('\n');
  const text = Buffer.from(whole ? log.slice(0, log.endsWith('\r\n') ? -2 : -1) : log);
  return { text, partial: !whole, ...named(stream), ...timed(time) };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function criLine(bytes: Buffer): ContainerLine | undefined {
  const afterTime = bytes.indexOf(SPACE);
  const afterStream = bytes.indexOf(SPACE, afterTime + 1);
  if (afterTime === -1 || afterStream === -1) return undefined;
  const time = timed(bytes.toString('latin1', 0, Math.min(afterTime, 64)));
  const stream = named(bytes.toString('latin1', afterTime + 1, Math.min(afterStream, afterTime + 64)));
  const afterTags = bytes.indexOf(SPACE, afterStream + 1);
  const tagsEnd = afterTags === -1 ? bytes.length : afterTags;
  const [tag] = bytes.toString('latin1', afterStream + 1, Math.min(tagsEnd, afterStream + 64)).split(':');
  if (time.time === undefined || stream.stream === undefined || (tag !== 'P' && tag !== 'F'))
    return undefined;
  return {
    text: bytes.subarray(Math.min(tagsEnd + 1, bytes.length)),
    partial: tag === 'P',
    ...stream,
    ...time,
  };
}

const named = (stream: unknown): Pick<ContainerLine, 'stream'> =>
  stream === 'stdout' || stream === 'stderr' ? { stream } : {};

/** In UTC, for documents state their times in UTC. Fractions keep their nanoseconds. */
function timed(time: unknown): Pick<ContainerLine, 'time'> {
  if (typeof time !== 'string' || !plainTime.test(time) || Number.isNaN(Date.parse(time))) return {};
  if (time.endsWith('Z')) return { time };
  const fraction = /\.\d+/.exec(time)?.[0] ?? '';
  const utc = new Date(`${time.slice(0, 19)}${time.slice(-6)}`).toISOString().slice(0, 19);
  return { time: `${utc}${fraction}Z` };
}
