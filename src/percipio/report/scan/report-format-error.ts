// What is thrown for a report that is no JSON array of objects.

export interface ReportFormatErrorFields {
  /** Where in the (decompressed) report, from 0. */
  readonly byteOffset: number;
  /** In or before which row, from 1. */
  readonly row: number;
  /** The report ends too early, so that reading it anew may help. */
  readonly isCutOff: boolean;
}

/** Tells where the report is wrong, and quotes nothing of it: rows are personal data. */
export class ReportFormatError extends Error {
  /** What is wrong, for a sentence about the report. */
  readonly problem: string;
  readonly byteOffset: number;
  readonly row: number;
  readonly isCutOff: boolean;

  constructor(problem: string, fields: ReportFormatErrorFields) {
    super(`the learning-activity report ${problem} (byte ${fields.byteOffset}, row ${fields.row})`);
    this.name = 'ReportFormatError';
    this.problem = problem;
    this.byteOffset = fields.byteOffset;
    this.row = fields.row;
    this.isCutOff = fields.isCutOff;
  }
}
