import { z } from 'zod';
import { ruleSchema } from '../../rules/kinds/index.ts';

export type { RuleConfig } from '../../rules/kinds/index.ts';
export { ruleSchema } from '../../rules/kinds/index.ts';

/** Rules in force where the configuration has none. */
export const defaultRules: z.input<typeof ruleSchema>[] = [
  {
    name: 'events-by-dataset',
    description: 'Counts events by dataset; raises nothing.',
    by: ['event.dataset'],
    over: '10s',
  },
  {
    name: 'error-share',
    description: 'A twentieth of the requests of a minute failed on the server’s side.',
    where: 'http.response.status_code : *',
    measure: 'share(http.response.status_code >= 500)',
    minCount: 20,
    when: '>= 0.05',
    recover: '< 0.02',
    over: '1m',
    every: '5s',
    severity: 'high',
    message: '{{value}} of the requests of the last minute failed',
    notify: ['log'],
  },
];

export const rules = z.array(ruleSchema).prefault(defaultRules);
