import * as z from 'zod';
import { stateWord } from '../message/summary.ts';
import { defineKind } from '../notifier.ts';

/** Writes a line into the log and never fails. The notifier `log` always exists. */
export const log = defineKind({
  schema: z.strictObject({ kind: z.literal('log').describe('Writes alerts into the log of logboom.') }),
  create: (_, { log: logger }) => ({
    async send(notification) {
      if (notification.report) {
        logger.info({ report: notification.transition.rule }, notification.report.text);
        return { answer: notification.report.title };
      }
      const { rule, group, value, severity, reason, message } = notification.transition;
      const line = `Alert '${rule}' changed state to ${stateWord(notification)}: ${message}`;
      logger.warn({ rule, group, value, severity, reason, alert: notification.episode.id }, line);
      return { answer: line };
    },
  }),
});
