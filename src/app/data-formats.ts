import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';

import { join } from 'node:path';
import { LogboomError } from '../errors.ts';
import { version } from '../util/package-files.ts';

/**
 * Stores in the data folder beside the journal, which keeps its format itself, and the format that this logboom
 * writes. A number is raised when what is written could be misread by an older logboom.
 */
export const formats = { analysis: 1, outbox: 1, 'own-alerts': 1, store: 1 } as const;
type StoreName = keyof typeof formats;

/** Lies in each store's folder. */
const FILE = 'format.json';

interface Format {
  format: number;
  /** The logboom that wrote it. */
  logboom: string;
}

/**
 * Refuses stores that a newer logboom wrote, and writes down the format where it is new. All are looked at before
 * any is touched.
 */
export function settleFormats(data: string): void {
  const names = Object.keys(formats) as StoreName[];
  const unwritten = names.filter((name) => isUnwritten(data, name));
  for (const name of unwritten) write(join(data, name), { format: formats[name], logboom: version });
}

/** Whether the folder does not say its format yet. Throws where it is one that this logboom does not know. */
function isUnwritten(data: string, name: StoreName): boolean {
  const folder = join(data, name);
  const path = join(folder, FILE);
  if (!existsSync(path)) return true;
  const { format, logboom } = read(path);
  if (format <= formats[name]) return false;
  throw new LogboomError(
    'DATA_VERSION',
    `The ${name} data in ${folder} has format ${format}, and this logboom ${version} knows formats up to ` +
      `${formats[name]}. Run logboom ${logboom} or newer, which wrote it, or name another data folder.`,
  );
}

function read(path: string): Format {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Format;
    if (Number.isInteger(found.format)) return found;
  } catch {
    // Said below, as any other content that is none of ours.
  }
  throw new LogboomError(
    'DATA_DAMAGED',
    `${path} does not say the format of the data beside it. Where this logboom wrote that data, remove the file ` +
      'and start again; otherwise name another data folder.',
  );
}

/** The file is whole or not there, even after a power cut. */
function write(folder: string, format: Format): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${FILE}.draft`);
  const file = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(format)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, join(folder, FILE));
}
