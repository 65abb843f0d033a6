import { buildResourceType, buildUserResource, runProgram, singlePage } from 'baton-connector-sdk';

const type = buildResourceType({ id: 'user', displayName: 'User', trait: 'user' });
const ada = { type, id: '1', displayName: 'Ada', email: 'ada@example.com', login: 'ada', enabled: true, profile: {} };
await runProgram({
  name: 'baton-example',
  version: '1.0.0',
  connector: () => ({
    metadata: { displayName: 'Example' },
    resourceTypes: [{ type, list: singlePage(async () => [buildUserResource(ada)]) }],
  }),
});
