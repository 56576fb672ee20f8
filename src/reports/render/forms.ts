import { extname } from 'node:path';
import type { Report } from '../report.ts';
import { documentOf } from './document.ts';
import { pageOf } from './html.ts';
import { markdownOf, textOf } from './markdown.ts';

/** Each form of a report, by name. `most`: rows of a table. */
export const reportForms = {
  text: textOf,
  markdown: markdownOf,
  html: pageOf,
  json: (report: Report) => `${JSON.stringify(documentOf(report), null, 2)}\n`,
} as const satisfies Record<string, (report: Report, most: number) => string>;

export type ReportForm = keyof typeof reportForms;

const endings: Record<string, ReportForm> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
  '.txt': 'text',
};

/** The form that the end of a file's name stands for. */
export const formOf = (path: string): ReportForm | undefined => endings[extname(path).toLowerCase()];
