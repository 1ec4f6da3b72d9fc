import type { Handlers } from '../../../shared/contract/contract.ts';
import type { ConformityRule, Excursion, SiteDay } from '../../../shared/contract/conformity.ts';

type ImportReport = Awaited<ReturnType<Handlers['conformity']['importRules']>>;
type RuleFields = Pick<
  ConformityRule,
  'siteRef' | 'metricType' | 'minAllowed' | 'maxAllowed' | 'criticality'
>;

/** One rule in a line, numbers as they are stored. */
export function ruleLine(rule: RuleFields & Pick<ConformityRule, 'id' | 'description'>): string {
  return [`${rule.id}`.padStart(5), fieldsOf(rule), rule.description.replaceAll(/\s+/g, ' ')]
    .join('  ')
    .trimEnd();
}

function fieldsOf({ siteRef, metricType, minAllowed, maxAllowed, criticality }: RuleFields): string {
  return `${siteRef}  ${metricType}  ${minAllowed ?? '-'} to ${maxAllowed ?? '-'}  ${criticality}`;
}

export function dayLine({ day, complianceRate, criticalViolations, rules, readings }: SiteDay): string {
  const rate =
    complianceRate === null ? 'no rules' : `${Math.round(complianceRate * 100)} % of ${rules} rules`;
  const critical = criticalViolations === 0 ? '' : `, ${criticalViolations} critical`;
  return `${day}  ${rate}${critical}  (${readings} readings)`;
}

export function excursionLine(one: Omit<Excursion, 'mac'> & { readonly mac: string }): string {
  const unit = one.metric === 'temperature' ? '°C' : '%';
  const end = one.endMs === null ? 'still' : new Date(one.endMs).toISOString();
  return [
    `${new Date(one.startMs).toISOString()} to ${end}`,
    one.mac,
    `${one.metric} ${one.side} ${one.limit} ${unit}`,
    `peak ${one.peak} ${unit} at ${new Date(one.peakMs).toISOString()}`,
    `${Math.round(one.durationMs / 60_000)} min`,
  ].join('  ');
}

export function importLines(report: ImportReport, dryRun: boolean): readonly string[] {
  const { added, replaced, unchanged, neverKept, moreChanges, moreFaults } = report;
  return [
    ...report.changes.map(({ line, kind, never, ...rule }) => {
      const flag = never ? '  (no day can keep it: a ratio goes from 0 to 1)' : '';
      return `line ${line}: ${kind}  ${rule.id ?? 'new'}  ${fieldsOf(rule)}${flag}`;
    }),
    ...(moreChanges === 0 ? [] : [`and ${moreChanges} more`]),
    ...report.faults.map(({ line, reason, value }) => `line ${line}: ${reason}  ${value}`.trimEnd()),
    ...(moreFaults === 0 ? [] : [`and ${moreFaults} more bad lines`]),
    ...(neverKept === 0 ? [] : [`${neverKept} that no day can keep.`]),
    report.applied
      ? `${added} added, ${replaced} replaced, ${unchanged} unchanged.`
      : `${dryRun ? 'Would be' : 'Nothing was taken; without the bad lines'}: ${added} added, ${replaced} replaced, ${unchanged} unchanged.`,
  ];
}
