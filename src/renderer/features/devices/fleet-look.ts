import { create } from 'zustand';
import type { FleetView } from '../../../shared/contract/health.ts';
import { useUi } from '../../app/ui-state.ts';
import { usualLook, type FleetLook } from './fleet.ts';

interface LookState {
  readonly look: FleetLook;
  /** The saved view that was taken last, as long as nothing was changed since. */
  readonly viewId: number | null;
  change: (part: Partial<FleetLook>) => void;
  /** With it goes the site that it was saved with. */
  take: (view: FleetView) => void;
  /** What is shown now was saved under this number. */
  saved: (viewId: number | null) => void;
}

/** Apart from the page: who comes back to it finds it as it was left. */
export const useFleetLook = create<LookState>((set, get) => ({
  look: usualLook,
  viewId: null,
  change: (part) => set({ look: { ...get().look, ...part }, viewId: null }),
  take: ({ id, columns, sort, siteRef, verdicts, text, groupBySite }) => {
    useUi.getState().chooseSite(siteRef);
    set({ look: { ...usualLook, columns, sort, verdicts, text, groupBySite }, viewId: id });
  },
  saved: (viewId) => set({ viewId }),
}));
