import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { messageOf } from '../../errors.ts';
import { redactor } from '../../telemetry/log.ts';
import { workerFile } from '../../util/files.ts';
import { secretTexts } from '../../util/secret-texts.ts';
import { documentOf } from '../message/document.ts';
import { type Attempt, defineKind, NotifierError } from '../notifier.ts';
import { delivery } from '../templated.ts';
import { oneLine } from '../transport/http.ts';

const schema = z.strictObject({
  kind: z
    .literal('module')
    .describe('Calls the function `notify` of a JavaScript module of yours, in a thread of its own.'),
  file: z.string().min(1).describe('Path of the module (`.mjs`).'),
  settings: z
    .record(z.string(), z.unknown())
    .meta({ hasSecrets: true })
    .default({})
    .describe(
      'Whatever the module needs. `$NAME` in braces is filled in from the environment, as elsewhere.',
    ),
  ...delivery,
});

/** What a thread gets. */
export interface ModuleCall {
  file: string;
  document: object;
  settings: Readonly<Record<string, unknown>>;
}

/** What it answers. `useless`: another attempt cannot help. */
export type ModuleAnswer =
  | { answer: string }
  | { failure: string; useless: boolean }
  | { misconfigured: string };

/** Megabytes that a module may use. */
const mostMemory = 128;

/**
 * A module of the operator. Each notification is a call in a new thread, which is ended at the timeout: a loop without an end, a crash or
 * much memory stops neither the delivery of others nor logboom.
 */
export const module = defineKind({
  schema,
  check({ file }, report) {
    try {
      accessSync(resolve(file), constants.R_OK);
    } catch {
      report('file', `The module ${file} cannot be read.`, 'Write the path of a JavaScript module.');
    }
  },
  create({ file, settings }) {
    // What a module says may quote its settings, and goes into the log, documents and answers of the API.
    const hide = redactor(secretTexts(settings));
    const said = (text: string) => oneLine(hide(text));
    return {
      async send(notification, attempt) {
        const call: ModuleCall = { file: resolve(file), document: documentOf(notification), settings };
        const found = await inThread(call, attempt);
        if ('answer' in found) return { answer: said(found.answer) };
        if ('misconfigured' in found)
          throw new NotifierError(
            'NOTIFIER_MISCONFIGURED',
            `the module ${file} ${said(found.misconfigured)}`,
          );
        const code = found.useless ? 'NOTIFIER_REFUSED' : 'NOTIFIER_UNAVAILABLE';
        throw new NotifierError(code, `the module ${file} failed: ${said(found.failure)}`);
      },
    };
  },
});

async function inThread(call: ModuleCall, { signal }: Attempt): Promise<ModuleAnswer> {
  const worker = new Worker(workerFile('notifiers/module-worker'), {
    workerData: call,
    resourceLimits: { maxOldGenerationSizeMb: mostMemory },
  });
  const failed = (failure: string): ModuleAnswer => ({ failure, useless: false });
  let end: () => void = () => {};
  try {
    return await new Promise<ModuleAnswer>((done) => {
      end = () => done(failed('no end in time'));
      signal.addEventListener('abort', end, { once: true });
      worker.once('message', done);
      worker.once('error', (error) => done(failed(messageOf(error))));
      worker.once('exit', () => done(failed('it ended without an answer')));
    });
  } finally {
    signal.removeEventListener('abort', end);
    await worker.terminate();
  }
}
