import { create } from '@bufbuild/protobuf';
import {
  Capability,
  type ConnectorCapabilities,
  ConnectorMetadataSchema,
  ConnectorService,
  CredentialDetailsSchema,
  CapabilityDetailCredentialOption as CredentialOption,
  ResourceTypeCapabilitySchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceGetterService } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import { books, changeCapabilities, createFullServices, readers } from '../sound-connector.ts';

const withCapabilities = (change: (capabilities: ConnectorCapabilities) => void) => () =>
  changeCapabilities(createFullServices(), change);

const ofType = ({ resourceTypeCapabilities }: ConnectorCapabilities, id: string) =>
  resourceTypeCapabilities.find(({ resourceType }) => resourceType?.id === id) ?? create(ResourceTypeCapabilitySchema);

testFault(
  'capability-types-agree: no capabilities at all',
  { 'capability-types-agree': /declares no capabilities/ },
  () =>
    changeService(createFullServices(), ConnectorService, () => ({
      getMetadata: () => ({ metadata: create(ConnectorMetadataSchema, { displayName: 'Library' }) }),
    })),
);
testFault(
  'capability-types-agree: a listed type that is not named',
  { 'capability-types-agree': /declares no capabilities for "chapter", which ListResourceTypes returns/ },
  withCapabilities((capabilities) => {
    capabilities.resourceTypeCapabilities = capabilities.resourceTypeCapabilities.filter(
      ({ resourceType }) => resourceType?.id !== 'chapter',
    );
  }),
);
testFault(
  'capability-types-agree: a type that is not listed',
  { 'capability-types-agree': /declares capabilities for "ghost", which ListResourceTypes does not return/ },
  withCapabilities(({ resourceTypeCapabilities }) => {
    resourceTypeCapabilities.push(create(ResourceTypeCapabilitySchema, { resourceType: { id: 'ghost' } }));
  }),
);
testFault(
  'capability-types-agree: a type that is named twice',
  { 'capability-types-agree': /declares capabilities for "book" twice/ },
  withCapabilities((capabilities) => void capabilities.resourceTypeCapabilities.push(ofType(capabilities, 'book'))),
);
testFault(
  'capability-types-agree: a listed type that cannot be synced',
  { 'capability-types-agree': /does not declare CAPABILITY_SYNC for "chapter"/ },
  withCapabilities((capabilities) => {
    ofType(capabilities, 'chapter').capabilities = [];
  }),
);

testFault(
  'capabilities-united: the connector lacks what a type can do',
  { 'capabilities-united': /declares CAPABILITY_TARGETED_SYNC for "book", but not for the connector/ },
  withCapabilities((capabilities) => {
    capabilities.connectorCapabilities = capabilities.connectorCapabilities.filter(
      (capability) => capability !== Capability.TARGETED_SYNC,
    );
  }),
);

const withGetter = (typeId: string, answer: () => object) => () =>
  changeService(createFullServices(), ResourceGetterService, ({ getResource }) => ({
    getResource: (request, context) =>
      request.resourceId?.resourceType === typeId ? answer() : getResource(request, context),
  }));
const refuse = (code: Code) => () => {
  throw new ServiceError(code, 'planted', { reason: 'planted' });
};

testFault(
  'targeted-sync-agrees: a listed book is not found',
  {
    'targeted-sync-agrees': /GetResource \{"resourceId":"book b0"\}, which was listed, failed with NOT_FOUND: planted/,
  },
  withGetter('book', refuse(Code.NotFound)),
);
testFault(
  'targeted-sync-agrees: another book than was asked for',
  { 'targeted-sync-agrees': /GetResource \{"resourceId":"book b0"\} returned book b1/ },
  withGetter('book', () => ({ resource: books[1] })),
);
testFault(
  'targeted-sync-agrees: no book at all',
  { 'targeted-sync-agrees': /returned a resource without an id/ },
  withGetter('book', () => ({})),
);
testFault(
  'targeted-sync-agrees: a reader is answered without the capability',
  {
    'targeted-sync-agrees': /GetResource \{"resourceId":"reader r0"\} succeeded, but reader has no CAPABILITY_TARGETED/,
  },
  withGetter('reader', () => ({ resource: readers[0] })),
);
testFault(
  'targeted-sync-agrees: another refusal than UNIMPLEMENTED',
  { 'targeted-sync-agrees': /"reader r0"\} failed with INTERNAL: planted; .* must be UNIMPLEMENTED/ },
  withGetter('reader', refuse(Code.Internal)),
);
testFault(
  'targeted-sync-agrees: the capability without a getter',
  { 'targeted-sync-agrees': /GetResource \{"resourceId":"reader r0"\}, which was listed, failed with UNIMPLEMENTED/ },
  withCapabilities((capabilities) => void ofType(capabilities, 'reader').capabilities.push(Capability.TARGETED_SYNC)),
);

testFault(
  'credential-options-agree: an option that is preferred and not supported',
  { 'credential-options-agree': /prefers an unsupported credential option for accounts/ },
  withCapabilities((capabilities) => {
    capabilities.credentialDetails = create(CredentialDetailsSchema, {
      capabilityAccountProvisioning: {
        supportedCredentialOptions: [CredentialOption.NO_PASSWORD],
        preferredCredentialOption: CredentialOption.SSO,
      },
    });
  }),
);
