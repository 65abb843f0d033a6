import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probedFamilies } from '../../../src/percipio/api/probes.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, organizationId, sendJson, startServer } from './start-server.ts';

describe('probes.probe', () => {
  for (const family of probedFamilies) {
    for (const status of [401, 403]) {
      it(`fails for ${family} on a ${status}`, async (t) => {
        const server = await startServer(t, (_request, response) => {
          response.writeHead(status).end('{"message":"denied"}');
        });
        const error = await captureError(createTestClient(t, server.url).probes.probe(family, never));
        assert.equal(error.status, status);
        assert.equal(error.family, family);
      });
    }

    it(`fails for ${family} when Percipio is down`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.writeHead(503).end();
      });
      assert.equal((await captureError(createTestClient(t, server.url).probes.probe(family, never))).status, 503);
    });
  }

  for (const [family, path] of [
    ['user-management', `/user-management/v1/organizations/${organizationId}/users?max=1&offset=0`],
    ['content-discovery', `/content-discovery/v2/organizations/${organizationId}/catalog-content?max=1&offset=0`],
    ['common', `/common/v1/organizations/${organizationId}/collections`],
  ] as const) {
    it(`asks ${family} for one thing`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, [{ anything: 1 }]));
      await createTestClient(t, server.url).probes.probe(family, never);
      assert.deepEqual(
        server.requests.map((request) => request.url),
        [path],
      );
    });
  }

  for (const status of [200, 400, 404, 410, 422]) {
    it(`takes a ${status} for a report that does not exist for a permission`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.writeHead(status).end('{"message":"no such report"}');
      });
      await createTestClient(t, server.url).probes.probe('reporting', never);
      assert.ok(server.requests[0]?.url?.endsWith('/report-requests/00000000-0000-0000-0000-000000000000'));
    });
  }
});
