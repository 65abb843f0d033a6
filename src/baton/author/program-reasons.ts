// The reasons of errors that commands, a sync and service mode end with.
import type { ReasonTable } from './reason-table.ts';

export const programReasons = {
  // A server.
  address_forbidden: {
    codes: ['FailedPrecondition'],
    meaning: 'The user of the process may not listen on this port.',
    action: 'Choose a port from 1024 up.',
  },
  address_in_use: {
    codes: ['FailedPrecondition'],
    meaning: 'Another program listens on this port.',
    action: 'Stop it, or choose another port.',
  },
  address_not_available: {
    codes: ['FailedPrecondition'],
    meaning: 'This machine does not have the address to listen on.',
    action: 'Choose an address of this machine, or 0.0.0.0 for all.',
  },
  address_not_found: {
    codes: ['FailedPrecondition'],
    meaning: 'The host name to listen on has no address.',
    action: 'Correct the name, or use an IP address.',
  },
  address_unusable: {
    codes: ['FailedPrecondition'],
    meaning: 'The operating system refuses the address to listen on. The message says why.',
    action: 'Choose another address.',
  },
  inherited_listener: {
    codes: ['FailedPrecondition'],
    meaning: 'The parent process passed a listening socket that is not usable or has another port.',
    action: 'Report it with the version of the parent.',
  },
  invalid_server_config: {
    codes: ['InvalidArgument'],
    meaning: 'The parent process sent a configuration that this program cannot read.',
    action: '_connector-service is started by a Baton runner, not by hand. Report it with the version of the runner.',
  },
  session_store: {
    codes: ['Unavailable', 'DeadlineExceeded', 'Internal', 'Unknown'],
    meaning: 'The session store of the parent process failed. The code is the one that it answered with.',
    action: 'Look into the log of the parent.',
  },

  // Health.
  no_answer: {
    codes: ['Unavailable'],
    meaning: 'No connector answered at the address of the health endpoint.',
    action: 'Check that a connector runs there with --health-check.',
  },
  unhealthy: {
    codes: ['Unavailable'],
    meaning: 'The connector answered the health check with another status than 200.',
    action: 'The message has its answer.',
  },
  validation_timeout: {
    codes: ['DeadlineExceeded'],
    meaning: 'The connector did not validate its access to the application in time.',
    action: 'Check the network path to the application.',
  },

  // A sync and single changes.
  action_failed: {
    codes: ['Unknown'],
    meaning: "The action ran and failed. The message is the connector's.",
    action: 'Follow the message.',
  },
  account_not_found: {
    codes: ['NotFound'],
    meaning: 'A row of --changes is about somebody whom the application does not know by this name.',
    action: 'Correct the person in the row, and run the command again.',
  },
  dry_run: {
    codes: ['Aborted'],
    meaning: 'A dry run did not send a write. Its result says what it would write.',
    action: 'Nothing.',
  },
  expansion_cycle: {
    codes: ['FailedPrecondition'],
    meaning: 'Entitlements expand in a cycle, and BATON_DONT_FIX_CYCLES is set.',
    action: 'Unset BATON_DONT_FIX_CYCLES.',
  },
  expansion_principal_mismatch: {
    codes: ['Internal'],
    meaning: "A grant is to be expanded from an entitlement of another resource than the grant's principal.",
    action: 'Report it to the author of the connector.',
  },
  expansion_too_deep: {
    codes: ['FailedPrecondition'],
    meaning: 'Grants expand in more steps than BATON_GRAPH_EXPAND_MAX_DEPTH allows.',
    action: 'Raise BATON_GRAPH_EXPAND_MAX_DEPTH if so many nested groups are intended.',
  },
  exclusion_group: {
    codes: ['Internal'],
    meaning:
      'Entitlements break a rule of exclusion groups: one default per group, one resource type, at most 50 entitlements. The message names them.',
    action: 'Report it to the author of the connector. The file was not changed.',
  },
  malformed_annotation: {
    codes: ['Internal'],
    meaning: 'An annotation of an entitlement or a grant cannot be read.',
    action: 'Report it to the author of the connector.',
  },
  missing_trait: {
    codes: ['Internal'],
    meaning: 'A resource lacks a trait that its resource type declares.',
    action: 'Report it to the author of the connector.',
  },
  no_account_result: {
    codes: ['Internal'],
    meaning: 'The connector answered the creation of an account without a result.',
    action: 'Check in the application whether the account exists, and report it to the author of the connector.',
  },
  no_external_entitlement: {
    codes: ['NotFound'],
    meaning: 'The file of --external-resource-c1z lacks the entitlement of --external-resource-entitlement-id-filter.',
    action: 'Correct the id, or sync the other connector again.',
  },
  no_external_sync: {
    codes: ['FailedPrecondition'],
    meaning: 'The file of --external-resource-c1z has no finished sync.',
    action: 'Sync the other connector into it first.',
  },
  not_in_file: {
    codes: ['NotFound'],
    meaning: 'The .c1z file has no entitlement, grant or resource of this id.',
    action: 'Sync again, and copy the id from the new file.',
  },
  password_not_written: {
    codes: ['DataLoss'],
    meaning: 'The password was set in the application but could not be written to its file.',
    action: 'Set another password, with a path that can be written.',
  },
  reserved_annotation: {
    codes: ['Internal'],
    meaning: 'A resource carries an annotation that only a sync may set (BatonID).',
    action: 'Report it to the author of the connector.',
  },
  resource_of_other_connector: {
    codes: ['FailedPrecondition'],
    meaning: 'The entitlement belongs to a resource of another connector.',
    action: 'Use that connector to change it.',
  },
  result_not_written: {
    codes: ['DataLoss'],
    meaning: 'A row of --changes was processed, but its result could not be written to the file of --changes-results.',
    action: 'Make room, and run the command again: nothing is done twice.',
  },
  same_account: {
    codes: ['FailedPrecondition'],
    meaning: 'Two rows of --changes name the same account differently, for the same kind of change.',
    action: 'Remove one of the rows.',
  },
  sync_time_limit: {
    codes: ['DeadlineExceeded'],
    meaning: 'A sync ran for as long as --sync-time-limit allows.',
    action: 'Run the same command again: it continues from there.',
  },
  too_many_removed: {
    codes: ['FailedPrecondition'],
    meaning: 'A sync would remove a larger share of all grants than --max-removed allows. Its result is discarded.',
    action:
      'Check whether the application returns all of its data. If the grants are really gone, sync once without --max-removed.',
  },
  too_many_warnings: {
    codes: ['Aborted'],
    meaning: 'Too many resources disappeared during the sync.',
    action: 'Run the sync again.',
  },
  unfinished_sync_differs: {
    codes: ['FailedPrecondition'],
    meaning: 'Another program began the unfinished sync in the file, for other resource types.',
    action: 'Nothing: the sync starts over.',
  },

  // Service mode.
  clock_wrong: {
    codes: ['Unauthenticated'],
    meaning: "ConductorOne refused an assertion, and the clock of this machine differs from ConductorOne's by minutes.",
    action: 'Set the clock. The client id and the client secret may be right.',
  },
  credentials_refused: {
    codes: ['Unauthenticated'],
    meaning: 'ConductorOne does not accept the client id and client secret.',
    action: 'Check --client-id and --client-secret, or rotate the secret in ConductorOne.',
  },
  empty_ticket: {
    codes: ['Internal'],
    meaning: 'The connector returned no ticket.',
    action: 'Report it to the author of the connector.',
  },
  heartbeat_failed: {
    codes: ['Unavailable'],
    meaning: 'ConductorOne accepted no heartbeat of the task several times in a row, so the task was stopped.',
    action: 'Nothing: ConductorOne hands the task out again. If it recurs, check the network.',
  },
  invalid_api_host: {
    codes: ['InvalidArgument'],
    meaning: 'BATON_C1_API_HOST is not a host.',
    action: 'Set it to a host with an optional port, or unset it.',
  },
  invalid_client_id: {
    codes: ['InvalidArgument'],
    meaning: 'The client id is malformed.',
    action: 'Copy --client-id from ConductorOne again.',
  },
  invalid_client_secret: {
    codes: ['InvalidArgument'],
    meaning: 'The client secret is malformed.',
    action: 'Copy --client-secret again, or rotate it in ConductorOne: it is shown only once.',
  },
  invalid_proxy: {
    codes: ['InvalidArgument'],
    meaning: 'A variable for proxies, such as HTTPS_PROXY, has a value that cannot be used.',
    action: 'Correct or unset the variable that the message names.',
  },
  malformed_task: {
    codes: ['InvalidArgument'],
    meaning: 'A task from ConductorOne lacks a part that it needs.',
    action: 'Report it to ConductorOne.',
  },
  no_connection: {
    codes: ['Unavailable'],
    meaning: 'The connection to ConductorOne broke or could not be opened.',
    action: 'Nothing: it is opened again. If it recurs, check the network and the proxy.',
  },
  no_http2: {
    codes: ['Unavailable'],
    meaning: 'The server did not accept HTTP/2.',
    action: 'Exempt ConductorOne from a TLS-inspecting proxy.',
  },
  no_schemas: {
    codes: ['NotFound'],
    meaning: 'The connector has no ticket schemas.',
    action: 'Turn ticketing off for this connector in ConductorOne.',
  },
  no_token: {
    codes: ['Unavailable'],
    meaning: 'ConductorOne issued no access token.',
    action: 'Nothing: it is requested again. If it recurs, check the network and the proxy.',
  },
  task_cancelled: {
    codes: ['Canceled'],
    meaning: 'ConductorOne cancelled the task.',
    action: 'Nothing.',
  },
  unsupported_task_type: {
    codes: ['Unimplemented', 'Unknown'],
    meaning: 'This version does not support the type of the task. UNKNOWN: a later version may.',
    action: 'Update the connector.',
  },
  unusable_certificates: {
    codes: ['FailedPrecondition'],
    meaning: 'The file that NODE_EXTRA_CA_CERTS or SSL_CERT_FILE names cannot be used.',
    action: 'Correct or unset the variable that the message names.',
  },
  wrong_ticket_count: {
    codes: ['Internal'],
    meaning: 'The connector returned another number of tickets than was requested.',
    action: 'Report it to the author of the connector.',
  },
} as const satisfies ReasonTable;
