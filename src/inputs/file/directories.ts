import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';

export interface Listing {
  files: string[];
  directories: string[];
  /** Symbolic links, where they are not followed. */
  links: string[];
  /** Whether names may have changed since the listing before. */
  changed: boolean;
}

interface Known extends Listing {
  modified: number;
  readAt: Millis;
  /** When all its names counted as changed last. */
  comparedAt: Millis;
}

/** A directory that was modified so recently may be modified again within the resolution of its time. */
const settled: Millis = 3_000;
/** File systems that keep no times of directories are listed so often all the same. */
const listedEvery: Millis = 10_000;
/**
 * A directory of so many files that is listed again with the same names counts as changed only so often. The look at each file for new lines
 * finds a file that was replaced, too.
 */
const manyFiles = 1_000;
const comparedEvery: Millis = 60_000;

/**
 * What lies in directories. The time of a directory changes when a name in it appears, disappears or moves, so one look at it
 * spares looks at its files.
 */
export class Directories {
  readonly #followLinks: boolean;
  readonly #now: () => Millis;
  readonly #known = new Map<string, Known>();

  constructor(followLinks: boolean, now: () => Millis) {
    this.#followLinks = followLinks;
    this.#now = now;
  }

  /** Undefined where there is no such directory; a text where it cannot be read, with the reason. */
  async list(directory: string): Promise<Listing | string | undefined> {
    const now = this.#now();
    const known = this.#known.get(directory);
    try {
      const { mtimeMs: modified } = await stat(directory);
      if (known && this.#isCurrent(known, modified, now)) return known;
      return await this.#read(directory, modified, now, known);
    } catch (error) {
      this.#known.delete(directory);
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? undefined
        : `it cannot be read (${code ?? messageOf(error)})`;
    }
  }

  /** The next look lists it, whatever its time says. */
  expire(directory: string): void {
    this.#known.delete(directory);
  }

  #isCurrent({ modified, readAt }: Known, modifiedNow: number, now: Millis): boolean {
    return modified === modifiedNow && readAt - modified > settled && now - readAt < listedEvery;
  }

  async #read(directory: string, modified: number, now: Millis, before: Known | undefined): Promise<Listing> {
    const entries = await readdir(directory, { withFileTypes: true });
    const listing: Known = {
      ...{ files: [], directories: [], links: [], changed: false },
      ...{ modified, readAt: now, comparedAt: now },
    };
    for (const entry of entries) await this.#add(listing, directory, entry);
    this.#known.set(directory, listing);
    if (before === undefined || !isSame(before, listing)) return { ...listing, changed: true };
    listing.comparedAt = before.comparedAt;
    return listing;
  }

  async #add(listing: Listing, directory: string, entry: Dirent): Promise<void> {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink() && !this.#followLinks) {
      listing.links.push(path);
      return;
    }
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (target.isFile()) listing.files.push(path);
    else if (target.isDirectory()) listing.directories.push(path);
  }
}

/** Whether a large directory that was listed again only because of its age holds what it held: its time and all names are the same. */
function isSame(before: Known, now: Known): boolean {
  if (now.files.length < manyFiles || now.readAt - before.comparedAt >= comparedEvery) return false;
  if (before.modified !== now.modified || before.readAt - before.modified <= settled) return false;
  const kinds = ['files', 'directories', 'links'] as const;
  return kinds.every(
    (kind) =>
      before[kind].length === now[kind].length && before[kind].every((path, i) => path === now[kind][i]),
  );
}
