import { type Config, schema } from './schema/schema.ts';
import { childOf, namesIn, type Shape, shapeOf, valueIn } from './schema/shape.ts';

function gather(shape: Shape, value: unknown): string[] {
  if (shape.secret) return typeof value === 'string' ? [value] : [];
  return namesIn(shape, value).flatMap((key) => {
    const child = childOf(shape, key, value);
    return child === undefined ? [] : gather(child, valueIn(value, key));
  });
}

/** The values of all secrets. The log removes them wherever they occur. */
export function secretsOf(config: Config): string[] {
  return gather(shapeOf(schema), config);
}

/** Adds the secrets of another configuration, each once, so that the list does not grow with each reload. */
export function addSecrets(known: string[], config: Config): void {
  for (const secret of secretsOf(config)) if (!known.includes(secret)) known.push(secret);
}
