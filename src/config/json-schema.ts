import { z } from 'zod';
import { schema } from './schema/schema.ts';
import { shapeOf } from './schema/shape.ts';

interface Node {
  type?: string | string[];
  pattern?: string;
  [keyword: string]: unknown;
}

/** Any value may come from the environment: `${NAME}` or `${NAME:default}`. */
const reference = '\\$\\{';
const patterns: Partial<Record<string, string>> = {
  duration: `^(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+$|^0$|${reference}`,
  size: `^\\d+(\\.\\d+)?\\s*([bB]|[kmgtKMGT][bB])$|${reference}`,
};
const fileOfSecret = {
  type: 'object',
  properties: { file: { type: 'string', description: 'Path of the file that holds the secret.' } },
  required: ['file'],
  additionalProperties: false,
};

/** Moves everything but words into the first of two ways to write a value. */
function orFile(node: Node): void {
  const { description, secret: _, ...text } = node;
  for (const keyword of Object.keys(node)) delete node[keyword];
  Object.assign(node, { ...(description !== undefined && { description }), anyOf: [text, fileOfSecret] });
}

/** What zod cannot tell an editor: units, references to the environment, files of secrets. */
function forEditors(zodSchema: z.core.$ZodType, node: Node): void {
  const { kind, secret } = shapeOf(zodSchema);
  delete node.unit;
  if (node.format === 'uri') delete node.format;
  if (patterns[kind] && node.type === 'string') node.pattern = patterns[kind];
  if (node.type === 'integer' || node.type === 'number' || node.type === 'boolean') {
    node.type = [node.type, 'string'];
    node.pattern = reference;
  }
  if (node.enum && node.type === 'string') {
    node.anyOf = [{ enum: node.enum }, { pattern: reference }];
    delete node.enum;
  }
  if (secret && node.type === 'string') orFile(node);
}

/** The JSON schema by which editors complete and check `logboom.yml`. */
export function configurationJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => forEditors(zodSchema, jsonSchema as Node),
  });
  return { $schema, title: 'Configuration of logboom', ...rest };
}
