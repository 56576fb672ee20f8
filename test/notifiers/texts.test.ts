import { describe, expect, it } from 'vitest';
import { documentOf } from '../../src/notifiers/message/document.ts';
import { textOf } from '../../src/notifiers/slack/message.ts';
import { hostile, isHarmless } from '../support/hostile.ts';
import { aNotification } from '../support/rules/alerts.ts';

const linked = (url: string) => {
  const notification = aNotification('ops', 1, { group: '<!channel>', message: 'a & b > c' });
  return { ...notification, episode: { ...notification.episode, url } };
};

describe('a message to Slack', () => {
  it('ends with a link to Discover where there is one', () => {
    const lines = textOf(linked('https://kibana.example/app/discover#/?_g=(x)&_a=(y)')).split('\n');
    expect(lines.at(-1)).toBe('<https://kibana.example/app/discover#/?_g=(x)&amp;_a=(y)|Open in Discover>');
    expect(textOf(aNotification('ops'))).not.toContain('Discover');
  });

  it('calls nobody and marks nothing up by what senders wrote', () => {
    const text = textOf(linked('https://kibana.example/'));
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).toContain('a &amp; b &gt; c');
    expect(text.match(/</g)).toHaveLength(1);
  });
});

it('is short enough for Slack, whatever its group and reason hold', () => {
  const long = '<😀'.repeat(50_000);
  const text = textOf(aNotification('ops', 1, { group: long, reason: long }));
  expect(text.length).toBeLessThan(20_000);
  expect(text).toContain(' …\nValue:');
  expect(Buffer.from(text).toString()).toBe(text);
});

describe('a sender’s text in a message to Slack', () => {
  const told = (text: string) =>
    textOf(aNotification('ops', 1, { group: text, reason: text, message: 'the rule’s\nown lines' }));

  it.each([
    '<!channel>',
    '<!here|x>',
    '<@U012>',
    '<!subteam^S1>',
    '<https://evil.example|Runbook>',
    '&lt;!channel&gt;',
  ])('is no mention and no link: %s', (text) => {
    expect(told(text)).not.toContain('<');
    expect(told(text)).toContain(
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    );
  });

  it('adds no line', () => {
    const lines = told('web-1\nRunbook: https://evil.example').split('\n');
    expect(lines.filter((line) => line.startsWith('Runbook'))).toEqual([]);
    expect(lines).toContain('own lines');
  });

  it.each(hostile)('acts on no screen: %s', (_, text) => expect(isHarmless(told(text))).toBe(true));
});

describe('the document of a webhook', () => {
  it('has the link to Discover where there is one', () => {
    expect(documentOf(linked('https://kibana.example/'))).toMatchObject({
      alert: { url: 'https://kibana.example/' },
    });
    expect(documentOf(aNotification('ops')).alert).not.toHaveProperty('url');
  });
});
