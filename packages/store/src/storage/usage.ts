import type { RootDatabase } from 'lmdb';
import { databasesOf } from './files.ts';

/** The part of lmdb-js's statistics that is used. Counts are pages. */
interface Stats {
  pageSize: number;
  lastPageNumber: number;
  treeBranchPageCount: number;
  treeLeafPageCount: number;
  overflowPages: number;
}

/**
 * Pages of the file: those that a database uses, and all. LMDB counts overflow pages (long values) separately. The rest is free and
 * takes later writes. Reads a few numbers of each database: it costs microseconds.
 */
export function pagesOf(root: RootDatabase<Buffer, Buffer>): { used: number; all: number; pageSize: number } {
  const used = [root, ...databasesOf(root)].reduce((pages, database) => {
    const { treeBranchPageCount, treeLeafPageCount, overflowPages } = database.getStats() as Stats;
    return pages + treeBranchPageCount + treeLeafPageCount + overflowPages;
  }, 0);
  const { lastPageNumber, pageSize } = root.getStats() as Stats;
  return { used, all: lastPageNumber, pageSize };
}
