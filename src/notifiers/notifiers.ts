import type { NotifierConfig } from '../config/schema/notifiers.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { createLogNotifier } from './log.ts';
import type { Notifier } from './notifier.ts';
import { createSlack } from './slack.ts';
import { createWebhook } from './webhook.ts';

/** The notifiers of a configuration by name. `log` always exists, without settings. */
export function createNotifiers(
  configs: Record<string, NotifierConfig>,
  instruments: Instruments,
): Map<string, Notifier> {
  const named = Object.entries({ log: { kind: 'log' } as const, ...configs });
  return new Map(named.map(([name, config]) => [name, create(name, config, instruments)]));
}

function create(name: string, config: NotifierConfig, instruments: Instruments): Notifier {
  switch (config.kind) {
    case 'log':
      return createLogNotifier(name, instruments);
    case 'webhook':
      return createWebhook(name, config);
    case 'slack':
      return createSlack(name, config);
  }
}
