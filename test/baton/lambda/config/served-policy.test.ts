import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { EgressMode, ServedPolicyEnvelopeSchema } from '#gen/c1/connectorapi/baton/v1/servedpolicy_pb.js';
import { listAllowedHosts, readEgressPolicy } from '../../../../src/baton/lambda/config/served-policy.ts';

type Egress = NonNullable<
  Exclude<MessageInitShape<typeof ServedPolicyEnvelopeSchema>, { $typeName: string }>['egress']
>;

const read = (egress: Egress | undefined, rest: object = {}, configVersion: string | undefined = 'v1') =>
  readEgressPolicy(
    create(ServedPolicyEnvelopeSchema, {
      envelopeVersion: 1,
      configVersion: 'v1',
      ...(egress && { egress: { schemaVersion: 1, mode: EgressMode.ENFORCE, ...egress } }),
      ...rest,
    }),
    configVersion,
  );

const hostsOf = (...args: Parameters<typeof read>) => {
  const policy = read(...args);
  return policy && listAllowedHosts(policy);
};

test('without a policy everything may be reached', () => {
  assert.equal(readEgressPolicy(undefined, 'v1'), undefined);
});

test('an enforced policy names the hosts, in lower case and without a final dot', () => {
  assert.equal(hostsOf({ allowedHosts: ['API.Percipio.com.', 'b.test'] }), 'api.percipio.com,b.test');
  assert.equal(hostsOf({ allowedHosts: ['a.test'], httpsOnly: true }), 'https://a.test');
  assert.equal(hostsOf({ allowedHosts: [] }), 'none');
});

test('a policy that is only reported limits nothing, and loses entries that are not host names', () => {
  const policy = read({ mode: EgressMode.REPORT, allowedHosts: ['a.test', '*.b.test', 'c.test:443'] });
  assert.deepEqual([...(policy?.hosts ?? [])], ['a.test']);
  assert.equal(policy && listAllowedHosts(policy), undefined);
});

test('a policy that cannot be used allows nothing', () => {
  const unusable: readonly Parameters<typeof read>[] = [
    [{ allowedHosts: ['a.test'] }, { envelopeVersion: 2 }],
    [{ allowedHosts: ['a.test'] }, { configVersion: '' }],
    [{ allowedHosts: ['a.test'] }, { configVersion: 'v2' }],
    [{ allowedHosts: ['a.test'] }, {}, ''],
    [undefined],
    [{ allowedHosts: ['a.test'], schemaVersion: 2 }],
    ...['', '*.a.test', 'a.test:443', 'a.test/x', '10.0.0.1', '[::1]'].map(
      (host): Parameters<typeof read> => [{ allowedHosts: ['b.test', host] }],
    ),
  ];
  for (const args of unusable) assert.equal(hostsOf(...args), 'none', JSON.stringify(args));
});
