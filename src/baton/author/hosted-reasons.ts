// The reasons of errors of a connector that ConductorOne hosts.
import type { ReasonTable } from './reason-table.ts';

export const hostedReasons = {
  invalid_signing_key: {
    codes: ['InvalidArgument'],
    meaning: '`--lambda-auth-jwt-signer` is not a public JSON Web Key.',
    action: 'Correct it, or use `--lambda-auth-jwt-jwks-url`.',
  },
  malformed_timeout: {
    codes: ['Internal'],
    meaning: 'The metadata `grpc-timeout` of a call is not up to eight digits and a unit.',
    action: 'Correct the caller.',
  },
  no_aws_credentials: {
    codes: ['FailedPrecondition'],
    meaning: 'The environment has no credentials of AWS. AWS Lambda sets them.',
    action: 'Start the command in AWS Lambda, with a role.',
  },
  no_hosted_config: {
    codes: ['Unavailable', 'Unauthenticated', 'PermissionDenied', 'NotFound', 'Internal', 'Unknown'],
    meaning: 'The config cannot be fetched from ConductorOne, or the connector not be built with it.',
    action: 'Follow the message. A connector that runs keeps its former config, and tries again with the next call.',
  },
  no_signing_keys: {
    codes: ['Unavailable'],
    meaning: 'The public keys of callers cannot be fetched.',
    action: 'Check `--lambda-auth-jwt-jwks-url`, and that the function may reach it.',
  },
  response_too_large: {
    codes: ['ResourceExhausted'],
    meaning: 'A response is larger than AWS Lambda accepts (6 MiB).',
    action: 'Report the call to the author of the connector: pages have at most 2 MiB.',
  },
  unknown_caller: {
    codes: ['Unauthenticated'],
    meaning: 'The token of a call is missing or wrong. The message says what is wrong with it.',
    action: 'Compare the token with the settings `--lambda-auth-jwt-…`.',
  },
  unusable_hosted_config: {
    codes: ['FailedPrecondition'],
    meaning: 'The config from ConductorOne cannot be decrypted or read.',
    action: 'Report it to ConductorOne.',
  },
  unwritable_response: {
    codes: ['Internal'],
    meaning: 'A response holds a message of an unknown type, which cannot be written as JSON.',
    action: 'Send the request as a frame, as current callers do.',
  },
} as const satisfies ReasonTable;
