import { basename } from 'node:path';

/** A log's name without what rotation adds: numbers, dates, separators and `.gz`. */
const stemOf = (path: string): string =>
  basename(path)
    .replace(/\.gz$/i, '')
    .replace(/[\d.\-_]+/g, '')
    .toLowerCase();

/** The beginning of the stem, under which files are looked up whose names may be related; never empty. */
export const stemKey = (path: string): string => `=${stemOf(path).slice(0, 3)}`;

/**
 * Whether `copy` may be called after `original` by a rotation: `app.log.1`, `app.log-20261129`, `app-2026-11-29.log.gz`,
 * `app.log.old`. Two names with different numbers are two logs (`web-1.log`, `web-2.log`).
 */
export function isNamedAfter(copy: string, original: string): boolean {
  const [name, before] = [basename(copy), basename(original)];
  if (name.startsWith(before)) return true;
  return !/\d/.test(before) && stemOf(copy) === stemOf(original);
}

/** Whether two paths may have been one log's at different times: `app.log.1` becomes `app.log.2`. */
export const isSameLog = (one: string, other: string): boolean =>
  one === other || isNamedAfter(one, other) || stemOf(one) === stemOf(other);
