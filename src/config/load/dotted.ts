import { isMapping } from '../schema/shape.ts';

/**
 * Beats write `ssl.verification_mode: none` for what is a section elsewhere. In the section that has their names
 * both ways are read, so that an output can be copied over as it stands.
 */
export function withoutDots(section: unknown): unknown {
  if (!isMapping(section)) return section;
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(section)) {
    const [first, ...rest] = name.split('.') as [string, ...string[]];
    const inner = rest.length === 0 ? value : withoutDots({ [rest.join('.')]: value });
    // `ssl:` with nothing below it takes nothing back.
    if (inner === null && first in plain) continue;
    plain[first] = isMapping(plain[first]) && isMapping(inner) ? { ...plain[first], ...inner } : inner;
  }
  return plain;
}
