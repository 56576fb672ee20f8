import type { Millis } from '../model.ts';
import { lengthText } from '../util/figures.ts';
import type { Terminal } from './terminal.ts';

const barWidth = 24;
/** How often the bar on a terminal is drawn again at most. */
const drawEvery: Millis = 100;
/** How often a line is written at most where there is no terminal. */
const lineEvery: Millis = 10_000;

/** Takes the progress of a long command. */
interface Progress {
  /** `share`: 0 to 1; `done`: the number that is passed to `words`. */
  (share: number, done: number): void;
  /** Removes the bar. What is reported later is not shown. */
  end(): void;
}

/**
 * Shows how far a command has come: a bar that stays on one line of a terminal, and a plain line every ten seconds elsewhere. Both go to
 * the standard error, so that the standard output has results only. `words` describes what is done; `elapsed` is the time since the call.
 */
export function progressOn(
  terminal: Pick<Terminal, 'err' | 'progress'>,
  words: (done: number, elapsed: Millis) => string,
  now: () => Millis = () => performance.now(),
): Progress {
  const started = now();
  let last = started;
  let hasEnded = false;
  const report = (share: number, done: number) => {
    const at = now();
    if (hasEnded || at - last < (terminal.progress ? drawEvery : lineEvery)) return;
    last = at;
    const known = Math.min(1, Math.max(0, share));
    const text = `${Math.floor(known * 100)} %  ${words(done, at - started)}${left(known, at - started)}`;
    if (terminal.progress) terminal.progress(`${bar(known)} ${text}`);
    else terminal.err(text);
  };
  const end = () => {
    hasEnded = true;
    terminal.progress?.('');
  };
  return Object.assign(report, { end });
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

/** An estimate of the remaining time, once two seconds and two percent have passed. */
function left(share: number, elapsed: Millis): string {
  if (share < 0.02 || share >= 1 || elapsed < 2_000) return '';
  const seconds = Math.round((elapsed * (1 - share)) / share / 1_000);
  return `, about ${lengthText(Math.max(1, seconds) * 1_000)} left`;
}
