import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestName } from '../../../src/baton/config/closest-name.ts';

const known = ['api-token', 'organization-id', 'workers', 'log-level', 'log-path', 'file'];

test('closestName finds the name behind a slip', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['wokers', 'workers'],
    ['workres', 'workers'],
    ['api_token', 'api-token'],
    ['Api-Tokn', 'api-token'],
    ['log-levle', 'log-level'],
    ['log-pat', 'log-path'],
    ['organisation-id', 'organization-id'],
    ['flie', 'file'],
  ];
  for (const [typed, meant] of cases) assert.equal(closestName(typed, known), meant, typed);
});

test('closestName suggests nothing for a name that is far from all', () => {
  for (const typed of ['output', 'x', 'mile-high', '']) assert.equal(closestName(typed, known), undefined, typed);
});
