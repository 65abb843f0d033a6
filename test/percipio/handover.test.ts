// A replica of service mode is stopped in the middle of a change, and another one ends it: once, and with a known outcome.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { CreateAccountResponseSchema, RotateCredentialResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { decryptForEd25519 } from '../../src/baton/credentials/jwk-encryption.ts';
import type { TaskType } from '../../src/simulator/conductorone/task-board.ts';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import { startService } from '../baton/conductorone/start-service.ts';
import { quickServiceTiming } from '../baton/conductorone/tasks/quick-service-timing.ts';
import { configFor } from '../baton/credentials/config-for.ts';
import { startConductorOne } from '../simulator/conductorone/start-conductorone.ts';
import { startSimulator } from '../simulator/percipio/start-simulator.ts';
import { startConnector, uuid } from './start-connector.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const credentialOptions = { options: { case: 'randomPassword', value: { length: 16n } } } as const;
const encryptionConfigs = [configFor(publicKey)];
const resourceId = { resourceType: 'user', resource: uuid(1) };

const tasks: Record<string, TaskType> = {
  grant: {
    case: 'grant',
    value: {
      entitlement: { id: 'role:ADMIN:assigned', resource: { id: { resourceType: 'role', resource: 'ADMIN' } } },
      principal: { id: resourceId },
    },
  },
  disable: { case: 'actionInvoke', value: { name: 'disable_user', args: { user_id: uuid(1) } } },
  delete: { case: 'deleteResource', value: { resourceId } },
  rotate: { case: 'rotateCredentials', value: { resourceId, credentialOptions, encryptionConfigs } },
  create: {
    case: 'createAccount',
    value: {
      accountInfo: { profile: { external_user_id: 'E2', login_name: 'jane' } },
      credentialOptions,
      encryptionConfigs,
    },
  },
};

async function startReplica(
  t: TestContext,
  conductorone: Awaited<ReturnType<typeof startConductorOne>>,
  simulator: PercipioSimulator,
  name: string,
) {
  const { services } = startConnector(t, simulator, { provisioning: true });
  const timing = { ...quickServiceTiming, drainTimeoutMs: 5 };
  const env = { ...conductorone.env, BATON_HOST_ID: name };
  return await startService(t, { conductorone, services, timing, env });
}

for (const [name, task] of Object.entries(tasks)) {
  for (const carriesOut of [true, false]) {
    test(`${name}, ${carriesOut ? 'made' : 'not made'} when its replica stops, is ended by another replica`, async (t) => {
      const conductorone = await startConductorOne(t, { retries: true });
      const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
      simulator.data.users = [{ id: uuid(1), loginName: 'ann', role: 'LEARNER', isActive: true }];
      const method = name === 'create' ? 'POST' : 'PATCH';
      simulator.faults.add({ kind: 'stall', carriesOut, match: { method } });
      const stopped = await startReplica(t, conductorone, simulator, 'stopped');
      const id = conductorone.tasks.add(task);
      await simulator.requests.waitFor((request) => request.method === method);
      const [other] = await Promise.all([startReplica(t, conductorone, simulator, 'other'), stopped.stop()]);

      const { hostId, finalState } = await conductorone.tasks.finished(id);
      await other.stop();
      assert.deepEqual([hostId, finalState.case], ['other', 'success']);
      assert.deepEqual(
        conductorone.tasks.reports.map(({ status, hostId }) => [hostId, status?.code]),
        [
          ['stopped', Code.Unavailable],
          ['other', undefined],
        ],
      );
      const response = finalState.case === 'success' ? finalState.value.response : undefined;
      assert.ok(response);
      const signsIn = async (name: string, [encrypted]: readonly { readonly encryptedBytes: Uint8Array }[] = []) => {
        const text = encrypted && Buffer.from(await decryptForEd25519(encrypted.encryptedBytes, privateKey)).toString();
        return simulator.canSignIn(name, text ?? '');
      };
      const [ann, jane, ...more] = simulator.data.users;
      assert.deepEqual(more, []);
      if (name === 'grant') assert.equal(ann?.role, 'ADMIN');
      if (name === 'disable' || name === 'delete') assert.equal(ann?.isActive, false);
      if (name === 'create') {
        assert.equal(jane?.externalUserId, 'E2');
        assert.ok(await signsIn('jane', anyUnpack(response, CreateAccountResponseSchema)?.encryptedData));
      }
      if (name === 'rotate') {
        assert.ok(await signsIn('ann', anyUnpack(response, RotateCredentialResponseSchema)?.encryptedData));
      }
    });
  }
}
