import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UsageError } from '../../../src/baton/author/usage-error.ts';
import { PasswordFile } from '../../../src/baton/on-demand/password-file.ts';
import { temporaryFolder } from '../c1z/temporary-folder.ts';

test('a password file is there before the password, and nobody but its owner can read it', async (t) => {
  const path = join(await temporaryFolder(t), 'password');
  {
    await using file = await PasswordFile.create(path, '--out');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await file.write('s3cret');
  }
  assert.equal(readFileSync(path, 'utf8'), 's3cret\n');
});

test('a password file goes again when no password was written', async (t) => {
  const path = join(await temporaryFolder(t), 'password');
  {
    await using _file = await PasswordFile.create(path, '--out');
    assert.ok(existsSync(path));
  }
  assert.equal(existsSync(path), false);
});

test('a file that is there already stays as it is, and is a fault', async (t) => {
  const path = join(await temporaryFolder(t), 'password');
  writeFileSync(path, 'mine');
  await assert.rejects(PasswordFile.create(path, '--out'), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.message, `--out: ${path} already exists; name a new file`);
    return true;
  });
  assert.equal(readFileSync(path, 'utf8'), 'mine');
});

test('a folder that is not there is a fault', async (t) => {
  const path = join(await temporaryFolder(t), 'nowhere', 'password');
  await assert.rejects(PasswordFile.create(path, '--out'), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^--out: cannot create the file: ENOENT/);
    return true;
  });
});
