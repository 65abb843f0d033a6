import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBusyMs, parseCpuMs, parseMemory } from '../../../bench/process/proc-files.ts';

test('CPU time is read behind a name with spaces and brackets', () => {
  const stat = '4711 (a (b) c) R 1 4711 4711 0 -1 4194560 118 0 0 0 250 75 9000 9000 20 0 11 0 81 1203 42';
  assert.equal(parseCpuMs(stat), 3250);
});

test('memory is what is resident, the most of it, and what is mapped from files', () => {
  const status =
    'Name:\tnode\nVmPeak:\t  999999 kB\nVmHWM:\t    2000 kB\nVmRSS:\t    1500 kB\nRssAnon:\t     900 kB\nRssFile:\t     500 kB\nRssShmem:\t     100 kB\n';
  assert.deepEqual(parseMemory(status), { rss: 1500 * 1024, peak: 2000 * 1024, mapped: 600 * 1024 });
});

test('a process that has ended has no memory', () => {
  assert.equal(parseMemory('Name:\tnode\nState:\tZ (zombie)\n'), undefined);
});

test('the machine is busy with all but idling and waiting', () => {
  const stat = 'cpu  100 20 30 4000 500 6 7 8 90 90\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  assert.equal(parseBusyMs(stat), (100 + 20 + 30 + 6 + 7 + 8) * 10);
});
