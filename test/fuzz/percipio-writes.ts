// Changed responses of Percipio while users are changed: if a call succeeds, Percipio has what was requested, unless it said
// something else itself when it was read.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { isUnexpected } from '../../src/baton/author/unexpected-error.ts';
import { failureOf } from '../baton/server/failure-of.ts';
import { uuid } from '../percipio/start-connector.ts';
import { decrypt, type Provisioning, randomPassword, startProvisioning } from '../percipio/users/start-provisioning.ts';
import { changeAnswer, changes } from './changed-answer.ts';
import { defineArea } from './fuzz-area.ts';
import { assertNoSecret } from './secrets.ts';

const id = uuid(1);
const resourceId = { resourceType: 'user', resource: id };
const manager = { id: 'role:MANAGER:assigned', resource: { id: { resourceType: 'role', resource: 'MANAGER' } } };

/** A password that must be changed is written in a batch. */
const newPassword = (inBatch: boolean) => randomPassword({ length: 16n }, inBatch);

/** What is requested. @returns Whether Percipio has it. */
const jobs = {
  create: async ({ connect, simulator }, inBatch) => {
    const accountInfo = { profile: { external_user_id: 'E2', login_name: 'jane' } };
    const response = await connect(AccountManagerService).createAccount({ accountInfo, ...newPassword(inBatch) });
    // What the first attempt created, if only reading it failed.
    if (response.result.case === 'alreadyExists') return simulator.data.users.some((user) => user.loginName === 'jane');
    return simulator.canSignIn('jane', await decrypt(response.encryptedData));
  },
  rotate: async ({ connect, simulator }, inBatch) => {
    const response = await connect(CredentialManagerService).rotateCredential({ resourceId, ...newPassword(inBatch) });
    return simulator.canSignIn('ann', await decrypt(response.encryptedData));
  },
  grant: async ({ connect, simulator }) => {
    await connect(GrantManagerService).grant({ entitlement: manager, principal: { id: resourceId } });
    return simulator.data.users[0]?.role === 'MANAGER';
  },
  delete: async ({ connect, simulator }) => {
    await connect(ResourceManagerService).deleteResource({ resourceId });
    return simulator.data.users[0]?.isActive === false;
  },
} satisfies Record<string, (started: Provisioning, inBatch: boolean) => Promise<boolean>>;

export const percipioWritesArea = defineArea({
  name: 'percipio-writes',
  about: 'responses of Percipio, while users are changed',
  inputs: fc.record({
    job: fc.constantFrom(...(Object.keys(jobs) as (keyof typeof jobs)[])),
    inBatch: fc.boolean(),
    /** Of the responses that are changed. */
    method: fc.constantFrom('GET', 'POST', 'PATCH'),
    change: changes,
    /** How many responses come before the first one that is changed. */
    after: fc.nat(2),
    /** Whether each further response is changed, or only one. */
    always: fc.boolean(),
  }),
  outcomes: ['done', 'failed'],
  rareOutcomes: ['misled'],
  shortRuns: 60,
  async start(t) {
    const started = await startProvisioning(t, [], { attempts: 2 });
    const { simulator, log } = started;
    return async ({ job, inBatch, method, change, after, always }) => {
      simulator.data.users = [{ id, externalUserId: 'E1', loginName: 'ann', isActive: true, role: 'ADMIN' }];
      simulator.faults.clear();
      simulator.faults.add({
        kind: 'alter',
        match: { method },
        skip: after,
        times: always ? Number.POSITIVE_INFINITY : 1,
        change: (answer) => changeAnswer(answer, change),
      });
      const logged = log().length;
      const call = jobs[job](started, inBatch);
      const isDone = await call.catch(() => undefined);
      assertNoSecret(log().slice(logged), [simulator.token]);
      if (isDone === undefined) {
        const error = await failureOf(call);
        assert.ok(!isUnexpected(error), log().slice(logged));
        assert.match(error.rawMessage, /.{20}/);
        return 'failed';
      }
      if (!isDone && method === 'GET') return 'misled';
      assert.ok(isDone, `Percipio does not have it: ${JSON.stringify(simulator.data.users)}`);
      return 'done';
    };
  },
});
