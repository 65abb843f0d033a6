import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkContentTypes, chooseContent, normalizeContentTypes } from '../../src/percipio/content-types.ts';

const all = { skipsCompliance: false, skipsRetired: false };

test('without a choice: courses and assessments, and compliance courses', () => {
  assert.deepEqual(chooseContent([], all), {
    catalogTypes: new Set(['COURSE', 'ASSESSMENT']),
    searchFilter: 'COURSE,ASSESSMENT',
    reportFilter: 'Course,Assessment',
    hasCompliance: true,
    skipsRetired: false,
  });
});

for (const [names, searchFilter, reportFilter, hasCompliance] of [
  [['course'], 'COURSE', 'Course', true],
  [['assessment', 'course'], 'COURSE,ASSESSMENT', 'Course,Assessment', true],
  [['assessment'], 'ASSESSMENT', 'Assessment', false],
  [['linked-content'], 'LINKED_CONTENT', 'Linked Content', false],
  [['live'], undefined, 'Scheduled Content', false],
  [['journey', 'journey'], 'JOURNEY', 'Journey', false],
  [['channel'], 'CHANNEL', 'Channel,Custom Channel', false],
] as const) {
  test(`the filters of ${names.join(' and ')}`, () => {
    const content = chooseContent(names, all);
    assert.deepEqual(
      [content.searchFilter, content.reportFilter, content.hasCompliance],
      [searchFilter, reportFilter, hasCompliance],
    );
    assert.equal(chooseContent(names, { ...all, skipsCompliance: true }).hasCompliance, false);
  });
}

for (const [given, expected] of [
  [
    ['Course', 'ASSESSMENTS'],
    ['course', 'assessment'],
  ],
  [['Linked Content; live\njourneys'], ['linked-content', 'live', 'journey']],
  [
    ['LINKED_CONTENT', 'SCHEDULED_CONTENT', 'live course'],
    ['linked-content', 'live', 'live'],
  ],
  [[' ', ';'], []],
] as const) {
  test(`normalizeContentTypes: ${JSON.stringify(given)}`, () => {
    assert.deepEqual(normalizeContentTypes(given), expected);
    assert.equal(checkContentTypes(expected), undefined);
  });
}

test('checkContentTypes names the valid ones', () => {
  for (const value of ['video', 'toString', '']) {
    assert.equal(
      checkContentTypes(['course', value]),
      'expects one or more of course, assessment, linked-content, live, journey, channel',
    );
  }
});
