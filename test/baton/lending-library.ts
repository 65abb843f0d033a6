// The library of the tests, with all that can be changed in it. What changes is kept in a file, so that processes can
// come and go, and a test can look.
import { readFileSync, writeFileSync } from 'node:fs';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import { action, resourceIdArgument } from '../../src/baton/author/action.ts';
import { type Connector, singlePage } from '../../src/baton/author/connector.ts';
import type { DryRun } from '../../src/baton/author/dry-run.ts';
import { eventFeed } from '../../src/baton/author/event-feed.ts';
import type { Credential } from '../../src/baton/author/provisioner.ts';
import { Code, refusal, ServiceError } from '../../src/baton/author/service-error.ts';
import { buildAssignmentEntitlement } from '../../src/baton/messages/entitlement.ts';
import { buildGrant, entitlementStub } from '../../src/baton/messages/grant.ts';
import { buildResource, buildUserResource } from '../../src/baton/messages/resource.ts';
import { bookType, readerType } from './library-connector.ts';

export interface Library {
  /** By id: the name. */
  readers: Record<string, string>;
  /** By reader: what was set last. */
  passwords: Record<string, string>;
  /** By book: the reader who has it, or nothing. */
  books: Record<string, string>;
  /** What was asked of the library, in order. */
  asked: string[];
  /** Reminders, in order. */
  reminders: string[];
}

export function readLibrary(path: string): Library {
  return JSON.parse(readFileSync(path, 'utf8')) as Library;
}

/** Three readers and two books: b0 is lent to r0. */
export function writeLibrary(path: string, changes: Partial<Library> = {}): void {
  const library: Library = {
    readers: { r0: 'Ann', r1: 'Bob', r2: 'Cleo' },
    passwords: {},
    books: { b0: 'r0', b1: '' },
    asked: [],
    reminders: [],
    ...changes,
  };
  writeFileSync(path, JSON.stringify(library));
}

const readerResource = (id: string, displayName: string) =>
  buildUserResource({
    type: readerType,
    id,
    displayName,
    enabled: true,
    email: `${id}@library.test`,
    login: id,
    profile: {},
  });

const bookResource = (id: string) =>
  buildResource({
    type: bookType,
    id,
    displayName: `Book ${id}`,
    description: `All about ${id}`,
  });

