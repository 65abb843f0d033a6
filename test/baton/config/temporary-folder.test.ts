import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { c1zTempDir } from '../../../src/baton/config/fields/sync.ts';
import { resolveSettings } from '../../../src/baton/config/resolve-settings.ts';
import { checkTemporaryFolder, readTemporaryFolder } from '../../../src/baton/config/temporary-folder.ts';

test('the folder for temporary files is that of the flag, or else of the variable, and must exist', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'temporary-folder-test-'));
  t.after(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, 'file'), '');
  for (const [flag, variable, folder, faults] of [
    [undefined, undefined, undefined, []],
    [undefined, cwd, cwd, []],
    ['.', '/nonexistent', '.', []],
    [undefined, '/nonexistent', '/nonexistent', ['BATON_TMPDIR: no such folder: /nonexistent']],
    ['file', cwd, 'file', ['--c1z-temp-dir: no such folder: file']],
  ] as const) {
    const raw = { source: 'flag', text: flag ?? '', place: '--c1z-temp-dir' } as const;
    const flags = new Map(flag === undefined ? [] : [['c1z-temp-dir', raw]]);
    const sources = { flags, environment: new Map(), file: new Map() };
    const rules = { fields: [c1zTempDir], constraints: [], requiredAmong: [], unsupportedIn: 'no-source' } as const;
    const { settings } = resolveSettings(sources, rules);
    const env = { BATON_TMPDIR: variable };
    assert.equal(readTemporaryFolder(settings, env), folder);
    assert.deepEqual(checkTemporaryFolder(settings, { env, cwd }), faults);
  }
});
