import { createInterface } from 'node:readline/promises';
import type { Ask } from '../commands/init.ts';

/** Asks on the terminal. An empty answer takes the default. */
export function openQuestions(): { ask: Ask; close(): void } {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return {
    ask: async (question, byDefault) => {
      const answer = await lines.question(`${question} [${byDefault}] `);
      return answer.trim() === '' ? byDefault : answer;
    },
    close: () => lines.close(),
  };
}
