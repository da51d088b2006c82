/** Something in a file that the owner installed which could not be taken. */
export type FileProblem = {
  file: string;
  /** The first line that it is about, from 1. */
  line?: number;
  reason: string;
  /** Nothing of the file is used. */
  leftOut: boolean;
};

export function problemText({ file, line, reason }: FileProblem): string {
  return `${file}${line === undefined ? '' : `, line ${line}`}: ${reason}`;
}
