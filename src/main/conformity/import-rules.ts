import type { Handlers } from '../../shared/contract/contract.ts';
import type { ConformityRule, RuleChange } from '../../shared/contract/conformity.ts';
import {
  canNeverBeKept,
  ruleLinesShown,
  rulesPerSiteMost,
  sameRule,
} from '../../shared/domain/conformity-rules.ts';
import type { Database, Queryable } from '../storage/index.ts';
import * as stored from '../storage/queries/conformity-rules.ts';
import { existingSites, writeAudit } from '../storage/queries/device-changes.ts';
import { bad } from './rule-lines.ts';
import { LineFaults, type RuleFile } from './rule-file.ts';

type Report = Awaited<ReturnType<Handlers['conformity']['importRules']>>;
type FileLine = RuleFile['rules'][number];
type Change = FileLine & { readonly kind: RuleChange['kind'] };

/** What a file changes; and where `apply` says so and no line is bad, the change itself, all of it or nothing. */
export async function importRules(owner: Database, file: RuleFile, apply: boolean): Promise<Report> {
  return owner.transaction(async (connection) => {
    await stored.lockRules(connection);
    const present = await stored.listRules(connection, null);
    const faults = new LineFaults(file);
    const changes = await changesOf(connection, file, present, faults);
    const applied = apply && faults.count === 0;
    if (applied) await write(connection, changes, present);
    return { applied, ...summaryOf(changes), ...faults.report() };
  });
}

async function changesOf(
  connection: Queryable,
  { rules }: RuleFile,
  present: readonly ConformityRule[],
  faults: LineFaults,
): Promise<readonly Change[]> {
  const byId = new Map(present.map((rule) => [rule.id, rule]));
  const sites = await existingSites(connection, [...new Set(rules.map(({ rule }) => rule.siteRef))]);
  const perSite = new Map<string, number>();
  const count = (siteRef: string, more: number): number => {
    const now = (perSite.get(siteRef) ?? 0) + more;
    perSite.set(siteRef, now);
    return now;
  };
  for (const { siteRef } of present) count(siteRef, 1);
  // Those that move to another site make room where they were, wherever in the file they stand.
  for (const { rule } of rules) {
    const before = rule.id === null ? undefined : byId.get(rule.id);
    if (before !== undefined) count(before.siteRef, -1);
  }
  const changes: Change[] = [];
  for (const { line, rule } of rules) {
    const before = rule.id === null ? undefined : byId.get(rule.id);
    if (!sites.has(rule.siteRef)) faults.add(line, bad('site-unknown', rule.siteRef));
    else if (count(rule.siteRef, 1) > rulesPerSiteMost) faults.add(line, bad('too-many', rule.siteRef));
    else {
      const kind = before === undefined ? 'added' : sameRule(before, rule) ? 'unchanged' : 'replaced';
      changes.push({ line, rule, kind });
    }
  }
  return changes;
}

function summaryOf(changes: readonly Change[]): Omit<Report, 'applied' | 'faults' | 'moreFaults'> {
  const times = (kind: Change['kind']): number => changes.filter((change) => change.kind === kind).length;
  // What a person should look at comes first: what is replaced, then what is new.
  const order = { replaced: 0, added: 1, unchanged: 2 } as const;
  const sorted = changes.toSorted((a, b) => order[a.kind] - order[b.kind] || a.line - b.line);
  return {
    added: times('added'),
    replaced: times('replaced'),
    unchanged: times('unchanged'),
    neverKept: changes.filter(({ rule }) => canNeverBeKept(rule)).length,
    changes: sorted.slice(0, ruleLinesShown).map(({ line, kind, rule }) => {
      const { createdMs: _created, updatedMs: _updated, ...fields } = rule;
      return { line, kind, never: canNeverBeKept(rule), ...fields };
    }),
    moreChanges: Math.max(0, changes.length - ruleLinesShown),
  };
}

/** Numbers of the file first: one that the database gives out itself must not be one of them. */
async function write(
  connection: Queryable,
  changes: readonly Change[],
  present: readonly ConformityRule[],
): Promise<void> {
  const numbered = changes.filter(({ rule }) => rule.id !== null);
  for (const { kind, rule } of numbered) {
    if (kind === 'added') await stored.insertRule(connection, rule.id, rule, rule);
    else if (kind === 'replaced') await stored.updateRule(connection, rule.id ?? 0, rule, rule);
  }
  await stored.skipUsedNumbers(connection);
  for (const { rule } of changes.filter((change) => change.rule.id === null))
    await stored.insertRule(connection, null, rule, rule);
  const replaced = changes.filter(({ kind }) => kind === 'replaced').map(({ rule }) => rule.id);
  const added = changes.filter(({ kind }) => kind === 'added').length;
  if (added + replaced.length === 0) return;
  await writeAudit(connection, 'conformity.import', '', { added, replaced, before: present.length });
}
