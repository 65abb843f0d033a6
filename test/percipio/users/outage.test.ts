// Every kind of change outlives an outage of Percipio, and is made once.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { uuid } from '../start-connector.ts';
import { decrypt, type Provisioning, randomPassword, startProvisioning } from './start-provisioning.ts';

const id = uuid(1);
const resourceId = { resourceType: 'user', resource: id };
const principal = { id: resourceId };
const assigned = (role: string) => ({
  id: `role:${role}:assigned`,
  resource: { id: { resourceType: 'role', resource: role } },
});
const accountInfo = { profile: { external_user_id: 'E2', login_name: 'jane' } };

async function canSignIn({ simulator }: Provisioning, name: string, encrypted: Parameters<typeof decrypt>[0]) {
  assert.ok(simulator.canSignIn(name, await decrypt(encrypted)));
}

const changes: Record<string, (started: Provisioning) => Promise<unknown>> = {
  grant: ({ connect }) => connect(GrantManagerService).grant({ entitlement: assigned('MANAGER'), principal }),
  revoke: ({ connect }) =>
    connect(GrantManagerService).revoke({ grant: { id: 'g', entitlement: assigned('ADMIN'), principal } }),
  delete: ({ connect }) => connect(ResourceManagerService).deleteResource({ resourceId }),
  create: async (started) => {
    const { result, encryptedData } = await started
      .connect(AccountManagerService)
      .createAccount({ accountInfo, ...randomPassword() });
    assert.equal(result.case, 'success');
    await canSignIn(started, 'jane', encryptedData);
  },
  rotate: async (started) => {
    const { encryptedData } = await started
      .connect(CredentialManagerService)
      .rotateCredential({ resourceId, ...randomPassword() });
    await canSignIn(started, 'ann', encryptedData);
  },
  action: async ({ connect }) => {
    const args = { user_id: id, first_name: 'Ann' };
    const { status } = await connect(ActionService).invokeAction({ name: 'update_user_profile', args });
    assert.equal(status, BatonActionStatus.COMPLETE);
  },
};

function start(t: TestContext) {
  const ann = { id, externalUserId: 'E1', loginName: 'ann', isActive: true, role: 'ADMIN' };
  return startProvisioning(t, [ann], { attempts: 4 });
}

for (const [name, change] of Object.entries(changes)) {
  test(`${name}: an outage before the change delays it`, async (t) => {
    const started = await start(t);
    // Reads are repeated four times, so this ends two attempts.
    started.simulator.faults.add({ kind: 'status', status: 503, times: 9 });
    await change(started);
    assert.equal(started.written().length, 1);
    const made = started.simulator.requests.all.map(({ method }) => method);
    assert.equal(made.slice(0, 10).join(), Array.from({ length: 10 }, () => 'GET').join());
  });

  test(`${name}: an outage that begins with the change hides it for a while, and it is not lost`, async (t) => {
    const started = await start(t);
    const { faults } = started.simulator;
    faults.add({
      kind: 'lostAnswer',
      match: { method: name === 'create' ? 'POST' : 'PATCH' },
      onStrike: () => faults.add({ kind: 'status', status: 503, times: 9 }),
    });
    await change(started);
    // Nobody can read a password, so it is sent again.
    const setsPassword = name === 'create' || name === 'rotate';
    const written = started.written().map((body) => JSON.stringify(body));
    assert.equal(written.length, setsPassword ? 2 : 1);
    assert.equal(started.simulator.data.users.length, name === 'create' ? 2 : 1);
    if (name === 'rotate') assert.equal(new Set(written).size, 1);
  });
}
