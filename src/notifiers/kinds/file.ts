import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../errors.ts';
import type { Notification } from '../../model.ts';
import { documentOf } from '../message/document.ts';
import { defineKind, NotifierError } from '../notifier.ts';
import { delivery } from '../templated.ts';

const schema = z.strictObject({
  kind: z.literal('file').describe('Appends each notification to a file, as a line of JSON (NDJSON).'),
  path: z.string().min(1).describe('Path of the file. logboom creates it and never shortens it.'),
  ...delivery,
});

/** What the operator must correct; a full disk is no such thing. */
const misconfigured = new Set(['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS']);

/**
 * A file of JSON lines. A line is on disk before the notification counts as delivered. The file is opened for each line, so
 * that it may be rotated at any time.
 */
export const file = defineKind({
  schema,
  create: ({ path }) => ({
    async send(notification) {
      const line = lineOf(notification);
      await append(path, line);
      return { answer: `${Buffer.byteLength(line)} bytes were appended to ${path}` };
    },
    sendAll: (notifications) => append(path, notifications.map(lineOf).join('')),
  }),
});

const lineOf = (notification: Notification) => `${JSON.stringify(documentOf(notification))}\n`;

/** Rejects with a `NotifierError`. */
async function append(path: string, lines: string): Promise<void> {
  await appendLines(path, lines).catch((error: NodeJS.ErrnoException) => {
    throw failureOf(path, error);
  });
}

async function appendLines(path: string, lines: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'a+', 0o640);
  try {
    await handle.appendFile((await endsWithLine(handle)) ? lines : `\n${lines}`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** False where a crash has cut off the last line. */
async function endsWithLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

function failureOf(path: string, error: NodeJS.ErrnoException): NotifierError {
  const reason = `${path} cannot be written: ${messageOf(error)}`;
  if (!misconfigured.has(error.code ?? '')) return new NotifierError('NOTIFIER_UNAVAILABLE', reason);
  const remedy = 'correct `path` in `notifiers`, or the permissions of the folder';
  return new NotifierError('NOTIFIER_MISCONFIGURED', `${reason}; ${remedy}`);
}
