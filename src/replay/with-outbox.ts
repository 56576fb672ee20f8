import { existsSync } from 'node:fs';
import { Outbox } from '../notifiers/outbox.ts';
import { foldersOf } from '../readers/reader-port.ts';

/** Reads the outbox in the data folder of a server, which may be running. `none`: the result where the server has kept no outbox yet. */
export async function withOutbox<T>(data: string, none: T, read: (outbox: Outbox) => T): Promise<T> {
  const { outbox: folder } = foldersOf(data);
  if (!existsSync(`${folder}/outbox.mdb`)) return none;
  const outbox = new Outbox(folder);
  try {
    return read(outbox);
  } finally {
    await outbox.close();
  }
}
