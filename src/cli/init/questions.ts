import { createInterface } from 'node:readline/promises';
import { LogboomError } from '../../errors.ts';
import type { Ask } from '../commands/init.ts';

interface Questions {
  ask: NonNullable<Ask>;
  close(): void;
}

/** Asks on a terminal. An empty answer takes the default; Ctrl-C and Ctrl-D end the questions with `USAGE`. */
export function openQuestions(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stdout,
): Questions {
  const lines = createInterface({ input, output, terminal: true });
  // Without a listener, Ctrl-C would be an error of its own kind, and after Ctrl-D no answer would ever come.
  lines.on('SIGINT', () => lines.close());
  const left = new Promise<never>((_, reject) => {
    lines.once('close', () => {
      output.write('\n');
      reject(new LogboomError('USAGE', 'The questions were left. Nothing was written.'));
    });
  });
  left.catch(() => undefined);
  return {
    ask: async (question, byDefault) => {
      const answer = await Promise.race([
        lines.question(`${question} [${byDefault}] `).catch(() => left),
        left,
      ]);
      return answer.trim() === '' ? byDefault : answer;
    },
    close: () => {
      lines.removeAllListeners('close');
      lines.close();
    },
  };
}
