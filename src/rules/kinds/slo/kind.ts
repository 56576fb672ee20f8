import { formatDuration, formatNumber } from '../../../util/text.ts';
import { checkQuery, type Report } from '../../checks.ts';
import { CountingRun, windowParts } from '../../run/window-run.ts';
import { defaults, defineKind } from '../kind.ts';
import { allowedBy, SloJudge } from './judge.ts';
import { type SloConfig, schema } from './schema.ts';

/** An objective whose error budget is spent too fast. */
export const slo = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: false },
  settings: (config) => ({
    ...defaults,
    ...config,
    measure: 'burn rate',
    when: conditionInWords(config),
  }),
  counting: (config) => ({ measure: `share(${badQuery(config)})`, when: '>= 0' }),
  check(config, report) {
    const { slo: objective, over, period } = config;
    if (over < 1 || !Number.isInteger(over)) report('over', 'a step cannot be so short', 'use 1s or more');
    if (allowedBy(objective) <= 0)
      report('slo', 'nothing could be spent', 'use less than 100%, such as 99.9%');
    checkQueries(config, report);
    if (period % over !== 0)
      report(
        'period',
        `it is no multiple of ${formatDuration(over)}`,
        'use a multiple of `over`, such as 30d',
      );
    for (const place of config.burnRates.keys()) checkPair(config, place, report);
  },
  lookBack: ({ burnRates }) => burnRates[0]!.over,
  start: (parts) => new CountingRun(windowParts(parts, () => new SloJudge(parts.config))),
});

function badQuery({ good, bad }: SloConfig): string {
  return bad ?? `not (${good})`;
}

function conditionInWords({ burnRates }: SloConfig): string {
  return burnRates
    .map(
      ({ rate, over, short }) =>
        `>= ${formatNumber(rate)} over ${formatDuration(over)} and ${formatDuration(short)}`,
    )
    .join(', or ');
}

function checkQueries({ good, bad }: SloConfig, report: Report): void {
  if ((good === undefined) === (bad === undefined))
    report(
      'good',
      'exactly one of `good` and `bad` says what is counted',
      'set `good`, or `bad`, and not both',
    );
  if (good !== undefined) checkQuery(good, 'good', report);
  if (bad !== undefined) checkQuery(bad, 'bad', report);
}

function checkPair(
  { burnRates, over: step, period, slo: objective }: SloConfig,
  place: number,
  report: Report,
): void {
  const { rate, over, short } = burnRates[place]!;
  const at = `burnRates[${place}]`;
  for (const [name, length] of [
    ['over', over],
    ['short', short],
  ] as const)
    if (length < step || length % step !== 0)
      report(
        `${at}.${name}`,
        `${formatDuration(length)} is no multiple of ${formatDuration(step)}`,
        'use a multiple of the `over` of the rule',
      );
  if (short >= over)
    report(`${at}.short`, 'it is not shorter than the long window', 'use about a twelfth of `over`');
  if (over > period) report(`${at}.over`, 'it is longer than the period', 'use less than `period`');
  const most = 1 / allowedBy(objective);
  if (rate > most)
    report(
      `${at}.rate`,
      `with ${objective} no burn rate exceeds ${formatNumber(most)}, where all events are bad`,
      'use a lower rate, or a higher objective',
    );
}
