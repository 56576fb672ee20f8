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

  constructor({ paths, exclude, symlinks, now }: DiscoveryOptions) {
    this.patterns = paths.map(pathPattern);
    // A pattern without a separator is about the name alone.
    this.#exclude = exclude.map((text) => pathPattern(text.includes('/') ? text : `/**/${text}`));
    this.#directories = new Directories(symlinks, now);
  }

  async look(): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    const listings = new Map<string, Listing>();
    this.problems = new Map();
    for (const pattern of this.patterns) await this.#search(pattern, pattern.base, 0, { found, listings });
    this.searched = [...listings.keys()];
    return found;
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
  async #list(directory: string, { listings }: Look): Promise<Listing | undefined> {
    const known = listings.get(directory);
    if (known) return known;
    const listing = await this.#directories.list(directory);
    if (typeof listing === 'string') {
      this.problems.set(directory, listing);
      return undefined;
    }
    if (listing) listings.set(directory, listing);
    return listing;
  }
}
