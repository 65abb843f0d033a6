// Where test files are, and what they leave to others: the rules of docs/developing.md, "Where a test goes".
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const files = globSync('test/**/*.test.ts').sort();

/** Tests that are not of one folder of sources: of the program as a process, of rules for every connector, of random inputs. */
const ofNoFolder = ['test/e2e', 'test/contract', 'test/fuzz'];

test('a test file is in the folder of test/ that has the path of what it tests', () => {
  const strayed = files.filter((file) => {
    const folder = dirname(file);
    const tested = folder.replace(/^test\/?/, '');
    return !ofNoFolder.includes(folder) && !existsSync(join('src', tested)) && !existsSync(tested || '.');
  });
  assert.deepEqual(strayed, [], 'src/ has no such folder: move these to the folder of what they test');
});

test('a test file that shares its process has no hooks at its top level, which would be hooks of the next one, too', () => {
  const strayed = files.filter((file) => {
    const text = readFileSync(file, 'utf8');
    return /^(before|after)(Each)?\(/m.test(text) && !/^\/\/ own process: \S/m.test(text);
  });
  assert.deepEqual(strayed, [], 'put the hooks into a describe(), or use t.after()');
});
