import type { Handlers } from '../../shared/contract/contract.ts';
import type { ConformityRule, RuleDay, SiteDay } from '../../shared/contract/conformity.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import {
  comparedValues,
  ruleFault,
  ruleFileMostBytes,
  rulesPerSiteMost,
  type RuleBounds,
} from '../../shared/domain/conformity-rules.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { QuestionedDatabase, type Database, type Queryable } from '../storage/index.ts';
import * as stored from '../storage/queries/conformity-rules.ts';
import { siteExists, writeAudit } from '../storage/queries/device-changes.ts';
import { findExcursions } from '../storage/queries/excursions.ts';
import { deviceDays } from '../storage/queries/site-days.ts';
import { importRules } from './import-rules.ts';
import { judgeDays } from './judge-days.ts';
import { daysOf, requireRange } from './ranges.ts';
import { readRuleFile, ruleFileText } from './rule-file.ts';

const dayMs = 86_400_000;
/** Silence that ends what is known of an excursion: so long, and so many of the device's intervals. */
const excursionGap = { leastMs: 300_000, intervals: 2.5 } as const;

export interface ConformityOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What a site's climate must keep to, and how it did: the warehouse's rules with the warehouse's arithmetic. What is
 * computed from readings is read on connections of its own.
 */
export class Conformity {
  readonly #options: ConformityOptions;
  readonly #database: QuestionedDatabase;

  constructor(options: ConformityOptions) {
    this.#options = options;
    this.#database = new QuestionedDatabase(options.log);
  }

  /** From here on questions go to this database. */
  open(owner: Database): void {
    this.#database.open(owner);
  }

  /** Questions under way fail; further ones are answered with `stack.not-running`. */
  async detach(): Promise<void> {
    await this.#database.detach();
  }

  readonly handlers: Handlers['conformity'] = {
    rules: async ({ siteRef }) => ({ items: await stored.listRules(this.#database.owner, siteRef ?? null) }),

    saveRule: async ({ id, ...rule }) => {
      refuseBadRule(rule);
      return this.#database.owner.transaction(async (connection) => {
        await requireSite(connection, rule.siteRef);
        await stored.lockRules(connection);
        const before = id === null ? undefined : await stored.lockRule(connection, id);
        if (id !== null && before === undefined) throw ruleUnknown(id);
        if (before?.siteRef !== rule.siteRef) await requireRoom(connection, rule.siteRef);
        const saved =
          id === null
            ? await stored.insertRule(connection, null, rule)
            : await stored.updateRule(connection, id, rule);
        if (saved === undefined) throw ruleUnknown(id ?? 0);
        await writeAudit(connection, id === null ? 'conformity.add' : 'conformity.change', rule.siteRef, {
          ...(before === undefined ? {} : { before: noted(before) }),
          rule: noted(saved),
        });
        return saved;
      });
    },

    removeRule: async ({ id }) => {
      await this.#database.owner.transaction(async (connection) => {
        const rule = await stored.lockRule(connection, id);
        if (rule === undefined) throw ruleUnknown(id);
        await stored.removeRule(connection, id);
        await writeAudit(connection, 'conformity.remove', rule.siteRef, { rule: noted(rule) });
      });
      return {};
    },

    exportRules: async ({ siteRef }) => {
      const owner = this.#database.owner;
      if (siteRef !== undefined) await requireSite(owner, siteRef);
      const text = ruleFileText(await stored.listRules(owner, siteRef ?? null));
      const fileName = siteRef === undefined ? 'conformity-rules.csv' : `conformity-rules-${siteRef}.csv`;
      return { fileName, file: new Blob([text], { type: 'text/csv' }) };
    },

    importRules: async ({ file, apply }, signal) => {
      if (file.size > ruleFileMostBytes) {
        throw new AppError('conformity.file-too-large', 'A file of rules is smaller than that.', {
          bytes: file.size,
          mostBytes: ruleFileMostBytes,
        });
      }
      const owner = this.#database.owner;
      return importRules(owner, await readRuleFile(file, signal), apply);
    },

    days: async ({ siteRef, fromDay, toDay }, signal) => {
      const days = daysOf(fromDay, toDay);
      // Rules and days of one moment: a rule that goes in between would shift what belongs to which.
      const { rules, judged } = await this.#database.questions.ask(signal, async (connection) => {
        await requireSite(connection, siteRef);
        const rules = await stored.listRules(connection, siteRef);
        const measured = await deviceDays(
          connection,
          siteRef,
          Date.parse(fromDay),
          Date.parse(toDay) + dayMs,
        );
        return { rules, judged: judgeDays(measured, rules) };
      });
      const rows = new Map(days.map((day) => [day, judged.get(Date.parse(day))]));
      return {
        days: days.map((day): SiteDay => {
          const row = rows.get(day);
          return {
            day,
            complianceRate: row?.complianceRate ?? null,
            criticalViolations: row?.criticalViolations ?? 0,
            rules: row === undefined ? 0 : rules.length,
            readings: row?.readings ?? 0,
          };
        }),
        rules: rules.map((rule, index) => ({
          rule,
          days: days.map((day): RuleDay => {
            const row = rows.get(day);
            if (row === undefined) return { day, compliant: null, low: null, high: null, readings: 0 };
            const compliant = row.kept[index] ?? null;
            return { day, compliant, ...comparedValues(rule.metricType, row), readings: row.readings };
          }),
        })),
      };
    },

    excursions: async ({ siteRef, macs, fromMs, toMs, toleranceMs, limit }, signal) => {
      requireRange(fromMs, toMs);
      const question = {
        siteRef: siteRef ?? null,
        macs: macs ?? null,
        fromMs,
        toMs,
        nowMs: this.#options.clock.now(),
        toleranceMs,
        limit,
        gap: excursionGap,
      };
      // Where a limit is always broken, all readings of the range are looked at.
      return this.#database.questions.askLong(signal, async (connection) => {
        if (siteRef !== undefined) await requireSite(connection, siteRef);
        return findExcursions(connection, question, signal);
      });
    },
  };
}

/** @throws AppError `conformity.bad-rule` */
function refuseBadRule(rule: RuleBounds): void {
  const reason = ruleFault(rule);
  if (reason === null) return;
  throw new AppError(
    'conformity.bad-rule',
    `A rule ${rule.metricType} cannot have these bounds: ${reason}.`,
    {
      context: reason,
      metric: rule.metricType,
    },
  );
}

async function requireSite(connection: Queryable, ref: string): Promise<void> {
  if (!(await siteExists(connection, ref)))
    throw new AppError('site.unknown', `There is no site ${ref}.`, { siteRef: ref });
}

async function requireRoom(connection: Queryable, siteRef: string): Promise<void> {
  if ((await stored.listRules(connection, siteRef)).length < rulesPerSiteMost) return;
  throw new AppError(
    'conformity.too-many-rules',
    `The site ${siteRef} has ${rulesPerSiteMost} rules already.`,
    {
      siteRef,
      most: rulesPerSiteMost,
    },
  );
}

function ruleUnknown(id: number): AppError {
  return new AppError('conformity.rule-unknown', `There is no rule ${id}.`, { id });
}

/** What the log keeps of a rule. */
function noted({ id, metricType, minAllowed, maxAllowed, criticality }: ConformityRule) {
  return { id, metricType, minAllowed, maxAllowed, criticality };
}
