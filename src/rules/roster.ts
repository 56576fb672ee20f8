import type { Scalar } from '../model.ts';
import type { Report } from './checks.ts';
import { all, missing, partOf, shortened } from './group.ts';

interface RosterSettings {
  by: readonly string[];
  expect: readonly string[];
}

/** The groups that the configuration names, by key, as `groupingBy` writes it, with their fields. */
export function rosterOf({ by, expect }: RosterSettings): Map<string, Record<string, Scalar>> {
  if (by.length === 0) return new Map([[all, {}]]);
  return new Map(expect.map((group) => [groupKey(group, by), fieldsOf(group, by)] as const));
}

/** The key that events have of the group that a person wrote down: `C:\\logs` and `"a"` are escaped there. */
function groupKey(group: string, by: readonly string[]): string {
  return partsOf(group, by)
    .map((part) => (part === missing ? part : partOf(textOf(part))))
    .join(', ');
}

/** `web-1, nginx.access` for `by: [host.name, event.dataset]`. Undefined values: the numbers do not match. */
function fieldsOf(group: string, by: readonly string[]): Record<string, Scalar> {
  const parts = partsOf(group, by);
  return Object.fromEntries(
    by.flatMap((name, place) => {
      const part = parts[place];
      return part === undefined || part === missing ? [] : [[name, textOf(part)]];
    }),
  );
}

function isWholeGroup(group: string, by: readonly string[]): boolean {
  return partsOf(group, by).length === by.length;
}

/** Of one field all is the value, commas included. */
function partsOf(group: string, by: readonly string[]): string[] {
  return by.length === 1 ? [group] : group.split(/(?<!\\), /);
}

/** As people write it, or with the escapes that keys in alerts and messages have. */
function textOf(part: string): string {
  return part === '""' ? '' : shortened(part.replace(/\\([,"\\])|^\\(_)/g, '$1$2'));
}

/** Reports groups of the roster that cannot be those of events. */
export function checkRoster({ by, expect }: RosterSettings, report: Report): void {
  if (by.length === 0 && expect.length > 0)
    report('expect', 'groups are expected of a rule without groups', 'name the fields in `by`');
  expect.forEach((group, place) => {
    if (by.length > 0 && !isWholeGroup(group, by))
      report(
        `expect[${place}]`,
        `${JSON.stringify(group)} does not have a value for each field in \`by\``,
        `write ${by.map((name) => `‹${name}›`).join(', ')}`,
      );
    if (expect.indexOf(group) < place)
      report(`expect[${place}]`, `${group} is there twice`, 'remove one of them');
  });
}
