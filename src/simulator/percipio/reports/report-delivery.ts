// How a report is delivered: its format, and whether a file is also put on the customer's SFTP server.
import { notSimulated, unprocessable } from '../http/answer.ts';

const FORMATS = ['JSON', 'CSV', 'TXT'] as const;

/** Fields of a report request, with the names and defaults of Skillsoft's OpenAPI document. */
interface ReportDelivery {
  /** Whether the report also becomes a file on the customer's SFTP server. Default true. */
  readonly isFileRequiredInSftp: boolean;
  /** Default: from the header `accept`, otherwise JSON. */
  readonly formatType: (typeof FORMATS)[number];
  /** Default false. */
  readonly zip: boolean;
  /** Default false. */
  readonly encrypt: boolean;
}

/** A report that was requested. */
export interface ReportRequest extends ReportDelivery {
  readonly reportId: string;
  readonly kind: 'learning-activity' | 'entitlements';
}

/**
 * Reads the fields of a request body. Throws 422 for what the API rejects, and 501 for formats other than JSON.
 * @param accept The request's header.
 */
export function readReportDelivery(
  fields: Readonly<Record<string, unknown>>,
  accept: string | undefined,
): ReportDelivery {
  const format = fields.formatType ?? (accept?.includes('text/csv') ? 'CSV' : 'JSON');
  const formatType = FORMATS.find((known) => typeof format === 'string' && known === format.toUpperCase());
  if (formatType === undefined) {
    throw unprocessable(`formatType must be one of ${FORMATS.join(', ')}, not ${JSON.stringify(format)}`);
  }
  if (formatType !== 'JSON') {
    throw notSimulated(`reports as ${formatType}`);
  }
  const readFlag = (name: 'isFileRequiredInSftp' | 'zip' | 'encrypt', byDefault: boolean): boolean => {
    const value = fields[name] ?? byDefault;
    if (typeof value !== 'boolean') {
      throw unprocessable(`${name} must be true or false, not ${JSON.stringify(value)}`);
    }
    return value;
  };
  return {
    isFileRequiredInSftp: readFlag('isFileRequiredInSftp', true),
    formatType,
    zip: readFlag('zip', false),
    encrypt: readFlag('encrypt', false),
  };
}
