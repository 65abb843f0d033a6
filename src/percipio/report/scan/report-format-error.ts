// The error for a report that is not a JSON array of objects.

/** A kind of report, as logs and errors name it. */
export type ReportName = 'activity report' | 'license report';

export interface ReportFormatErrorFields {
  /** Position in the (decompressed) report, from 0. */
  readonly byteOffset: number;
  /** The row that contains it or follows, from 1. */
  readonly row: number;
  /** Whether the report ends too early, so that reading it again may help. */
  readonly isCutOff: boolean;
}

/** Says where the report is wrong, and quotes nothing: rows are personal data. */
export class ReportFormatError extends Error {
  /** The predicate of a sentence about the report: `is cut off`. */
  readonly problem: string;
  readonly byteOffset: number;
  readonly row: number;
  readonly isCutOff: boolean;

  constructor(problem: string, fields: ReportFormatErrorFields, name: ReportName = 'activity report') {
    super(
      `the ${name === 'activity report' ? 'learning-activity report' : name} ${problem} (byte ${fields.byteOffset}, row ${fields.row})`,
    );
    this.name = 'ReportFormatError';
    this.problem = problem;
    this.byteOffset = fields.byteOffset;
    this.row = fields.row;
    this.isCutOff = fields.isCutOff;
  }
}
