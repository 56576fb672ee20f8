import { secretTexts } from '../util/secret-texts.ts';
import { type Config, schema } from './schema/schema.ts';
import { childOf, namesIn, type Shape, shapeAt, shapeOf, valueIn } from './schema/shape.ts';

function gather(shape: Shape, value: unknown): string[] {
  if (shape.secret) return typeof value === 'string' ? [value] : [];
  if (shape.hasSecrets) return secretTexts(value);
  return namesIn(shape, value).flatMap((key) => {
    const child = childOf(shape, key, value);
    return child === undefined ? [] : gather(child, valueIn(value, key));
  });
}

/** The values of all secrets. The log removes them wherever they occur. */
export function secretsOf(config: Config): string[] {
  const root = shapeOf(schema);
  // The schema turned a list of inputs into an object, in which those that it describes as a list are no longer found.
  const listed = config.inputs.network.flatMap((input) => {
    const item = shapeAt(root, ['inputs', 0], { inputs: [input] });
    return item === undefined ? [] : gather(item, input);
  });
  return [...gather(root, config), ...listed];
}

/** Adds the secrets of another configuration, each once, so that the list does not grow with each reload. */
export function addSecrets(known: string[], config: Config): void {
  for (const secret of secretsOf(config)) if (!known.includes(secret)) known.push(secret);
}
