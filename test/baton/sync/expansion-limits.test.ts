import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpansionLimits } from '../../../src/baton/sync/expansion-limits.ts';

test('the limits of an expansion are read as Go reads them, and with what tools leave around them', () => {
  const depths = { '': 20, 0: 20, 7: 7, '+7': 7, '-1': -1, '1e3': 20, ' 7\n': 7, '"7"': 7, many: 20 };
  for (const [text, maxDepth] of Object.entries(depths)) {
    assert.equal(readExpansionLimits({ BATON_GRAPH_EXPAND_MAX_DEPTH: text }).maxDepth, maxDepth, `"${text}"`);
  }
  for (const [text, mergeCycles] of Object.entries({
    '': true,
    0: true,
    no: true,
    yes: false,
    'true\n': false,
    1: false,
    true: false,
    T: false,
  })) {
    assert.equal(readExpansionLimits({ BATON_DONT_FIX_CYCLES: text }).mergeCycles, mergeCycles, `"${text}"`);
  }
  assert.deepEqual(readExpansionLimits({}), { maxDepth: 20, mergeCycles: true });
});
