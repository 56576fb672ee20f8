import type { Instruments } from '../telemetry/instruments.ts';
import { type Notifier, stateWord } from './notifier.ts';

/** The notifier that always exists: it writes a line into the log and never fails. */
export function createLogNotifier(name: string, instruments: Instruments): Notifier {
  return {
    name,
    timeout: 1_000,
    giveUpAfter: Number.POSITIVE_INFINITY,
    async send(notification) {
      const { rule, group, value, severity, reason, message } = notification.transition;
      instruments.log.warn(
        { rule, group, value, severity, reason, alert: notification.episode.id },
        `Alert '${rule}' changed state to ${stateWord(notification)}: ${message}`,
      );
    },
  };
}
