import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { AlertsState } from '../../shared/contract/alerts.ts';
import type { BackupState } from '../../shared/contract/backup.ts';
import type { Client } from '../../shared/contract/contract.ts';
import type { DockerStackState } from '../../shared/contract/docker.ts';
import type { BoardUpdate, Candidate, Device, Site, Zone } from '../../shared/contract/devices.ts';
import type { HealthRow, HealthUpdate } from '../../shared/contract/health.ts';
import type { IngestCounters } from '../../shared/contract/ingest.ts';
import type { PortInfo } from '../../shared/contract/ports.ts';
import type { ProvisioningState } from '../../shared/contract/provisioning.ts';
import type { RollupsState } from '../../shared/contract/rollups.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { StackState } from '../../shared/contract/stack.ts';
import type { SyncState } from '../../shared/contract/sync.ts';
import { Connection, type ConnectionPhase } from './connection.ts';
import { LiveValue } from './live-value.ts';

export interface Board {
  readonly devices: ReadonlyMap<string, Device>;
  readonly candidates: readonly Candidate[];
  /** Unknown devices beyond those of the list. */
  readonly moreCandidates: number;
  readonly sites: readonly Site[];
  readonly zones: readonly Zone[];
}

/** Verdicts by address. */
export type Fleet = ReadonlyMap<string, HealthRow>;

export interface Live {
  readonly connection: Connection;
  readonly stack: LiveValue<StackState, StackState>;
  readonly docker: LiveValue<DockerStackState, DockerStackState>;
  readonly backup: LiveValue<BackupState, BackupState>;
  readonly board: LiveValue<BoardUpdate, Board>;
  readonly health: LiveValue<HealthUpdate, Fleet>;
  readonly ingest: LiveValue<IngestCounters, IngestCounters>;
  readonly rollups: LiveValue<RollupsState, RollupsState>;
  readonly settings: LiveValue<Settings, Settings>;
  readonly ports: LiveValue<{ readonly ports: readonly PortInfo[] }, readonly PortInfo[]>;
  readonly provisioning: LiveValue<ProvisioningState, ProvisioningState>;
  readonly alerts: LiveValue<AlertsState, AlertsState>;
  readonly sync: LiveValue<SyncState, SyncState>;
}

const newest = <T>(_state: T | undefined, item: T): T => item;

export function createLive(): Live {
  const connection = new Connection();
  const live: Live = {
    connection,
    stack: new LiveValue(connection, (client, signal) => client.stack.watch({}, { signal }), newest),
    docker: new LiveValue(connection, (client, signal) => client.docker.watch({}, { signal }), newest),
    backup: new LiveValue(connection, (client, signal) => client.backup.watch({}, { signal }), newest),
    board: new LiveValue(
      connection,
      (client, signal) => client.devices.watch({}, { signal }),
      applyBoardUpdate,
    ),
    health: new LiveValue(
      connection,
      (client, signal) => client.health.watch({}, { signal }),
      applyHealthUpdate,
    ),
    ingest: new LiveValue(connection, (client, signal) => client.ingest.watch({}, { signal }), newest),
    rollups: new LiveValue(connection, (client, signal) => client.rollups.watch({}, { signal }), newest),
    settings: new LiveValue(connection, (client, signal) => client.settings.watch({}, { signal }), newest),
    ports: new LiveValue(
      connection,
      (client, signal) => client.ports.watch({}, { signal }),
      (_ports, item) => item.ports,
    ),
    provisioning: new LiveValue(
      connection,
      (client, signal) => client.provisioning.watch({}, { signal }),
      newest,
    ),
    alerts: new LiveValue(connection, (client, signal) => client.alerts.watch({}, { signal }), newest),
    sync: new LiveValue(connection, (client, signal) => client.sync.watch({}, { signal }), newest),
  };
  connection.start();
  return live;
}

export function applyBoardUpdate(board: Board | undefined, update: BoardUpdate): Board {
  if (board === undefined || update.type === 'snapshot') {
    const { devices, candidates = [], moreCandidates = 0, sites = [], zones = [] } = update;
    const byMac = new Map(devices.map((device) => [device.mac, device]));
    return { devices: byMac, candidates, moreCandidates, sites, zones };
  }
  const devices = new Map(board.devices);
  for (const device of update.devices) devices.set(device.mac, device);
  for (const mac of update.removed) devices.delete(mac);
  return {
    devices,
    candidates: update.candidates ?? board.candidates,
    moreCandidates: update.candidates === undefined ? board.moreCandidates : (update.moreCandidates ?? 0),
    sites: update.sites ?? board.sites,
    zones: update.zones ?? board.zones,
  };
}

export function applyHealthUpdate(fleet: Fleet | undefined, update: HealthUpdate): Fleet {
  if (update.type === 'snapshot' || fleet === undefined)
    return new Map(update.rows.map((row) => [row.mac, row]));
  const changed = new Map(fleet);
  for (const row of update.rows) changed.set(row.mac, row);
  for (const mac of update.removed) changed.delete(mac);
  return changed;
}

export const LiveContext = createContext<Live | undefined>(undefined);

function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('outside of the application');
  return live;
}

function useLiveValue<Item, State>(value: LiveValue<Item, State>): State | undefined {
  return useSyncExternalStore(value.subscribe, value.state);
}

export const useClient = (): Client => useLive().connection.client;
export const useStack = (): StackState | undefined => useLiveValue(useLive().stack);
export const useDocker = (): DockerStackState | undefined => useLiveValue(useLive().docker);
export const useBackup = (): BackupState | undefined => useLiveValue(useLive().backup);
export const useBoard = (): Board | undefined => useLiveValue(useLive().board);
export const useHealth = (): Fleet | undefined => useLiveValue(useLive().health);
export const useIngest = (): IngestCounters | undefined => useLiveValue(useLive().ingest);
export const useRollups = (): RollupsState | undefined => useLiveValue(useLive().rollups);
export const useSettings = (): Settings | undefined => useLiveValue(useLive().settings);
export const usePorts = (): readonly PortInfo[] | undefined => useLiveValue(useLive().ports);
export const useAlerts = (): AlertsState | undefined => useLiveValue(useLive().alerts);
export const useSync = (): SyncState | undefined => useLiveValue(useLive().sync);
export const useProvisioning = (): ProvisioningState | undefined => useLiveValue(useLive().provisioning);

export function useConnectionPhase(): ConnectionPhase {
  const { connection } = useLive();
  return useSyncExternalStore(connection.onChange, () => connection.phase);
}

/** The time, renewed so often; ages on the screen count on by it. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
