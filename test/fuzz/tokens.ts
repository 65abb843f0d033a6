// Tokens that callers and operators hand in: page tokens, cursors, ids of actions, client secrets, API tokens.
import assert from 'node:assert/strict';
import type { JsonWebKey } from 'node:crypto';
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import fc from 'fast-check';
import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { ServiceError } from '../../src/baton/author/service-error.ts';
import { parseClientKey } from '../../src/baton/conductorone/credentials/client-secret.ts';
import { checkToken, normalizeToken } from '../../src/percipio/normalize-settings.ts';
import { createCredentials } from '../../src/simulator/conductorone/credentials.ts';
import { createLifetime, type Lifetime } from '../lifetime.ts';
import { startConnector } from '../percipio/start-connector.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { type ByteEdit, byteEdits, editBytes, editJson, type Json, type JsonEdit, jsonEdits } from './edits.ts';
import { defineArea } from './fuzz-area.ts';
import { assertNoSecret } from './secrets.ts';

type Edits = { readonly json: readonly JsonEdit[]; readonly bytes: readonly ByteEdit[] };

const edits: fc.Arbitrary<Edits> = fc.oneof(
  fc.record({ json: jsonEdits(2), bytes: fc.constant([]) }),
  fc.record({
    json: fc.constant([]),
    bytes: byteEdits(['=', '.', '-', '_', 'A', ':', '\n', ' ', '%', '\u0000', 'é', '{}', 'bnVsbA', 'e30'], 2),
  }),
);

/** Edits a text, or the JSON that it holds as base64url. */
function editToken(token: string, { json, bytes }: Edits): string {
  if (json.length === 0) return editBytes(Buffer.from(token), bytes).toString();
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString()) as Json;
  } catch {
    return token;
  }
  return Buffer.from(JSON.stringify(editJson(value, json))).toString('base64url');
}

/** Calls something with a token. Different calls have different tokens. */
type Call = (token: string) => Promise<unknown>;

async function startCalls(t: Lifetime) {
  const simulator = await startSimulator(t, { users: 30, courses: 30, activityRows: 200, ...READY_AT_ONCE });
  const started = startConnector(t, simulator, { provisioning: true });
  const transport = createRouterTransport((router) => {
    for (const { desc, implementation } of started.services) router.service(desc, implementation);
  });
  const entitlements = createClient(EntitlementsService, transport);
  const events = createClient(EventService, transport);
  const actions = createClient(ActionService, transport);
  const activeSyncId = 'sync-1';
  const pageSize = 3;
  const list = (resourceTypeId: string) => (pageToken: string) =>
    started.resources.listResources({ resourceTypeId, pageSize, pageToken, activeSyncId });
  const grantsOf = (resourceType: string) => (pageToken: string) =>
    started.grants.listGrants({
      resource: { id: { resourceType, resource: resourceType } },
      pageSize,
      pageToken,
      activeSyncId,
    });
  const { list: feeds } = await events.listEventFeeds({});
  const paged = [
    list('user'),
    list('course'),
    list('role'),
    grantsOf('course'),
    (pageToken: string) => entitlements.listStaticEntitlements({ resourceTypeId: 'course', pageSize, pageToken }),
    ...feeds.map(({ id }) => async (cursor: string) => {
      const { cursor: nextPageToken } = await events.listEvents({ eventFeedId: id, pageSize, cursor });
      return { nextPageToken };
    }),
  ];
  const invoked = await actions.invokeAction({
    name: 'enable_user',
    args: { user_id: simulator.data.users[0]?.id ?? '' },
  });
  const calls: [call: Call, token: string][] = [[(id) => actions.getActionStatus({ id }), invoked.id]];
  for (const call of paged) {
    const { nextPageToken } = await call('');
    if (nextPageToken !== '') calls.push([call, nextPageToken]);
  }
  return { calls, token: simulator.token };
}