/** @param path - Of the file. It is only read when the connector is asked something. */
export function createLendingLibrary(path: string, dryRun?: DryRun): Connector {
  const change = (asked: string, apply: (library: Library) => void = () => {}) => {
    dryRun?.refuse({ request: `PUT ${asked}`, body: null });
    const library = readLibrary(path);
    library.asked.push(asked);
    apply(library);
    writeFileSync(path, JSON.stringify(library));
  };
  const describeCredential = (credential: Credential | undefined) =>
    `${credential?.kind ?? 'the usual credential'}${credential && 'mustChange' in credential && credential.mustChange ? ', to be changed' : ''}`;
  return {
    metadata: { displayName: 'Library' },
    supportsDryRun: true,
    resourceTypes: [
      {
        type: readerType,
        list: singlePage(async () =>
          Object.entries(readLibrary(path).readers).map(([id, name]) => readerResource(id, name)),
        ),
        accounts: {
          schema: {},
          credentialOptions: ['no-password', 'random-password', 'encrypted-password'],
          create: async ({ account, credential }) => {
            const { login: id, emails, profile } = account;
            const email = emails.map(({ address, isPrimary }) => `${address}${isPrimary ? ' first' : ''}`).join();
            const asked = `create ${id} <${email}> ${JSON.stringify(profile)} with ${describeCredential(credential)}`;
            if (id === 'late') return { outcome: 'in-progress' };
            if (id === 'refused') throw refusal('nobody may be called so', 'name_refused');
            const known = readLibrary(path).readers[id];
            if (known !== undefined) return { outcome: 'already-exists', resource: readerResource(id, known) };
            change(asked, ({ readers, passwords }) => {
              readers[id] = String(profile?.name ?? '');
              if (credential && 'password' in credential) passwords[id] = credential.password;
            });
            const resource = readerResource(id, String(profile?.name ?? ''));
            return id === 'guest'
              ? { outcome: 'action-required', resource, message: 'sign the card' }
              : { outcome: 'created', resource };
          },
        },
        credentials: {
          credentialOptions: ['random-password'],
          rotate: async ({ id, credential }) => {
            change(`rotate ${id.resource} to ${describeCredential(credential)}`, ({ passwords }) => {
              if (credential && 'password' in credential) passwords[id.resource] = credential.password;
            });
          },
        },
        delete: async ({ id }) => {
          const isThere = readLibrary(path).readers[id.resource] !== undefined;
          change(`delete ${id.resource}`, ({ readers }) => {
            delete readers[id.resource];
          });
          return isThere ? 'deleted' : 'does-not-exist';
        },
      },
      {
        type: bookType,
        list: singlePage(async () => Object.keys(readLibrary(path).books).map(bookResource)),
        entitlements: singlePage(async ({ resource }) => [
          buildAssignmentEntitlement({
            resource: bookResource(resource.id?.resource ?? ''),
            slug: 'borrowed',
            displayName: `${resource.displayName} borrowed`,
            description: '',
            grantableTo: [readerType],
          }),
        ]),
        grants: singlePage(async ({ resource }) => {
          const reader = readLibrary(path).books[resource.id?.resource ?? ''];
          return reader ? [buildGrant(entitlementStub(resource, 'borrowed'), 'reader', reader)] : [];
        }),
        provisioner: {
          // What a syncer left out of grants and entitlements must have come back to them.
          grant: async ({ entitlement, principal }) => {
            const { id = '', book = '' } = { id: principal.id?.resource, book: entitlement.resource?.id?.resource };
            const former = readLibrary(path).books[book];
            change(`lend ${entitlement.resource?.description} to ${principal.displayName}`, ({ books }) => {
              books[book] = id;
            });
            return {
              outcome: former === id ? 'already-exists' : 'granted',
              grants: [buildGrant(entitlement, 'reader', id)],
              ...(former && former !== id && { replacedGrantId: `${entitlement.id}:reader:${former}` }),
            };
          },
          revoke: async ({ grant: { entitlement, principal } }) => {
            const book = entitlement?.resource?.id?.resource ?? '';
            const had = readLibrary(path).books[book] === principal?.id?.resource;
            change(`take ${entitlement?.resource?.description} from ${principal?.displayName}`, ({ books }) => {
              if (had) books[book] = '';
            });
            return had ? 'revoked' : 'already-revoked';
          },
        },
      },
    ],
    actions: [
      action(
        {
          name: 'remind',
          displayName: 'Remind a reader',
          arguments: [
            { name: 'reader', isRequired: true, description: 'Who', field: { case: 'resourceIdField', value: {} } },
            { name: 'text', displayName: 'Text', field: { case: 'stringField', value: {} } },
          ],
          returnTypes: [{ name: 'count', description: 'How often so far', field: { case: 'intField', value: {} } }],
        },
        z.strictObject({ reader: resourceIdArgument('reader'), text: z.string().default('') }),
        async ({ reader, text }) => {
          if (readLibrary(path).readers[reader] === undefined) {
            throw new ServiceError(Code.NotFound, `there is no reader ${reader}`, { reason: 'no_reader' });
          }
          change(`remind ${reader}`, ({ reminders }) => void reminders.push(`${reader}: ${text}`));
          return { count: readLibrary(path).reminders.length };
        },
      ),
      action(
        { name: 'mend', description: 'Mends a book', resourceTypeId: 'book' },
        z.strictObject({}),
        async () => ({}),
      ),
    ],
    eventFeeds: [
      eventFeed(
        { id: 'reminders', supportedEventTypes: [EventType.USAGE] },
        z.strictObject({ after: z.int() }),
        async ({ startAt, pageSize }, cursor) => {
          const { reminders } = readLibrary(path);
          const after = cursor?.after ?? 0;
          const end = Math.min(reminders.length, after + pageSize);
          change(`read ${pageSize} reminders from ${after}, or from ${startAt?.toISOString()}`);
          return {
            events: reminders.slice(after, end).map((_reminder, index) => ({
              id: `e${after + index}`,
              occurredAt: timestampFromMs(0),
              event: { case: 'usageEvent', value: { actorResource: readerResource('r1', 'Bob') } },
            })),
            cursor: { after: end },
            hasMore: end < reminders.length,
          };
        },
      ),
    ],
  };
}
