// What a test says of its goldens, in its `meta`: vitest carries that from its workers to the reporter.

/** One golden a test asked for. */
export interface GoldenClaim {
  /** What the test calls it. */
  readonly name: string;
  /** Its file's absolute path. */
  readonly file: string;
  /** Whether a picture belongs beside it. */
  readonly picture: boolean;
  /** Both texts where they differ; `expected` is null where the file was missing and must not be written. */
  readonly failure?: { readonly expected: string | null; readonly actual: string };
}

/** What `TestCase.meta()` has of ours. */
export interface GoldenMeta {
  wirelabGoldens?: GoldenClaim[];
}

/** The picture beside a golden's text. */
export function pictureOf(file: string): string {
  return file.replace(/\.txt$/, ".svg");
}
