import { formatProblem, type Problem } from '../../config/load/problems.ts';
import { type Applied, type Refused, wordsOf } from '../../telemetry/reload-answer.ts';
import { printable } from '../../util/text.ts';
import { type ApiSource, ask } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';

/** The answer of `POST /reload`. */
export type ReloadReply = Omit<Applied, 'applied'> | (Omit<Refused, 'applied'> & { error: string });

/** The outcome of a reload as text. */
export function formatReload(answer: ReloadReply): string {
  if ('error' in answer) {
    const problems = answer.problems.map((problem: Problem) => formatProblem(problem, answer.file));
    return [answer.error, ...problems].join('\n\n');
  }
  const lines = [wordsOf({ applied: true, ...answer })];
  if (answer.needsRestart.length > 0) lines.push(`a restart is needed for ${answer.needsRestart.join(', ')}`);
  for (const reader of answer.pending) lines.push(`the ${reader} is busy and applies it later`);
  return lines.join('\n');
}

/** `logboom reload`: 0 if the server applied its configuration, 1 if it refused it. */
export async function reload(source: ApiSource, json: boolean, terminal: Terminal): Promise<number> {
  const answer = await ask<ReloadReply>(source, '/reload', { body: {}, timeout: 60_000, accepted: [400] });
  const lines = formatReload(answer).split('\n').map(printable);
  terminal.out(json ? JSON.stringify(answer, null, 2) : lines.join('\n'));
  return 'error' in answer ? 1 : 0;
}
