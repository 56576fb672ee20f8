import * as z from 'zod';
import type { Route } from './route.ts';

const errorAnswer = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});

/** The description of the routes by OpenAPI 3.1. The parameters follow from the schemas by which requests are checked. */
export function openApi(routes: readonly Route[], version: string): object {
  return {
    openapi: '3.1.0',
    info: { title: 'logboom', version, description: 'Logs, traffic and alerts of a running logboom.' },
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: operationOf(route) }])),
    components: {
      schemas: {
        Error: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        user: { type: 'http', scheme: 'basic', description: 'The name of a token, and the token.' },
      },
    },
    security: [{ token: [] }, { user: [] }, {}],
  };
}

function operationOf({ summary, query }: Route): object {
  return {
    summary,
    parameters: parametersOf(query),
    responses: {
      200: { description: 'The answer.', content: { 'application/json': { schema: { type: 'object' } } } },
      400: errorAnswer('A parameter is wrong; the error names it.'),
      401: errorAnswer('Credentials are needed.'),
      503: errorAnswer('Documents cannot be searched at present.'),
    },
  };
}

interface JsonSchema {
  properties?: Record<string, { description?: string } & Record<string, unknown>>;
  required?: string[];
}

function parametersOf(query: z.ZodObject): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' }) as JsonSchema;
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}
