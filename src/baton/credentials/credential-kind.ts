// The kinds of credentials: the names that authors use, and their values in the protocol.
import { CapabilityDetailCredentialOption as Option } from '#gen/c1/connector/v2/connector_pb.js';
import type { CredentialOptions } from '#gen/c1/connector/v2/resource_pb.js';
import type { CredentialKind } from '../author/provisioner.ts';

type OptionCase = NonNullable<CredentialOptions['options']['case']>;

/** By the choice in a request's `credential_options`. */
export const kindOfCase: Readonly<Record<OptionCase, CredentialKind>> = {
  noPassword: 'no-password',
  randomPassword: 'random-password',
  sso: 'sso',
  encryptedPassword: 'encrypted-password',
};

/** Their values in the capabilities. */
export const optionOfKind: Readonly<Record<CredentialKind, Option>> = {
  'no-password': Option.NO_PASSWORD,
  'random-password': Option.RANDOM_PASSWORD,
  sso: Option.SSO,
  'encrypted-password': Option.ENCRYPTED_PASSWORD,
};
