import type { RuleConfig } from '../config/schema/rules.ts';
import { isZone } from '../util/zone.ts';
import type { Report } from './problems.ts';

/** What is wrong with when a rule is looked at, and when people are told. */
export function checkTelling(
  { activeHours, cooldown, cooldownGrowth, cooldownMax }: RuleConfig,
  report: Report,
): void {
  if (cooldownGrowth > 1 && cooldown === 0)
    report('cooldownGrowth', 'there is no cooldown to grow', 'set `cooldown`, such as 5m');
  if (cooldownGrowth > 1 && cooldownMax < cooldown)
    report('cooldownMax', 'the cooldown is longer than this already', 'use a multiple of `cooldown`');
  if (activeHours === undefined) return;
  if (!isZone(activeHours.zone))
    report(
      'activeHours.zone',
      `${JSON.stringify(activeHours.zone)} is no time zone`,
      'write a name of the IANA database, such as `Europe/Berlin`',
    );
  activeHours.hours.forEach((hours, place) => {
    const [from, to] = hours.split('-');
    if (from === to)
      report(
        `activeHours.hours[${place}]`,
        `${hours} is no time at all`,
        'write 00:00-24:00 for the whole day',
      );
  });
}
