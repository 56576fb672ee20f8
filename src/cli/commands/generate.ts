import { LogboomError } from '../../errors.ts';
import type { GenerateOptions, generate } from '../../generator/generate.ts';
import type { Progress } from '../../generator/play.ts';
import { type StopRequest, stopRequest } from '../signals.ts';
import type { Terminal } from '../terminal.ts';

export interface GenerateArguments {
  host: string;
  port: string;
  rate?: string | undefined;
  count?: string | undefined;
  tutorial?: boolean | undefined;
  fast?: boolean | undefined;
}

/** A whole number from an argument, or a usage error that names it. */
export function numberFrom(
  name: string,
  text: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new LogboomError('USAGE', `--${name} takes a whole number ${range}, but got "${text}".`);
}

export function generateOptions(given: GenerateArguments): GenerateOptions {
  return {
    host: given.host,
    port: numberFrom('port', given.port, 1, 65535),
    schedule: given.tutorial ? 'tutorial' : 'steady',
    fast: given.fast ?? false,
    ...(given.rate !== undefined && { rate: numberFrom('rate', given.rate, 1) }),
    ...(given.count !== undefined && { count: numberFrom('count', given.count, 1) }),
  };
}

/** Acknowledgements come by the hundred a second; a person reads one line a second. */
function everySecond(tell: (progress: Progress) => void): (progress: Progress) => void {
  let last = performance.now();
  return (progress) => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    tell(progress);
  };
}

interface GenerateParts {
  play?: typeof generate;
  stop?: StopRequest;
}

/** `logboom generate`: ships synthetic events until the count is reached or Ctrl-C. */
export async function generateTraffic(
  given: GenerateArguments,
  terminal: Terminal,
  parts: GenerateParts = {},
): Promise<number> {
  const options = generateOptions(given);
  const stop = parts.stop ?? stopRequest();
  const onProgress = everySecond(({ acknowledged }) => terminal.err(`${acknowledged} events acknowledged`));
  try {
    terminal.err(`shipping to ${options.host}:${options.port} … Ctrl-C stops`);
    const play = parts.play ?? (await import('../../generator/generate.ts')).generate;
    const { acknowledged } = await play(
      terminal.interactive ? { ...options, onProgress } : options,
      stop.signal,
    );
    terminal.out(`${acknowledged} events sent and acknowledged`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    terminal.out('stopped');
    return 0;
  } finally {
    stop.dispose();
  }
}
