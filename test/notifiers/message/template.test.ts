import { describe, expect, it } from 'vitest';
import { checkTemplate, fill } from '../../../src/notifiers/message/template.ts';
import { aNotification } from '../../support/rules/alerts.ts';

const notification = {
  ...aNotification('ops', 1, { value: 0.1237, condition: '>= 5%' }),
  measure: 'share(a: 1)',
};

describe('a template', () => {
  it.each([
    ['{{rule}} is {{state}}', 'burst is ACTIVE'],
    ['{{value}} {{threshold}}', '12.4 % >= 5 %'],
    ['{{value.number}}', 0.1237],
    ['n={{value.number}}', 'n=0.1237'],
    ['{{count}}', 7],
    ['{{host.name}}', 'web-1'],
    ['{{ severity }}', 'high'],
    ['{{end}}', ''],
    ['plain', 'plain'],
  ])('%s becomes %j', (template, text) => expect(fill(template as unknown, notification)).toEqual(text));

  it('is filled in at every depth of JSON, and leaves the rest alone', () => {
    const template = { a: ['{{rule}}', 1, null, { b: '{{value.number}}' }], c: true };
    expect(fill(template as unknown, notification)).toEqual({
      a: ['burst', 1, null, { b: 0.1237 }],
      c: true,
    });
  });

  it('is not begun by what a sender wrote', () => {
    const hostile = aNotification('ops', 1, { message: '{{reason}}' });
    expect(fill('{{message}}', hostile)).toBe('{{reason}}');
  });

  it('with an unknown name is reported with its place and a suggestion', () => {
    const found: unknown[] = [];
    const template = { text: '{{titel}}', list: ['{{host.name}} {{value}}'] };
    checkTemplate(template, ['body'], ['host.name'], (...problem) => found.push(problem));
    expect(found).toEqual([
      [
        ['body', 'text'],
        expect.stringContaining('no `titel`; did you mean `title`?'),
        expect.stringContaining('Use one of id'),
      ],
    ]);
  });
});
