import * as z from 'zod';
import { ruleSchema } from '../../rules/kinds/index.ts';

export type { RuleConfig } from '../../rules/kinds/index.ts';
export { ruleSchema } from '../../rules/kinds/index.ts';

/** The rules that apply if the configuration has none. */
export const defaultRules: z.input<typeof ruleSchema>[] = [
  {
    name: 'events-by-dataset',
    description: 'Counts events by dataset. Raises no alert.',
    by: ['event.dataset'],
    over: '10s',
  },
  {
    name: 'error-share',
    description: '5 % of the requests of a minute failed with a server error.',
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
