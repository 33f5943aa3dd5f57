// Reports as JUnit XML, which build servers show.

import { lawText } from "./picture.ts";
import type { LawReport, Report } from "./report.ts";

/** A suite a codec, a case a law. No times and no dates: the same reports give the same file. */
export function junitXml(reports: readonly Report[]): string {
  const suites = reports.map((report) => {
    const failures = report.laws.filter(({ verdict }) => verdict === "broken").length;
    const skipped = report.laws.filter(({ verdict }) => verdict === "not asked").length;
    const counts = `tests="${report.laws.length}" failures="${failures}" skipped="${skipped}"`;
    const cases = report.laws.map((law) => caseXml(report, law));
    return [`  <testsuite name="${escaped(report.codec)}" ${counts}>`, ...cases, "  </testsuite>"].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join(
    "\n",
  );
}

function caseXml(report: Report, law: LawReport): string {
  const open = `    <testcase classname="${escaped(report.codec)}" name="${escaped(law.law)}"`;
  if (law.verdict === "kept") return `${open}/>`;
  if (law.verdict === "not asked") return `${open}><skipped message="${escaped(law.why ?? "")}"/></testcase>`;
  const message = escaped(law.counterexample?.problem ?? "");
  const text = escaped(lawText(law).join("\n"));
  return `${open}><failure message="${message}">${text}</failure></testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 has no place for most control characters, not even escaped: they become U+FFFD. */
function escaped(text: string): string {
  return (
    text
      .replaceAll(/[&<>"]/g, (character) => ENTITIES[character])
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
  );
}
