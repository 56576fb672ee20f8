import type { InputStats, NotableFile } from '../../telemetry/api/status.ts';
import type { FileInputFigures } from '../../telemetry/components/file-input.ts';
import type { Discovery } from './discovery.ts';
import type { FileRegistry } from './registry.ts';
import type { MessageCounts } from './text/sink.ts';

/** How an input stands at a moment. */
export interface Standing {
  registry: FileRegistry;
  discovery: Discovery;
  /** Paths of copies that are not read. */
  held: readonly string[];
  counts: MessageCounts;
  open: number;
  /** Whether no file matches. */
  isMissing: boolean;
  paths: readonly string[];
}

/** So many files are named; metrics and the others' sum tell of the rest. */
const mostNotable = 20;

export function figuresOf({ registry, counts, open }: Standing): FileInputFigures {
  let lagBytes = 0;
  for (const { size, state, isGzip } of registry.files)
    if (!isGzip) lagBytes += Math.max(0, size - state.offset);
  const { bytes, excluded, truncated, foreign } = counts;
  return { watched: registry.files.size, open, lagBytes, bytes, excluded, truncated, foreign };
}

export function statsOf(standing: Standing): Omit<InputStats, 'events'> {
  const { watched, open, lagBytes, bytes } = figuresOf(standing);
  const problems = problemsOf(standing);
  return {
    bytes,
    lagBytes,
    ...(problems.length > 0 && { problems }),
    files: { watched, open, notable: notableOf(standing) },
  };
}

function problemsOf({ discovery, isMissing, paths }: Standing): string[] {
  const found = [...discovery.problems].map(([path, reason]) => `${path} is not read: ${reason}`);
  return isMissing ? [...found, `no file matches ${paths.join(', ')}`] : found;
}

/** Copies, then the files that are farthest behind. */
function notableOf({ registry, held }: Standing): NotableFile[] {
  const copies = held.map((path) => ({ path, offset: 0, size: 0, state: 'copy of a file that is read' }));
  const files = [...registry.files]
    .map(({ state: { path, offset }, size, problem, isGzip }) => {
      const lag = isGzip ? 0 : Math.max(0, size - offset);
      return { path, offset, size, lag, state: problem ?? (lag > 0 ? 'reading' : 'idle') };
    })
    .sort((a, b) => b.lag - a.lag)
    .slice(0, mostNotable)
    .map(({ lag: _, ...file }) => file);
  return [...copies, ...files].slice(0, mostNotable);
}
