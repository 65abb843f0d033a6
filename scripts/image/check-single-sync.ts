// A single sync in the container, as docs/deploy.md describes it: the file is on a volume, and nothing is warned about.
import assert from 'node:assert/strict';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { BuiltImage } from './build-image.ts';
import { Container } from './container.ts';
import { manifest } from './manifest.ts';

/** @returns What was checked. */
export async function checkSingleSync(image: BuiltImage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'try-image-'));
  try {
    await chown(folder, manifest.uid, manifest.uid);
    await using percipio = await startPercipioSimulator({ reportPolls: { pending: 0, inProgress: 0 } });
    const { temporaryBytes } = manifest;
    await using container = await Container.start(image, {
      env: {
        BATON_BASE_URL: percipio.url,
        BATON_ORGANIZATION_ID: percipio.organizationId,
        BATON_API_TOKEN: percipio.token,
      },
      volumes: { '/data': folder },
      temporaryBytes,
    });
    const { exitCode, stdout, stderr } = await container.finished;
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /grants/i);
    assert.doesNotMatch(stderr, /"level":"(warn|error)"/, 'a sync without problems warns of nothing');

    await using file = await readC1z(join(folder, 'sync.c1z'));
    const grants = Array.from(file.records(file.runs().at(-1)?.syncId).allGrants());
    const expected = new Set(percipio.truth.grantIds());
    assert.equal(grants.length, expected.size);
    return `a single sync writes ${grants.length} grants to a volume, and warns of nothing`;
  } finally {
    await rm(folder, { recursive: true });
  }
}
