import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { FirmwareBundle } from '../../../shared/contract/firmware.ts';
import type {
  BatchBoard,
  ProvisioningProfile,
  ProvisioningState,
  RosterEntry,
  WifiNetwork,
} from '../../../shared/contract/provisioning.ts';
import {
  useBoard,
  useClient,
  useConnectionPhase,
  usePorts,
  useProvisioning,
  useSettings,
  useStack,
} from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { boardsOf, isSelectable, rowsOf, type BoardRow } from './board-rows.ts';
import { flashBlock, reachOf, type FlashBlock, type Reach } from './flash-plan.ts';
import { choicesOf, formOf, formProblem, loopback, type FormProblem } from './form-state.ts';
import { useProvision } from './provision-store.ts';

const suggestionsEveryMs = 20_000;

export interface ProvisionFacts {
  /** Nothing was heard yet of the ports or of the jobs. */
  readonly loading: boolean;
  readonly rows: readonly BoardRow[];
  readonly selected: readonly BoardRow[];
  readonly boards: readonly BatchBoard[];
  readonly state: ProvisioningState;
  readonly networks: readonly WifiNetwork[];
  /** False where this system does not tell which networks it hears. */
  readonly networksKnown: boolean;
  readonly hosts: readonly {
    readonly host: string;
    readonly interfaceName: string;
    readonly listening: boolean;
  }[];
  readonly checkedMs: number;
  /** Whether a board at the broker's address, as the form has it, can reach the broker. */
  readonly reach: Reach;
  readonly bundles: readonly FirmwareBundle[];
  readonly firmware: FirmwareBundle | undefined;
  readonly profiles: readonly ProvisioningProfile[];
  readonly roster: readonly RosterEntry[];
  readonly problem: FormProblem | null;
  readonly block: FlashBlock | null;
}

const idle: ProvisioningState = {
  jobs: [],
  startedMs: null,
  autoStart: false,
  locked: false,
  totals: { ready: 0, running: 0, needsYou: 0, left: 0 },
};
const none: readonly never[] = [];

/** Everything that the three steps are drawn from, gathered in one place. */
export function useFacts(): ProvisionFacts {
  const client = useClient();
  // A question asked before the connection is open would fail, and not be asked again.
  const enabled = useConnectionPhase() === 'open';
  const ports = usePorts();
  const live = useProvisioning();
  const state = live ?? idle;
  const board = useBoard();
  const stack = useStack()?.phase;
  const { looks, selected: chosen, drafts, form } = useProvision();
  const suggestions = useQuery({
    enabled,
    queryKey: ['provision', 'suggestions'],
    queryFn: ({ signal }) => client.provisioning.suggestions({}, { signal }),
    refetchInterval: suggestionsEveryMs,
  });
  const virtualCount = (ports ?? none).filter((port) => port.kind === 'virtual').length;
  const bundles =
    useQuery({
      enabled,
      // A demo board brings its firmware along.
      queryKey: ['provision', 'firmware', virtualCount],
      queryFn: ({ signal }) => client.firmware.list({}, { signal }),
      placeholderData: (before) => before,
    }).data?.items ?? none;
  const profiles =
    useQuery({
      enabled,
      queryKey: ['provision', 'profiles'],
      queryFn: ({ signal }) => client.provisioning.profiles({}, { signal }),
    }).data?.items ?? none;
  const roster =
    useQuery({
      // A board that was started has used up its line.
      enabled,
      queryKey: ['provision', 'roster', state.totals.left],
      queryFn: ({ signal }) => client.provisioning.roster({}, { signal }),
      placeholderData: (before) => before,
    }).data?.items ?? none;
  const networks = useMemo(() => choicesOf(suggestions.data?.networks ?? none), [suggestions.data]);
  const devices = board?.devices;
  const rows = useMemo(
    () => rowsOf(ports ?? none, looks, state.jobs, devices ?? new Map()),
    [ports, looks, state.jobs, devices],
  );
  const selected = rows.filter((row) => isSelectable(row) && chosen.has(row.port.address));
  const boards = boardsOf(selected, {
    siteRef: form.siteRef,
    drafts,
    devices: [...(devices?.values() ?? [])],
    roster,
  });
  const firmware = bundles.find((bundle) => bundle.id === form.firmwareId);
  const problem = formProblem(form, networks);
  return {
    loading: ports === undefined || live === undefined,
    rows,
    selected,
    boards,
    state,
    networks,
    networksKnown: suggestions.data?.networksKnown ?? false,
    hosts: suggestions.data?.hosts ?? none,
    checkedMs: suggestions.dataUpdatedAt,
    reach: reachOf(form.mqttHost, suggestions.data?.hosts ?? none, selected.length > 0 ? selected : rows),
    bundles,
    firmware,
    profiles,
    roster,
    problem,
    block: flashBlock({
      rows,
      selected,
      boards,
      formProblem: problem,
      firmware,
      stack,
      locked: state.locked,
    }),
  };
}

/** Fills the form once with the best guess: the site's profile, else this machine's own broker and newest firmware. */
export function useFirstGuess(facts: ProvisionFacts): void {
  const { form, filled, fill, change } = useProvision();
  const settings = useSettings();
  const sites = useBoard()?.sites;
  const wanted = useUi((ui) => ui.siteRef);
  const { hosts, bundles, profiles, checkedMs, rows, selected } = facts;
  const stack = useStack();
  const stackPort =
    stack?.kind === 'published'
      ? stack.broker.listeners.find(({ name }) => name === 'mqtt')?.port
      : undefined;
  const site = sites?.find((one) => one.ref === wanted) ?? sites?.find((one) => !one.demo) ?? sites?.[0];
  useEffect(() => {
    if (filled || settings === undefined || checkedMs === 0 || site === undefined) return;
    const profile = profiles.find((one) => one.siteRef === site.ref);
    const host = hosts.find((one) => one.listening) ?? hosts[0];
    fill(
      profile === undefined
        ? {
            ...form,
            siteRef: site.ref,
            mqttHost: host?.host ?? loopback,
            mqttPort: stackPort ?? settings.mqttPort,
          }
        : formOf(profile),
    );
  }, [filled, settings, stackPort, checkedMs, site, profiles, hosts, bundles, form, fill]);
  // The demo's own firmware is the choice where only its boards are there, and never on any other.
  const meant = selected.length > 0 ? selected : rows;
  const demo = meant.length > 0 && meant.every((row) => row.port.kind === 'virtual');
  const guess = bundles.find((bundle) => (bundle.origin === 'demo') === demo)?.id;
  const current = form.firmwareId === '' ? undefined : form.firmwareId;
  const chosen = bundles.find((bundle) => bundle.id === current);
  const misfit = meant.length > 0 && chosen !== undefined && (chosen.origin === 'demo') !== demo;
  useEffect(() => {
    if (!filled || current === null || (current !== undefined && !misfit)) return;
    if (guess !== undefined) change({ firmwareId: guess });
  }, [filled, current, misfit, guess, change]);
}
