import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { readConfigFile } from '../../../src/baton/config/config-file.ts';
import { intField } from '../../../src/baton/config/create-field.ts';
import { explainDistrust } from '../../../src/baton/config/trust-config-file.ts';

const file = (uid: number, permissions: number) => ({ uid, mode: 0o100000 | permissions });

describe('explainDistrust', () => {
  for (const [what, stats, uid] of [
    ['a file of the user', file(1000, 0o600), 1000],
    ['one that others may read', file(1000, 0o644), 1000],
    ['one that Kubernetes mounts: of root, for the group to read', file(0, 0o440), 65532],
    ['one of root that everyone may read', file(0, 0o644), 65532],
    ['any on Windows', file(0, 0o666), undefined],
  ] as const) {
    test(`trusts ${what}`, () => assert.equal(explainDistrust(stats, uid, false), undefined));
  }

  const foreign = /^it belongs to another user \(uid 1001, this process has \d+\)\. .* BATON_CONFIG_PATH$/;
  test('refuses a file of another user, also for root, unless it was named', () => {
    assert.match(explainDistrust(file(1001, 0o600), 1000, false) ?? '', foreign);
    assert.match(explainDistrust(file(1001, 0o600), 0, false) ?? '', foreign);
    assert.equal(explainDistrust(file(1001, 0o600), 1000, true), undefined);
  });

  for (const permissions of [0o666, 0o620, 0o602, 0o777]) {
    test(`refuses a file with the mode ${permissions.toString(8)}, whoever owns it and even if it was named`, () => {
      for (const [owner, isNamed] of [
        [1000, false],
        [0, false],
        [1000, true],
      ] as const) {
        const mode = permissions.toString(8);
        const reason = `other users can write to it (mode ${mode}). Remove this permission: chmod go-w`;
        assert.equal(explainDistrust(file(owner, permissions), 1000, isNamed), reason);
      }
    });
  }
});

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trust-config-file-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const fields = [intField({ name: 'seats', description: 'For this test', default: 5 })];

test('a file that others may write is not read, and the fault says why', async (t) => {
  const cwd = await createFolder(t);
  const path = join(cwd, '.baton.yaml');
  await writeFile(path, 'seats: 2');
  await chmod(path, 0o666);
  const { values, faults } = await readConfigFile(fields, { env: {}, cwd });
  assert.deepEqual(
    [values.size, faults],
    [
      0,
      [
        'the config file .baton.yaml is not used: other users can write to it (mode 666). Remove this permission: chmod go-w',
      ],
    ],
  );
});

test('the target of a link counts, as Kubernetes makes them', async (t) => {
  const cwd = await createFolder(t);
  await writeFile(join(cwd, 'data.yaml'), 'seats: 2', { mode: 0o400 });
  await symlink('data.yaml', join(cwd, '.baton.yaml'));
  const read = () => readConfigFile(fields, { env: {}, cwd });
  assert.deepEqual([(await read()).values.size, (await read()).faults], [1, []]);
  await chmod(join(cwd, 'data.yaml'), 0o622);
  assert.equal((await read()).faults.length, 1);
});
