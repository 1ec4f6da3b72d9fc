import { useMemo } from 'react';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import { useBoard } from '../../app/live.ts';

export interface DeviceNames {
  /** Of a board that sends: its name, or that nobody adopted it; `undefined` for any other address. */
  of: (mac: MacAddress) => { readonly label: string; readonly unknown: boolean } | undefined;
}

export function useDeviceNames(): DeviceNames {
  const board = useBoard();
  const candidates = board?.candidates;
  const devices = board?.devices;
  return useMemo(() => {
    const unknown = new Set<string>(candidates?.map(({ mac }) => mac));
    return {
      of: (mac: MacAddress) => {
        const device = devices?.get(mac);
        if (device !== undefined)
          return device.name === '' ? undefined : { label: device.name, unknown: false };
        return unknown.has(mac) ? { label: '', unknown: true } : undefined;
      },
    };
  }, [devices, candidates]);
}
