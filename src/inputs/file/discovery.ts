import { dirname } from 'node:path';
import type { Millis } from '../../model.ts';
import { Directories, type Listing } from './directories.ts';
import { type PathPattern, pathPattern } from './glob.ts';

interface DiscoveryOptions {
  paths: readonly string[];
  exclude: readonly string[];
  symlinks: boolean;
  now: () => Millis;
}

/** A path that matches. `changed`: another file may have the name since the last look. */
export interface Found {
  path: string;
  changed: boolean;
}

interface Look {
  found: Map<string, Found>;
  listings: Map<string, Listing>;
  /** Whether all directories were there and could be read. */
  isWhole: boolean;
}

/** A tree of links may be without end. */
const deepest = 40;

/** Finds the files that the patterns of an input name. */
export class Discovery {
  readonly patterns: PathPattern[];
  /** Directories that were searched in the last look. */
  searched: string[] = [];
  /** Paths that match and cannot be read, or are not meant to be, with the reason. */
  problems = new Map<string, string>();
  readonly #exclude: PathPattern[];
  readonly #directories: Directories;
  /** The last look, if all directories held what they held before. */
  #unchanged: Look | undefined;

  constructor({ paths, exclude, symlinks, now }: DiscoveryOptions) {
    this.patterns = paths.map(pathPattern);
    // A pattern without a separator is about the name alone.
    this.#exclude = exclude.map((text) => pathPattern(text.includes('/') ? text : `/**/${text}`));
    this.#directories = new Directories(symlinks, now);
  }

  async look(): Promise<Map<string, Found>> {
    const last = this.#unchanged;
    if (last && (await this.#isUnchanged(last))) return last.found;
    const look: Look = { found: new Map(), listings: new Map(), isWhole: true };
    this.problems = new Map();
    for (const pattern of this.patterns) await this.#search(pattern, pattern.base, 0, look);
    this.searched = [...look.listings.keys()];
    const isUnchanged = look.isWhole && [...look.listings.values()].every(({ changed }) => !changed);
    this.#unchanged = isUnchanged ? look : undefined;
    return look.found;
  }

  /** Whether all directories hold what they held. Then their names, which may be thousands, need no matching. */
  async #isUnchanged({ listings }: Look): Promise<boolean> {
    for (const directory of listings.keys()) {
      const listing = await this.#directories.list(directory);
      if (typeof listing === 'object' && !listing.changed) continue;
      // The search that follows lists it again, and has to find it changed, too.
      this.#directories.expire(directory);
      return false;
    }
    return true;
  }

  /** The next look lists the directory of a path anew. */
  expire(path: string): void {
    this.#directories.expire(dirname(path));
  }

  async #search(pattern: PathPattern, directory: string, depth: number, look: Look): Promise<void> {
    const listing = await this.#list(directory, look);
    if (listing === undefined) return;
    for (const path of listing.files) {
      if (!this.#isNamed(pattern, path)) continue;
      look.found.set(path, { path, changed: listing.changed });
    }
    for (const path of listing.links) {
      if (this.#isNamed(pattern, path))
        this.problems.set(path, 'it is a symbolic link; set `symlinks: true` to read what it names');
    }
    if (depth >= deepest) return;
    for (const below of listing.directories)
      if (pattern.mayHold(below)) await this.#search(pattern, below, depth + 1, look);
  }

  #isNamed(pattern: PathPattern, path: string): boolean {
    return pattern.matches(path) && !this.#exclude.some((one) => one.matches(path));
  }

  /** Patterns share what was listed in the same look: a change is one for all of them. */
  async #list(directory: string, look: Look): Promise<Listing | undefined> {
    const { listings } = look;
    const known = listings.get(directory);
    if (known) return known;
    const listing = await this.#directories.list(directory);
    if (typeof listing !== 'object') look.isWhole = false;
    if (typeof listing === 'string') {
      this.problems.set(directory, listing);
      return undefined;
    }
    if (listing) listings.set(directory, listing);
    return listing;
  }
}
