import type { Client } from '../../../shared/contract/contract.ts';
import type { BatchBoard } from '../../../shared/contract/provisioning.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { parseRoster } from '../../provisioning/roster/roster-csv.ts';
import { textOf } from './answer.ts';
import { boardAt, type ProvisionOptions } from './provision-options.ts';

/**
 * What each board becomes, by the roster: the line with its MAC address, else the next one without. Only where
 * lines name addresses are the boards asked for theirs.
 *
 * @throws AppError `provisioning.roster-invalid` where a line cannot be used or there are too few; what
 * identifying throws
 */
export async function boardsFromRoster(
  client: Client,
  file: string,
  options: ProvisionOptions,
  signal: AbortSignal,
): Promise<readonly BatchBoard[]> {
  const { entries, problems } = parseRoster(await textOf(file));
  const [problem] = problems;
  if (problem !== undefined)
    throw rosterInvalid(`${file}, line ${problem.line}: ${problem.reason}.`, { ...problem });
  const inOrder = entries.filter(({ mac }) => mac === null);
  const named = entries.filter(({ mac }) => mac !== null);
  const boards: BatchBoard[] = [];
  for (const address of options.port) {
    const mac = named.length === 0 ? null : (await client.boards.identify({ address }, { signal })).mac;
    const entry = named.find((line) => line.mac === mac) ?? inOrder.shift();
    if (entry === undefined)
      throw rosterInvalid(
        `The roster has no line for the board at ${address}${mac === null ? '' : ` (${mac})`}.`,
        {},
      );
    boards.push(boardAt(options, address, entry));
  }
  return boards;
}

function rosterInvalid(message: string, data: Readonly<Record<string, string | number>>): AppError {
  return new AppError('provisioning.roster-invalid', message, data);
}
