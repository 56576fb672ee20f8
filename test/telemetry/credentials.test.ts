import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LogboomError } from '../../src/errors.ts';
import { recognizer } from '../../src/listeners/credentials.ts';
import { answering, jsonBodyOf, readAs } from '../../src/telemetry/api/answers.ts';
import { credentialsOf, ownToken } from '../../src/telemetry/api/credentials.ts';

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('the tokens of the API', () => {
  const tokens = {
    ann: { role: 'operate', token: 'a1' },
    bot: { role: 'read', token: 'b1' },
  } as const;
  const recognize = recognizer(credentialsOf({ token: 't1', tokens }));

  it.each<[string | undefined, object | undefined]>([
    ['Bearer t1', { name: 'token', role: 'operate' }],
    ['Bearer a1', { name: 'ann', role: 'operate' }],
    ['bearer b1', { name: 'bot', role: 'read' }],
    // A browser sends a user and a password.
    [basic('token', 't1'), { name: 'token', role: 'operate' }],
    [basic('ann', 'a1'), { name: 'ann', role: 'operate' }],
    [basic('bot', 'b1'), { name: 'bot', role: 'read' }],
    [basic('bot', 'a1'), undefined],
    [basic('', 't1'), undefined],
    [basic('ann', ''), undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer T1', undefined],
    ['Bearer t1 x', undefined],
    ['t1', undefined],
    ['ApiKey t1', undefined],
    ['Digest t1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (authorization, client) => expect(recognize(authorization)).toEqual(client));

  it.each<[Parameters<typeof ownToken>[0], string | undefined]>([
    [{}, undefined],
    [{ tokens: {} }, undefined],
    [{ token: 't1', tokens }, 't1'],
    [{ tokens }, 'a1'],
    [{ tokens: { bot: tokens.bot } }, 'b1'],
    [{ tokens: { bot: tokens.bot, ann: tokens.ann } }, 'a1'],
  ])('of %j the commands send %j', (settings, token) => expect(ownToken(settings)).toBe(token));

  it('are none where none is configured: nobody is recognised', () => {
    expect(credentialsOf({})).toEqual([]);
    expect(recognizer([])('Bearer x')).toBeUndefined();
  });
});

describe('a request to the API', () => {
  const schema = z.strictObject({ ids: z.array(z.string()).min(1), by: z.string() });
  const refused = (given: unknown) => {
    try {
      return readAs(schema, given);
    } catch (error) {
      expect(error).toMatchObject({ code: 'USAGE' });
      return (error as Error).message;
    }
  };

  it.each<[unknown, unknown]>([
    [
      { ids: ['a'], by: 'ann' },
      { ids: ['a'], by: 'ann' },
    ],
    [undefined, expect.stringMatching(/^`body`: /)],
    [null, expect.stringMatching(/^`body`: /)],
    [{ ids: [], by: 'ann' }, expect.stringMatching(/^`ids`: [^;]+$/)],
    [{ ids: [5], by: 'ann' }, expect.stringMatching(/^`ids\.0`: [^;]+$/)],
    [{ ids: [], by: 5 }, expect.stringMatching(/^`ids`: [^;]+; `by`: [^;]+$/)],
    [{ ids: ['a'], by: 'ann', more: 1 }, expect.stringMatching(/^`body`: .*more/)],
  ])('with %j is read as %j', (given, wanted) => expect(refused(given)).toEqual(wanted));

  it.each<[string | undefined, boolean]>([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/jsonx', false],
    ['text/plain', false],
    ['application/x-www-form-urlencoded', false],
    [undefined, false],
  ])('of the type %s has a body: %s', async (type, hasBody) => {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, async (_: unknown, body: string | Buffer) =>
      JSON.parse(String(body)),
    );
    app.post('/', async (request) => ({ found: jsonBodyOf(request) }));
    const headers = { ...(type !== undefined && { 'content-type': type }) };
    const { body } = await app.inject({ method: 'POST', url: '/', headers, payload: '{"a":1}' });
    expect(JSON.parse(body)).toEqual(hasBody ? { found: { a: 1 } } : {});
  });

  it.each<[string, () => unknown, number, object]>([
    ['what is returned', () => ({ fine: true }), 200, { fine: true }],
    ['a wrong use', fail(new LogboomError('USAGE', 'wrong')), 400, { error: 'wrong' }],
    ['what is gone', fail(new LogboomError('NOT_EXPLAINABLE', 'gone')), 404, { error: 'gone' }],
    ['a failure without a status', fail(new LogboomError('SINK_UNAVAILABLE', 'x')), 500, { message: 'x' }],
    ['a defect', fail(new TypeError('defect')), 500, { message: 'defect' }],
  ])('is answered with %s', async (_, act, status, wanted) => {
    const answer = answering({ USAGE: 400, NOT_EXPLAINABLE: 404 });
    const app = fastify();
    app.get('/', (_request, reply) => answer(reply, act));
    const { statusCode, body } = await app.inject('/');
    expect(statusCode).toBe(status);
    expect(JSON.parse(body)).toMatchObject(wanted);
  });
});

function fail(error: Error) {
  return () => {
    throw error;
  };
}