export const pageTokensArea = defineArea({
  name: 'page-tokens',
  about: 'page tokens, cursors of event feeds, ids of actions',
  inputs: fc.record({ call: fc.nat(100), edits }),
  outcomes: ['answered', 'refused'],
  shortRuns: 200,
  async start(t) {
    const { calls, token } = await startCalls(t);
    assert.ok(calls.length >= 6, `${calls.length} calls`);
    return async ({ call: chosen, edits }) => {
      const [call, valid] = calls[chosen % calls.length] as [Call, string];
      const edited = editToken(valid, edits);
      try {
        await call(edited);
        return 'answered';
      } catch (error) {
        assert.ok(error instanceof ConnectError, String(error));
        assert.notEqual(edited, valid, `a token that was given out: ${error.message}`);
        // A token may name a report that Percipio does not have.
        const isLostReport = error.code === Code.FailedPrecondition && /the report does not exist/.test(error.message);
        const isNoAction = error.code === Code.NotFound && /^action id /.test(error.rawMessage);
        assert.ok(error.code === Code.InvalidArgument || isLostReport || isNoAction, error.message);
        assert.ok(error.message.length < 1000, `${error.message.length} characters`);
        assertNoSecret(error.message, [token]);
        return 'refused';
      }
    };
  },
});

export const clientSecretsArea = defineArea({
  name: 'client-secrets',
  about: "ConductorOne's client secrets",
  inputs: fc.record({ isWhole: fc.boolean(), edits }),
  outcomes: ['read', 'refused'],
  shortRuns: 1000,
  start() {
    const { clientSecret } = createCredentials('127.0.0.1:1/client');
    const at = clientSecret.lastIndexOf(':') + 1;
    const [prefix, key] = [clientSecret.slice(0, at), clientSecret.slice(at)];
    return async ({ isWhole, edits }) => {
      const input = isWhole ? editToken(clientSecret, edits) : prefix + editToken(key, edits);
      try {
        const { key } = await parseClientKey(input);
        assert.deepEqual(privateHalf(key.export({ format: 'jwk' })), privateHalf(readJwk(input)));
        return 'read';
      } catch (error) {
        assert.ok(error instanceof ServiceError, String(error));
        assert.equal(error.code, Code.InvalidArgument);
        assert.match(error.rawMessage, /^the client secret /);
        assertNoSecret(error.message, [key]);
        return 'refused';
      }
    };
  },
});

/** The key in a client secret, read as plainly as possible. */
function readJwk(secret: string): JsonWebKey {
  const key = secret.trim().split(':').slice(3).join(':');
  return JSON.parse(Buffer.from(key, 'base64url').toString()) as JsonWebKey;
}

function privateHalf({ d = '' }: JsonWebKey): Buffer {
  return Buffer.from(d, 'base64url');
}

export const apiTokensArea = defineArea({
  name: 'api-tokens',
  about: "Percipio's API tokens",
  inputs: edits,
  outcomes: ['taken', 'refused by its form', 'refused by Percipio'],
  shortRuns: 40,
  async start(t) {
    const simulator = await startSimulator(t, { users: 1, courses: 1, activityRows: 0, ...READY_AT_ONCE });
    return async (edits) => {
      const given = editToken(simulator.token, edits);
      const token = normalizeToken(given);
      const fault = checkToken(token);
      if (fault !== undefined) {
        assertNoSecret(fault, [simulator.token]);
        return 'refused by its form';
      }
      const { url, organizationId } = simulator;
      await using connecting = createLifetime();
      const { connectorService } = startConnector(connecting, { url, organizationId, token });
      try {
        await connectorService.validate({});
        assert.equal(token, simulator.token);
        return 'taken';
      } catch (error) {
        assert.ok(error instanceof ConnectError, String(error));
        assert.equal(Code[error.code], 'Unauthenticated', error.message);
        assertNoSecret(error.message, [simulator.token, token]);
        return 'refused by Percipio';
      }
    };
  },
});
