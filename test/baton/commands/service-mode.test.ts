// What service mode permits and can read, by the settings that it is started with.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { TaskSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { parseClientKey } from '../../../src/baton/conductorone/credentials/client-secret.ts';
import { encryptForJwk } from '../../../src/baton/credentials/jwk-encryption.ts';
import { startConductorOne } from '../../simulator/conductorone/start-conductorone.ts';
import { createLendingPlace } from './run-lending.ts';

type TaskType = NonNullable<MessageInitShape<typeof TaskSchema>['taskType']>;

/** Starts service mode, which ends with the test. */
async function startServiceMode(t: TestContext, argv: readonly string[]) {
  const place = await createLendingPlace(t, { synced: argv.includes('sync.c1z') });
  const { tasks, uploads, env, clientSecret } = await startConductorOne(t);
  const stop = new AbortController();
  const ended = place.run(['--log-level=error', ...argv], { env, signal: stop.signal });
  const end = async () => {
    stop.abort();
    return await ended;
  };
  t.after(end);
  return { place, clientSecret, uploads, end, doTask: (task: TaskType) => tasks.finished(tasks.add(task)) };
}

const resource = create(ResourceSchema, { id: { resourceType: 'book', resource: 'b1' }, description: 'B1' });
const grant: TaskType = {
  case: 'grant',
  value: {
    entitlement: create(EntitlementSchema, { id: 'book:b1:borrowed', resource }),
    principal: { id: { resourceType: 'reader', resource: 'r1' }, displayName: 'Bob' },
  },
};
const remind: TaskType = { case: 'actionInvoke', value: { name: 'remind', args: { reader: 'r1' } } };

test('-p lets ConductorOne change things and run actions', async (t) => {
  const { place, doTask } = await startServiceMode(t, ['-p']);
  for (const task of [grant, remind]) {
    assert.equal((await doTask(task)).finalState.case, 'success', task.case);
  }
  assert.deepEqual(place.library().asked, ['lend B1 to Bob', 'remind r1']);
});

test('without -p, ConductorOne changes nothing', async (t) => {
  const { place, doTask } = await startServiceMode(t, []);
  for (const task of [grant, remind]) {
    const { status } = await doTask(task);
    assert.deepEqual(
      [status?.code, status?.message],
      [
        Code.FailedPrecondition,
        'provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes',
      ],
    );
  }
  assert.deepEqual(place.library().asked, []);
});

test('the client secret reads a password that somebody chose in ConductorOne', async (t) => {
  const { place, doTask, clientSecret } = await startServiceMode(t, ['-p']);
  const { id, key } = await parseClientKey(clientSecret);
  const publicJwk = JSON.stringify(createPublicKey(key).export({ format: 'jwk' }));
  const encrypted = await encryptForJwk(Buffer.from(publicJwk), Buffer.from('Chosen-1'));
  const { finalState, status } = await doTask({
    case: 'createAccount',
    value: {
      accountInfo: { login: 'dora' },
      credentialOptions: {
        options: {
          case: 'encryptedPassword',
          value: { encryptedPasswords: [{ ...encrypted, keyIds: [id] }] },
        },
      },
    },
  });
  assert.equal(finalState.case, 'success', status?.message);
  assert.equal(place.library().passwords.dora, 'Chosen-1');
});

test('a sync task copies the resources of the file of --external-resource-c1z', async (t) => {
  const { uploads, doTask } = await startServiceMode(t, ['--external-resource-c1z', 'sync.c1z']);
  const { finalState, status } = await doTask({ case: 'syncFull', value: {} });
  assert.equal(finalState.case, 'success', status?.message);
  await using file = await readC1z(uploads.all[0]?.path ?? '');
  const resources = [...file.records(file.latestFinishedFullRun()?.syncId).allResources()];
  assert.ok(resources.some(({ annotations }) => annotations.some((any) => anyIs(any, BatonIDSchema))));
});

test('--keep-previous-sync-c1z has no effect, and says so', async (t) => {
  const { doTask, end } = await startServiceMode(t, ['--keep-previous-sync-c1z', '--log-level=warn']);
  await doTask(remind);
  assert.match((await end()).stderr, /--keep-previous-sync-c1z has no effect/);
});
