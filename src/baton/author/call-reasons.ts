// The reasons of errors that calls of a connector's services end with.
import type { ReasonTable } from './reason-table.ts';

export const callReasons = {
  // Any call.
  caller_token_invalid: {
    codes: ['Unauthenticated'],
    meaning: 'The token of the call is not the one that the server requires (--caller-token-file).',
    action: 'Send the token in the file of the server. The server reads it again within seconds of a change.',
  },
  caller_token_missing: {
    codes: ['Unauthenticated'],
    meaning: 'The server requires a token (--caller-token-file), and the call has none.',
    action: 'Send it as the header or metadata authorization: Bearer TOKEN.',
  },
  cancelled: {
    codes: ['Canceled'],
    meaning: 'The caller cancelled the call or closed the connection.',
    action: 'Nothing, if that was intended. Otherwise look for a timeout at the caller.',
  },
  client_name_refused: {
    codes: ['PermissionDenied'],
    meaning: 'The certificate of the client has none of the names that the server accepts (--tls-client-names).',
    action: 'Use a certificate with one of the names, or add one of those that the message lists.',
  },
  deadline_exceeded: {
    codes: ['DeadlineExceeded'],
    meaning: 'The call did not finish before the deadline that its caller had set.',
    action: 'Repeat it with a later deadline.',
  },
  invalid_request: {
    codes: ['InvalidArgument'],
    meaning: 'The request breaks a rule of the protocol. The message names the field and the rule.',
    action: 'Correct the field.',
  },
  missing_field: {
    codes: ['InvalidArgument'],
    meaning: 'The request lacks a required field.',
    action: 'Set the field that the message names.',
  },
  stopping: {
    codes: ['Unavailable'],
    meaning: 'The program is shutting down.',
    action: 'Repeat the call: another replica or the restarted program answers it.',
  },
  too_many_bytes_in_flight: {
    codes: ['ResourceExhausted'],
    meaning:
      'The server held too many bytes of requests that were not complete and responses that were not read, and this connection kept it waiting with the most.',
    action: 'Send requests and read responses promptly, or raise `--max-in-flight-mib`.',
  },
  unexpected_error: {
    codes: ['Internal'],
    meaning: 'A bug or an unforeseen situation in the connector. Callers see a fixed text, the log has the error.',
    action: 'Look up the request in the log, and report the error with its stack.',
  },
  unfinished_message: {
    codes: ['ResourceExhausted'],
    meaning: 'The caller took too long to send its request, or to read the response.',
    action: 'Send requests and read responses promptly, or raise `--message-timeout`.',
  },
  unimplemented: {
    codes: ['Unimplemented'],
    meaning: 'The connector does not implement the method.',
    action: 'Do not call it. GetMetadata lists what the connector can do.',
  },
  unknown_service: {
    codes: ['NotFound'],
    meaning: 'A health check named a service that this server does not have.',
    action: 'Leave the name empty to check the server, or use one that reflection lists.',
  },
  unreadable_request: {
    codes: ['Internal'],
    meaning: 'The bytes of the request are not a message of the expected type.',
    action: 'Generate the client from the same .proto files as the connector.',
  },

  // Syncs.
  call_failed: {
    codes: [
      'Unavailable',
      'DeadlineExceeded',
      'ResourceExhausted',
      'PermissionDenied',
      'Unauthenticated',
      'FailedPrecondition',
      'InvalidArgument',
      'NotFound',
      'Unimplemented',
      'Internal',
      'Unknown',
    ],
    meaning: 'A call of a sync failed, of a connector in another process. The message names the call and the code.',
    action: 'Follow the message.',
  },

  // Lists.
  invalid_enqueued_tokens: {
    codes: ['Internal'],
    meaning:
      'A response enqueues page tokens (EnqueuePageTokens) that break the protocol: too many, too long, empty, twice or malformed.',
    action: 'Report it to the author of the connector.',
  },
  invalid_page_token: {
    codes: ['InvalidArgument'],
    meaning: 'The page token was not issued for this request.',
    action: 'Send next_page_token from the previous response, or omit it to start over.',
  },
  no_resource_types: {
    codes: ['FailedPrecondition'],
    meaning: 'The connector has no resource types.',
    action: 'The author of the connector must declare at least one.',
  },
  no_type_scope: {
    codes: ['InvalidArgument'],
    meaning: 'The request asks for everything of a resource type at once, which this type does not support.',
    action: 'List per resource. The annotations of a resource type say whether it supports more.',
  },
  page_token_unchanged: {
    codes: ['Internal'],
    meaning: 'A listing returned a page token again, and would never end.',
    action: 'Report it to the author of the connector.',
  },
  resource_not_found: {
    codes: ['NotFound'],
    meaning: 'The application has no such resource.',
    action: 'Sync again: it may have been deleted.',
  },
  resource_required: {
    codes: ['InvalidArgument'],
    meaning: 'The list request names no resource.',
    action: 'Set the field resource.',
  },
  several_exclusion_groups: {
    codes: ['InvalidArgument'],
    meaning: 'An entitlement is in more than one exclusion group.',
    action: 'Report it to the author of the connector.',
  },
  unknown_resource_type: {
    codes: ['NotFound', 'InvalidArgument'],
    meaning: 'The connector has no such resource type. INVALID_ARGUMENT: it is in --sync-resource-types.',
    action: 'Use one of the types that the message lists.',
  },
  unsupported: {
    codes: ['Unimplemented'],
    meaning: 'The connector or the resource type does not support the operation.',
    action: 'Do not request it. GetMetadata lists what the connector can do.',
  },

  // Changes.
  immutable: {
    codes: ['FailedPrecondition'],
    meaning: 'The application manages this access itself. The message says how it changes.',
    action: 'Follow the message.',
  },
  provisioning_disabled: {
    codes: ['FailedPrecondition'],
    meaning: 'The program was started without permission to make changes.',
    action: 'Start it with --provisioning (BATON_PROVISIONING=true).',
  },
  ticketing_disabled: {
    codes: ['Unknown'],
    meaning: 'The program was started without ticketing.',
    action: 'Start it with --ticketing, if the connector supports tickets.',
  },

  // Credentials of accounts.
  empty_password: {
    codes: ['InvalidArgument'],
    meaning: 'The encrypted password of the request is empty.',
    action: 'Choose a password.',
  },
  invalid_encryption_config: {
    codes: ['InvalidArgument'],
    meaning: 'An entry of encryption_configs cannot be used. The message says why.',
    action: 'Correct the entry.',
  },
  invalid_encryption_key: {
    codes: ['InvalidArgument'],
    meaning: 'The public key in encryption_configs is malformed or of an unsupported kind.',
    action: 'Send a JWK (Ed25519, RSA, P-256, P-384 or P-521) or an age recipient.',
  },
  invalid_password_rule: {
    codes: ['InvalidArgument'],
    meaning: 'No password can satisfy the length and the character sets of the request.',
    action: 'Correct credential_options.random_password.',
  },
  needless_encryption_configs: {
    codes: ['InvalidArgument'],
    meaning: 'The request contains an encrypted password and also asks to encrypt the password for its caller.',
    action: 'Leave encryption_configs empty: the caller knows the password.',
  },
  no_choice: {
    codes: ['InvalidArgument'],
    meaning: 'credential_options is set but contains no option.',
    action: 'Omit credential_options, or set an option.',
  },
  no_client_secret: {
    codes: ['InvalidArgument'],
    meaning: 'Only a connector with a client secret can decrypt the password of the request.',
    action: 'Run the connector in service mode, with --client-id and --client-secret.',
  },
  no_encryption_configs: {
    codes: ['InvalidArgument'],
    meaning: 'The request asks for a random password that nobody could read.',
    action: 'Send encryption_configs with the public key of the reader.',
  },
  no_password_for_client_secret: {
    codes: ['InvalidArgument'],
    meaning: "No encrypted password of the request is for the key of this connector's client secret.",
    action: 'Repeat the request from ConductorOne: the client secret may have been rotated.',
  },
  password_not_decrypted: {
    codes: ['Internal'],
    meaning: "The password of the request cannot be decrypted with the key of this connector's client secret.",
    action: 'Repeat the request from ConductorOne. If that does not help, rotate the client secret.',
  },
  unsupported_credential: {
    codes: ['InvalidArgument'],
    meaning: 'The connector does not support this kind of credential.',
    action: 'Choose one that the message lists.',
  },

  // Actions.
  action_id_not_found: {
    codes: ['NotFound'],
    meaning: 'No action has this id: it was changed on its way, or another connector issued it.',
    action: 'Send the id from the response of InvokeAction unchanged.',
  },
  action_not_found: {
    codes: ['NotFound'],
    meaning: 'The connector or the resource type has no action of this name.',
    action: 'Use a name that ListActionSchemas returns.',
  },
  invalid_action_arguments: {
    codes: ['InvalidArgument'],
    meaning: 'The arguments do not match the schema of the action. The message names each problem.',
    action: 'Correct the arguments.',
  },

  // Events.
  event_cursor_too_long: {
    codes: ['Internal'],
    meaning: 'An event feed returned a cursor that is longer than callers accept.',
    action: 'Report it to the author of the connector.',
  },
  event_cursor_unchanged: {
    codes: ['Internal'],
    meaning: 'An event feed announced more events but returned the cursor that it was called with.',
    action: 'Report it to the author of the connector.',
  },
  event_feed_not_found: {
    codes: ['NotFound'],
    meaning: 'The connector has no event feed of this id.',
    action: 'Use an id that ListEventFeeds returns.',
  },
  invalid_event_cursor: {
    codes: ['InvalidArgument'],
    meaning: 'The cursor was not issued by this event feed.',
    action: 'Send the cursor from the previous response, or omit it to start over.',
  },
  too_many_events: {
    codes: ['Internal'],
    meaning: 'An event feed returned more events than it was asked for.',
    action: 'Report it to the author of the connector.',
  },
} as const satisfies ReasonTable;
