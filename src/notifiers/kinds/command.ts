import { spawn } from 'node:child_process';
import * as z from 'zod';
import type { Notification } from '../../model.ts';
import { documentOf } from '../message/document.ts';
import { checkTemplate, fill } from '../message/template.ts';
import { type Attempt, defineKind, NotifierError } from '../notifier.ts';
import { delivery } from '../templated.ts';
import { oneLine } from '../transport/http.ts';

const schema = z.strictObject({
  kind: z.literal('command').describe('Runs a program, with the alert as JSON on its standard input.'),
  command: z.string().min(1).describe('Path of the program. No shell is involved.'),
  arguments: z
    .array(z.string())
    .default([])
    .describe('Arguments. Each is a template, such as `{{rule}}`, and stays one argument.'),
  environment: z
    .record(z.string(), z.string())
    .default({})
    .describe('Environment variables, besides `PATH`. Other variables of logboom are not passed on.'),
  ...delivery,
});

type CommandConfig = z.infer<typeof schema>;

/** Exit code by which a program asks for another attempt (`EX_TEMPFAIL` of sysexits.h). */
const tryAgain = 75;
/** Characters of its output that are kept. */
const longestOutput = 4_096;

/**
 * A program of the operator. Exit code 0 is delivered, 75 asks for another attempt later, any other code and a signal too, up
 * to `giveUpAfter`; 64 to 69 mean that another attempt is useless. At the timeout the program and its children are killed.
 */
export const command = defineKind({
  schema,
  check(config, report, { fields }) {
    checkTemplate(config.arguments, ['arguments'], fields, report);
  },
  create: (config) => ({
    async send(notification, attempt) {
      const { code, output } = await run(config, notification, attempt);
      const words = `it exited with ${code}${output === '' ? '' : `: ${output}`}`;
      if (code === 0) return { answer: words };
      if (code !== null && code !== tryAgain && code >= 64 && code <= 69)
        throw new NotifierError('NOTIFIER_REFUSED', words);
      throw new NotifierError('NOTIFIER_UNAVAILABLE', code === null ? `it was killed: ${output}` : words);
    },
  }),
});

function run(config: CommandConfig, notification: Notification, { signal }: Attempt) {
  const given = fill(config.arguments, notification).map(String);
  const child = spawn(config.command, given, {
    // A process group of its own, so that its children end with it.
    ...{ shell: false, detached: process.platform !== 'win32', windowsHide: true },
    env: { PATH: process.env.PATH, ...config.environment, LOGBOOM_NOTIFICATION_ID: notification.id },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    if (output.length < longestOutput) output += chunk;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // A program that does not read its input is not at fault.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(documentOf(notification))}\n`);
  const kill = () => killGroup(child.pid);
  signal.addEventListener('abort', kill, { once: true });
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once('error', (error) => reject(notStarted(config.command, error)));
    child.once('close', (code) =>
      resolve({ code, output: oneLine(output) || (signal.aborted ? 'no end in time' : '') }),
    );
  }).finally(() => signal.removeEventListener('abort', kill));
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function notStarted(path: string, { code }: NodeJS.ErrnoException): NotifierError {
  const remedy =
    code === 'EACCES' ? 'make the file executable (chmod +x)' : 'correct `command` in `notifiers`';
  return new NotifierError('NOTIFIER_MISCONFIGURED', `${path} cannot be started (${code}); ${remedy}`);
}
