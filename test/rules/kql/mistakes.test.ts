import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load/load.ts';
import { mistakesIn } from '../../../src/rules/kql/mistakes.ts';
import { parseQuery } from '../../../src/rules/kql/parser.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';

const remedies = (query: string) =>
  mistakesIn(parseQuery(query)).map(({ remedy }) => /write `(.*)`, or/.exec(remedy)![1]);

describe('operators of other languages', () => {
  it.each([
    ['status_code != 200', 'not status_code : 200'],
    ['status_code !== 200', 'not status_code : 200'],
    ['status_code == 500', 'status_code : 500'],
    ['status_code=500', 'status_code : 500'],
    ['url.path =~ /admin/', 'url.path : /admin/'],
    ['url.path !~ admin', 'not url.path : /admin/'],
    ['user.name != ', 'not user.name : *'],
    ['!error.message', 'not error.message'],
    ['!status : 200', 'not status : …'],
    ['log.level : error && x', 'error and x'],
    ['timeout || refused', 'timeout or refused'],
    ['a : 1 and b == 2', 'b : 2'],
    ['not (a : 1 or b != 2)', 'not b : 2'],
    ['x : { a == 2 }', 'a : 2'],
  ])('%s: write %s', (query, remedy) => {
    expect(remedies(query)).toEqual([remedy]);
  });

  it('names the operators of a comparison that was written the other way round', () => {
    expect(mistakesIn(parseQuery('bytes => 100'))).toEqual([
      {
        problem: 'KQL has no operator `=`: this would look for the field "bytes ="',
        remedy: 'write bytes with : or > or >= or < or <=',
      },
    ]);
  });

  it('leaves a quoted text after an operator to the parser', () => {
    expect(() => parseQuery('host.name = "web-1"')).toThrow('expected "and", "or" or the end of the query');
  });

  it.each([
    '',
    'status : 200',
    'status >= 200 and status < 300',
    'message : "a == b"',
    '"a != b"',
    '"x && y"',
    'message : a=b',
    'url.query : a=1&b=2',
    'url.path : /a=b/',
    'timeout',
    '*',
    'hello!',
    'message : !important',
  ])('%j has none', (query) => {
    expect(remedies(query)).toEqual([]);
  });
});

describe('the check of a configuration', () => {
  const problemsOf = (rule: string) =>
    loadConfig({
      path: 'logboom.yml',
      env: {},
      readFile: () => `rules: [{ name: a, over: 1m, ${rule} }]`,
      checks: [ruleProblems],
    }).problems.map(({ path, message, remedy }) => `${path}: ${message} ${remedy}`);

  it('names the operator, what the query would do, and what to write', () => {
    expect(problemsOf('where: "status_code != 200"')).toEqual([
      'rules[0].where: KQL has no operator `!=`: this would search for the text "status_code != 200". Write `not status_code : 200`, or put the text into quotes.',
    ]);
  });

  it('looks into the query of a share', () => {
    expect(problemsOf('measure: share(status == 500), when: "> 5%"')).toEqual([
      'rules[0].measure: KQL has no operator `==`: this would search for the text "status == 500". Write `status : 500`, or put the text into quotes.',
    ]);
  });

  it('names `and` and `or` where && makes the query unreadable', () => {
    expect(problemsOf('where: "a : 1 && b : 2"')[0]).toContain(
      'Write `and` and `or`: KQL has no && and no ||.',
    );
  });

  it.each(['count', 'rate', 'distinct(source.ip)'])('refuses a percentage of %s', (measure) => {
    const [problem, ...more] = problemsOf(`measure: "${measure}", when: "> 5%"`);
    expect(problem).toContain('is a number, not a percentage: > 5% would compare it with 0.05.');
    expect(more).toEqual([]);
  });

  it.each(['share(a : 1)', 'avg(cpu.pct)', 'max(cpu.pct)'])('takes a percentage of %s', (measure) => {
    expect(problemsOf(`measure: "${measure}", when: "> 5%"`)).toEqual([]);
  });

  it('says of conditions that hold together which value meets both', () => {
    expect(problemsOf('when: "> 5", recover: "> 7"')).toEqual([
      expect.stringMatching(
        /^rules\[0\]\.recover: 10 meets both `when` \(> 5\) and `recover` \(> 7\)\. Choose conditions/,
      ),
    ]);
  });
});
