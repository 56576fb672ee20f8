import { childOf, isMapping, type Shape } from '../schema/shape.ts';

/**
 * Expands dotted names into sections: Beats write `ssl.verification_mode: none`. The section `forward` has the names of
 * Beats and accepts both forms, so that a Filebeat output can be copied unchanged.
 */
export function withoutDots(section: unknown): unknown {
  if (!isMapping(section)) return section;
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(section)) {
    const [first, ...rest] = name.split('.') as [string, ...string[]];
    const inner = rest.length === 0 ? value : withoutDots({ [rest.join('.')]: value });
    // An empty `ssl:` does not remove the settings that dotted names gave.
    if (inner === null && first in plain) continue;
    plain[first] = isMapping(plain[first]) && isMapping(inner) ? { ...plain[first], ...inner } : inner;
  }
  return plain;
}

/**
 * Removes empty settings: an empty `journal:` means the defaults, as an absent section does. An empty setting with an
 * unknown name stays, so that it is reported like one with a value; without a shape, all empty settings are removed.
 * Empty entries of lists stay: they are mistakes.
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
