import { open } from 'node:fs/promises';
import type { DeadLetter } from '../../model.ts';
import type { DeadLetterRecord } from './dead-letters.ts';

export type StoredLetter = DeadLetter & { time: string };

/** The letters of one file, oldest first. A line that a crash tore is passed over: its letter was never promised. */
export async function* readDeadLetters(file: string): AsyncGenerator<StoredLetter> {
  for await (const line of linesOf(file)) {
    const letter = letterOf(line);
    if (letter) yield letter;
  }
}

export async function countLetters(file: string): Promise<number> {
  let count = 0;
  for await (const line of linesOf(file)) if (line.startsWith('{') && line.endsWith('}')) count += 1;
  return count;
}

export async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file, 'r').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'ENOENT') throw failure;
  });
  if (!handle) return;
  try {
    yield* handle.readLines({ autoClose: false });
  } finally {
    await handle.close();
  }
}

export function letterOf(line: string): StoredLetter | undefined {
  let record: DeadLetterRecord;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { time, reason, index, id, encoding, body, ...written } = record;
  return {
    time,
    reason,
    index,
    id,
    ...written,
    body: encoding === 'base64' ? Buffer.from(body, 'base64') : body,
  };
}

/** Whether the file's last line has no end, as after a crash in the middle of a write. */
export async function endsWithinALine(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}
