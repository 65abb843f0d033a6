// Measures fetching what a sync fetches and nothing else: the lower bound for every connector.
import { Agent, get, request } from 'node:http';
import type { Account } from '../connectors.ts';
import type { Size } from '../sizes.ts';

const pageSize = 1000;

/** Milliseconds for all pages of users and of the catalog, then the report. */
export async function readAndDrop({ url, organizationId, token }: Account, { users, items }: Size): Promise<number> {
  const startedAtMs = performance.now();
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const fetchPath = (path: string, body?: string) =>
    new Promise<{ headers: NodeJS.Dict<string | string[]>; start: string }>((resolve, reject) => {
      const options = { agent, headers, method: body === undefined ? 'GET' : 'POST' };
      const send = body === undefined ? get : request;
      const sent = send(`${url}${path.replace(':organization', organizationId)}`, options, (response) => {
        let start = '';
        response.on('data', (chunk: Buffer) => {
          if (start === '') start = chunk.toString('utf8', 0, 200);
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve({ headers: response.headers, start });
          else reject(new Error(`the simulator returned ${response.statusCode} for ${path}: ${start}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  try {
    for (let offset = 0; offset < users; offset += pageSize) {
      await fetchPath(`/user-management/v1/organizations/:organization/users?max=${pageSize}&offset=${offset}`);
    }
    let paging = '';
    for (let offset = 0; offset < items; offset += pageSize) {
      const path = `/content-discovery/v2/organizations/:organization/catalog-content?max=${pageSize}&offset=${offset}`;
      const page = await fetchPath(`${path}${paging}`);
      paging ||= `&pagingRequestId=${page.headers['x-paging-request-id']}`;
    }
    const reports = '/reporting/v1/organizations/:organization/report-requests';
    const asked = { start: '2015-01-01T00:00:00Z', end: new Date().toISOString(), contentType: 'Course,Assessment' };
    const { start } = await fetchPath(`${reports}/learning-activity`, JSON.stringify(asked));
    await fetchPath(`${reports}/${(JSON.parse(start) as { id: string }).id}`);
  } finally {
    agent.destroy();
  }
  return performance.now() - startedAtMs;
}
