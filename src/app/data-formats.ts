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
import { version } from '../util/files.ts';

/**
 * The format numbers that this logboom writes, by folder of the data folder. The journal has its own format number. A number
 * is raised when an older logboom would misread the data.
 *
 * On disk: `format.json` in each folder, `{"format": 1, "logboom": "0.1.0"}` and a line end: the format number and the
 * version that wrote the folder first.
 */
export const formats = { analysis: 1, outbox: 1, 'own-alerts': 1, store: 1 } as const;
type StoreName = keyof typeof formats;

/** Name of the file in each folder. */
const FILE = 'format.json';

interface Format {
  format: number;
  /** The version of logboom that wrote it. */
  logboom: string;
}

/**
 * Throws if a newer logboom wrote a folder, and writes `format.json` into new folders. It checks all folders before it
 * writes to any.
 */
export function checkFormats(data: string): void {
  const names = Object.keys(formats) as StoreName[];
  const unwritten = names.filter((name) => isUnwritten(data, name));
  for (const name of unwritten) write(join(data, name), { format: formats[name], logboom: version });
}

/** Whether the folder has no `format.json` yet. Throws if it has a format that this logboom does not know. */
function isUnwritten(data: string, name: StoreName): boolean {
  const folder = join(data, name);
  const path = join(folder, FILE);
  if (!existsSync(path)) return true;
  const { format, logboom } = read(path);
  if (format <= formats[name]) return false;
  throw new LogboomError(
    'DATA_VERSION',
    `The ${name} data in ${folder} has format ${format}, and this logboom ${version} knows formats up to ` +
      `${formats[name]}. Run logboom ${logboom} or newer, which wrote it, or set another data folder.`,
  );
}

function read(path: string): Format {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Format;
    if (Number.isInteger(found.format)) return found;
  } catch {
    // Reported below, like any other invalid content.
  }
  throw new LogboomError(
    'DATA_DAMAGED',
    `${path} does not have a valid format number. If this logboom wrote the data beside it, remove the file ` +
      'and start again; otherwise set another data folder.',
  );
}

/** Writes the file so that it is complete or missing, even after a power failure. */
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
