import { workerData } from 'node:worker_threads';
import { answerTask } from '../in-thread.ts';
import { makeReport } from './make-report.ts';
import type { ReportTask } from './report-apart.ts';

const { request, ...options } = workerData as ReportTask;
await answerTask(() => makeReport(request, options));
