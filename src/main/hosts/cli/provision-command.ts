import type { Command } from 'commander';
import type { Client } from '../../../shared/contract/contract.ts';
import type { PortAdvice } from '../../../shared/contract/ports.ts';
import type { BatchBoard, BoardJob } from '../../../shared/contract/provisioning.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { doctorKnowsMore } from '../../../shared/domain/doctor-findings.ts';
import type { ApplicationClient } from './running-application.ts';
import { dataFolder, exitCodes, show } from './answer.ts';
import { untilSignal } from './board-work.ts';
import { firmwareNamed, libraryOf } from './firmware-source.ts';
import { ProgressTeller } from './progress.ts';
import {
  boardsFrom,
  settingsFrom,
  withProvisionOptions,
  type ProvisionOptions,
} from './provision-options.ts';
import { boardsFromRoster } from './provision-roster.ts';
import { boardTakingOver } from './provision-swap.ts';
import { JobTeller } from './provision-report.ts';
import { loadWords, say, type Words } from './words.ts';

/** `provision`: boards from whatever they are to their first committed reading. */
export function addProvisionCommand(program: Command): void {
  withProvisionOptions(program.command('provision'))
    .description('firmware, settings and account onto boards, until the first reading of each is stored')
    .action(provision);
}

async function provision(options: ProvisionOptions): Promise<void> {
  const data = dataFolder(options);
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  const outcome = await untilSignal(async (signal) => {
    // All that can be wrong without a board is found before anything is started.
    const library = libraryOf(data);
    const firmware =
      options.firmware === undefined ? null : await firmwareNamed(library, options.firmware, signal);
    const settings = await settingsFrom(options, data, firmware?.id ?? null);
    const plain = options.roster === undefined ? boardsFrom(options) : undefined;
    const { applicationClient } = await import('./application-client.ts');
    const application = await applicationClient(data, signal);
    try {
      teller.step(say(words, `provision.where.${application.where}`), {
        type: 'application',
        where: application.where,
      });
      const { client } = application;
      const boards = plain ?? (await boardsByList(client, options, signal));
      await mustHaveSites(client, new Set(boards.map(({ siteRef }) => siteRef)), options, signal);
      await client.provisioning.start({ boards: [...boards], settings, profileId: null }, { signal });
      const addresses = boards.map(({ address }) => address);
      const jobs = await untilDone(client, addresses, new JobTeller(teller, words), signal);
      return { where: application.where, jobs, advice: await adviceFor(client, jobs) };
    } finally {
      teller.end();
      await application.close();
    }
  });
  if (outcome !== undefined) report(options, outcome, words);
}

/** By what the application or a roster knows of them. */
function boardsByList(
  client: Client,
  options: ProvisionOptions,
  signal: AbortSignal,
): Promise<readonly BatchBoard[]> {
  const { roster, replaces } = options;
  return roster === undefined && replaces !== undefined
    ? boardTakingOver(client, { ...options, replaces }, signal)
    : boardsFromRoster(client, roster ?? '', options, signal);
}

/** @throws AppError `site.unknown`, with the option that makes one */
async function mustHaveSites(
  client: Client,
  wanted: ReadonlySet<string>,
  { siteName }: ProvisionOptions,
  signal: AbortSignal,
): Promise<void> {
  const known = new Set<string>();
  for await (const update of await client.devices.watch({}, { signal })) {
    for (const { ref } of update.sites ?? []) known.add(ref);
    break;
  }
  for (const ref of wanted) {
    if (known.has(ref)) continue;
    if (siteName === undefined)
      throw new AppError('site.unknown', `There is no site ${ref} yet: --site-name makes it.`, { ref });
    await client.devices.createSite({ ref, name: siteName, description: '' }, { signal });
  }
}

/** A cancelled command cancels its boards, and waits until each says in which state it was left. */
async function untilDone(
  client: Client,
  addresses: readonly string[],
  teller: JobTeller,
  signal: AbortSignal,
): Promise<readonly BoardJob[]> {
  // A finished board may be taken off the page by a person meanwhile: what was seen of it counts.
  const seen = new Map<string, BoardJob>();
  let cancelled = false;
  const cancel = (): void => {
    cancelled = true;
    for (const { id } of seen.values()) client.provisioning.cancel({ id }).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel);
  try {
    for await (const state of await client.provisioning.watch({})) {
      for (const job of state.jobs) if (addresses.includes(job.address)) seen.set(job.address, job);
      const jobs = [...seen.values()];
      if (signal.aborted && !cancelled) cancel();
      teller.tell(jobs);
      const ended = jobs.filter(({ phase }) => phase !== 'waiting' && phase !== 'running');
      if (ended.length === new Set(addresses).size) break;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  return [...seen.values()];
}

interface Provisioned {
  readonly where: ApplicationClient['where'];
  readonly jobs: readonly BoardJob[];
  /** By address. */
  readonly advice: ReadonlyMap<string, PortAdvice>;
}

async function adviceFor(
  client: Client,
  jobs: readonly BoardJob[],
): Promise<ReadonlyMap<string, PortAdvice>> {
  const found = new Map<string, PortAdvice>();
  for (const { address, phase, finding, error } of jobs) {
    if (phase !== 'needs-you' || !doctorKnowsMore(finding)) continue;
    const { items } = await client.ports.advice({
      address,
      code: error?.code ?? null,
      data: error?.data ?? {},
    });
    const [advice] = items;
    if (advice !== undefined) found.set(address, advice);
  }
  return found;
}

function report(options: ProvisionOptions, { where, jobs, advice }: Provisioned, words: Words): void {
  const answer = { where, boards: jobs };
  show(
    options,
    options.events === true ? { type: 'done', ...answer } : answer,
    jobs.flatMap((job) => JobTeller.result(job, words, advice.get(job.address))),
  );
  if (jobs.some(({ phase }) => phase === 'cancelled')) process.exitCode = exitCodes.cancelled;
  else if (jobs.some(({ phase }) => phase !== 'ready')) process.exitCode = exitCodes.failed;
}
