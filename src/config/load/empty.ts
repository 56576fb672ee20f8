import { childOf, isMapping, type Shape } from '../schema/shape.ts';

/**
 * `journal:` with nothing below it means the defaults, as an absent section does. A name that its section does not know
 * stays, so that it is told like one with a value; where no shape is given, all that is empty goes. Lists keep their
 * holes: those are mistakes.
 */
export function withoutEmpty(value: unknown, shape?: Shape): unknown {
  if (Array.isArray(value))
    return value.map((item, place) => withoutEmpty(item, shape && childOf(shape, place, value)));
  if (!isMapping(value)) return value;
  const isSection = shape?.kind === 'section' || shape?.kind === 'variants';
  const entries = Object.entries(value).flatMap(([key, child]) => {
    const inner = shape && childOf(shape, key, value);
    if (child === null) return isSection && inner === undefined ? [[key, child]] : [];
    return [[key, withoutEmpty(child, inner)]];
  });
  return Object.fromEntries(entries);
}
