import { type Config, schema } from './schema/schema.ts';
import { childOf, namesIn, type Shape, shapeOf, valueIn } from './schema/shape.ts';

function gather(shape: Shape, value: unknown): string[] {
  if (shape.secret) return typeof value === 'string' ? [value] : [];
  return namesIn(shape, value).flatMap((key) => {
    const child = childOf(shape, key, value);
    return child === undefined ? [] : gather(child, valueIn(value, key));
  });
}

/** The values of all secrets, so that the log can leave them out wherever they turn up. */
export function secretsOf(config: Config): string[] {
  return gather(shapeOf(schema), config);
}

/** Adds those of another configuration. One that is reloaded every minute adds nothing. */
export function addSecrets(known: string[], config: Config): void {
  for (const secret of secretsOf(config)) if (!known.includes(secret)) known.push(secret);
}
