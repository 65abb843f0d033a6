// The reasons of the errors that this connector adds to those of the SDK.
import type { ReasonTable } from 'baton-connector-sdk';

/** What docs/errors.md shows, in its order. A test compares it with the source. */
export const percipioReasons = {
  // Settings.
  invalid_settings: {
    codes: ['InvalidArgument'],
    meaning: 'The API token, the organization id or another setting is malformed. The message names each problem.',
    action: 'Correct the settings.',
  },
  no_limited_course: {
    codes: ['FailedPrecondition'],
    meaning:
      'None of the courses in --limited-courses can be synced: they do not exist, are inactive, or are other content.',
    action: 'Correct the course ids, or remove the setting to sync all courses.',
  },
  token_expired: {
    codes: ['Unauthenticated'],
    meaning: 'Percipio rejected the API token, which has expired.',
    action: 'Create another one in Percipio, and set --api-token.',
  },

  // Requests to Percipio.
  percipio_aborted: {
    codes: ['Canceled'],
    meaning: 'A request was cancelled because the program was done with the client.',
    action: 'Nothing.',
  },
  percipio_batch_failed: {
    codes: ['FailedPrecondition', 'InvalidArgument', 'AlreadyExists'],
    meaning: 'Percipio accepted a change in a batch, and then did not make it. The message says why.',
    action: 'Do what the message says.',
  },
  percipio_batch_pending: {
    codes: ['FailedPrecondition'],
    meaning:
      'Percipio has accepted a change in a batch, as it is needed to force a password change, and has not made it yet.',
    action: 'Check the user in Percipio in a few minutes, and repeat the request if the change is missing then.',
  },
  percipio_body: {
    codes: ['Unavailable', 'Internal'],
    meaning:
      'The response cannot be read: it was cut off or is not from Percipio, such as a web page (UNAVAILABLE), or its JSON has another form (INTERNAL).',
    action: 'Repeat the request. If it recurs with INTERNAL, report the message.',
  },
  'percipio_http_<status>': {
    codes: [
      'InvalidArgument',
      'Unauthenticated',
      'PermissionDenied',
      'FailedPrecondition',
      'DeadlineExceeded',
      'AlreadyExists',
      'Unavailable',
      'Unimplemented',
      'Internal',
      'Canceled',
    ],
    meaning:
      'Percipio, or a proxy in between, answered with this HTTP status; with 200, the rest of the response failed.',
    action: 'Follow the message. 401: check the API token; 403: its permissions; 404: the organization id and region.',
  },
  percipio_network: {
    codes: ['Unavailable'],
    meaning: 'No response came: the name, the connection, TLS or a proxy failed.',
    action: 'Check the network and the proxy that the message names.',
  },
  percipio_timeout: {
    codes: ['Unavailable'],
    meaning: 'Percipio did not respond in time.',
    action: 'Repeat the request. If it recurs, raise --http-timeout-seconds.',
  },

  // The reports: of activity and, with --sync-licenses, of licenses.
  percipio_report_cut_off: {
    codes: ['Unavailable'],
    meaning: 'The report ended in the middle.',
    action: 'Run the sync again.',
  },
  percipio_report_expired: {
    codes: ['FailedPrecondition'],
    meaning: 'Percipio no longer has the report.',
    action: 'Run the sync again: it requests another one.',
  },
  percipio_report_failed: {
    codes: ['FailedPrecondition'],
    meaning: 'Percipio failed to create the report.',
    action:
      'Run the sync again. If it fails again, request less: --report-lookback for the activity report, no --sync-licenses for that of licenses.',
  },
  percipio_report_format: {
    codes: ['Internal'],
    meaning: 'The report is not of the documented form.',
    action: 'Report the message.',
  },
  report_id_unusable: {
    codes: ['FailedPrecondition'],
    meaning: 'Percipio does not have the report of --report-id any more, failed to generate it, or rejects the id.',
    action: 'Remove --report-id.',
  },
  report_mapping: {
    codes: ['FailedPrecondition'],
    meaning: 'Percipio did not create a report with mapped fields.',
    action: 'Remove --report-mapping.',
  },
  report_timeout: {
    codes: ['FailedPrecondition'],
    meaning: 'Percipio did not finish the report in time.',
    action:
      'Allow more time with --report-timeout, or request less with --report-lookback. A sync on the command line names a --report-id to continue with.',
  },
  sync_ended: {
    codes: ['Canceled'],
    meaning: 'The sync that the report was requested for has ended.',
    action: 'Nothing.',
  },

  // Changes of users and roles.
  account_inactive: {
    codes: ['FailedPrecondition'],
    meaning: 'The person to create an account for has an inactive one.',
    action: 'Set the field reactivate, or enable the account.',
  },
  another_person: {
    codes: ['FailedPrecondition'],
    meaning:
      'The login name or e-mail of the request belongs to a user with another external user id, so to somebody else. Nothing was changed.',
    action:
      'If it is the same person, run the action adopt_user and repeat the request. Otherwise request another login name and e-mail.',
  },
  external_user_id_differs: {
    codes: ['FailedPrecondition'],
    meaning: 'The user does not have the external user id that the action names as the old one. Nothing was changed.',
    action: 'Check which user is meant, and name the id that the user has.',
  },
  invalid_account: {
    codes: ['InvalidArgument'],
    meaning: 'The data of the account is incomplete or malformed. The message names the field.',
    action: 'Correct the field.',
  },
  invalid_grant: {
    codes: ['InvalidArgument'],
    meaning: 'The entitlement or the principal is not of this connector.',
    action: 'Sync again, and repeat the request.',
  },
  invalid_user_id: {
    codes: ['InvalidArgument'],
    meaning: 'The id is not the UUID of a user.',
    action: 'Use an id of a synced user.',
  },
  least_role: {
    codes: ['FailedPrecondition'],
    meaning: 'Every Percipio user has a role, and the lowest cannot be revoked.',
    action: 'Disable the account to remove all access.',
  },
  name_taken: {
    codes: ['FailedPrecondition'],
    meaning:
      'Another user, whom the message names, has the external user id, login name or e-mail. Nothing was changed.',
    action: 'Choose another value, or change the other user first.',
  },
  password_change_not_forcible: {
    codes: ['FailedPrecondition'],
    meaning:
      'The user has no external user id in Percipio, without which a password change at the next sign-in cannot be forced.',
    action: 'Set an external user id first, or repeat the request without forcing the change.',
  },
  percipio_change_not_seen: {
    codes: ['Unavailable'],
    meaning: 'Percipio confirmed a change but does not show it.',
    action: 'Check the user in Percipio, and repeat the request if the change is missing.',
  },
  percipio_outcome_unknown: {
    codes: ['Unavailable'],
    meaning: 'A change failed in a way that leaves open whether it took effect, and reading the user failed as well.',
    action: 'Repeat the request: nothing is done twice.',
  },
  role_not_grantable: {
    codes: ['FailedPrecondition', 'InvalidArgument'],
    meaning: "Percipio's API does not accept this role. INVALID_ARGUMENT: it is in a file of --changes.",
    action: 'Grant the role in Percipio, or one of those that the message lists.',
  },
  role_replaced: {
    codes: ['FailedPrecondition'],
    meaning: 'Another change gave the user a different role at the same time, and came last. It is left as it is.',
    action: 'Decide which role the user should have, and request it.',
  },
  several_people: {
    codes: ['FailedPrecondition'],
    meaning: 'The request matches different users in Percipio. Nothing was changed.',
    action: 'Correct the request, or the users in Percipio.',
  },
  unknown_account_field: {
    codes: ['InvalidArgument'],
    meaning: 'The profile of the account to create has a field that the connector does not know.',
    action:
      'Use the fields that the message lists, or set --ignore-unknown-account-fields: then unknown fields are reported and ignored.',
  },
  unknown_custom_attribute: {
    codes: ['InvalidArgument'],
    meaning: 'Percipio has no custom attribute of this name.',
    action: 'Use a name that the message lists, or create the attribute in Percipio.',
  },
  user_not_found: {
    codes: ['NotFound'],
    meaning: 'Percipio has no such user. It may have been deleted.',
    action: 'Sync again.',
  },
  weak_password: {
    codes: ['InvalidArgument'],
    meaning: 'Percipio does not accept a password like this.',
    action: 'Choose one of at least 8 characters of at least 3 kinds.',
  },
} as const satisfies ReasonTable;

/** A reason of this connector's own errors. */
export type PercipioReason = keyof typeof percipioReasons;
