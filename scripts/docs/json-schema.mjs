// Writes docs/logboom.schema.json, by which editors complete and check logboom.yml. Needs the build.
import * as z from 'zod';
import { schema } from '../../dist/config/schema/schema.js';
import { shapeOf } from '../../dist/config/schema/shape.js';

/** Any value may come from the environment: `${NAME}` or `${NAME:default}`. */
const reference = '\\$\\{';
const patterns = {
  duration: `^(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+$|^0$|${reference}`,
  size: `^\\d+(\\.\\d+)?\\s*([bB]|[kmgtKMGT][bB])$|${reference}`,
};
const fileOfSecret = {
  type: 'object',
  properties: { file: { type: 'string', description: 'Path of the file that holds the secret.' } },
  required: ['file'],
  additionalProperties: false,
};

/** Lets a secret be written as a text or as the path of a file. */
function orFile(node) {
  const { description, secret: _, ...text } = node;
  for (const keyword of Object.keys(node)) delete node[keyword];
  Object.assign(node, { ...(description !== undefined && { description }), anyOf: [text, fileOfSecret] });
}

/** Adds what zod does not know: units, references to the environment, files of secrets. */
function forEditors(zodSchema, node) {
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

/** The JSON schema of `logboom.yml`. */
export function configurationJsonSchema() {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => forEditors(zodSchema, jsonSchema),
  });
  return { $schema, title: 'Configuration of logboom', ...rest };
}
