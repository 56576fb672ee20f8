import type { GenerateOptions, generate } from '../../generator/generate.ts';
import type { Progress } from '../../generator/play.ts';
import { numberFrom } from '../arguments.ts';
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

/** Limits the output to one line a second. */
function everySecond(print: (progress: Progress) => void): (progress: Progress) => void {
  let last = performance.now();
  return (progress) => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    print(progress);
  };
}

interface GenerateParts {
  play?: typeof generate;
  stop?: StopRequest;
}

/** `logboom generate`: ships synthetic events until the count is reached or until Ctrl-C. */
export async function generateTraffic(
  given: GenerateArguments,
  terminal: Terminal,
  parts: GenerateParts = {},
): Promise<number> {
  const options = generateOptions(given);
  const stop = parts.stop ?? stopRequest();
  const onProgress = everySecond(({ acknowledged }) => terminal.err(`${acknowledged} events acknowledged`));
  try {
    terminal.err(`shipping to ${options.host}:${options.port}, Ctrl-C stops`);
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
