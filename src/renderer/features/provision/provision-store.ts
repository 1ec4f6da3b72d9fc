import { create } from 'zustand';
import type { Draft, Look } from './board-rows.ts';
import { emptyForm, type ProvisionForm } from './form-state.ts';

export type Step = 'select' | 'flash' | 'labels';

/** What the Provision page keeps while another page is open. */
interface ProvisionState {
  readonly step: Step;
  readonly looks: Readonly<Record<string, Look>>;
  /** Addresses. */
  readonly selected: ReadonlySet<string>;
  /** Looks that were selected by themselves once: taking one off again is respected. */
  readonly offered: ReadonlySet<string>;
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly blinking: string | null;
  readonly form: ProvisionForm;
  /** The form was filled from this machine or a profile once. */
  readonly filled: boolean;
  /** Address whose serial log is open beside the page. */
  readonly monitored: string | null;
  go: (step: Step) => void;
  look: (key: string, look: Look) => void;
  forgetLook: (key: string) => void;
  /** Forgets what was read, except of boards in work. */
  forgetLooks: (keep: ReadonlySet<string>) => void;
  select: (addresses: readonly string[], on: boolean) => void;
  offer: (key: string, address: string) => void;
  draft: (address: string, draft: Draft) => void;
  forgetDrafts: (addresses: readonly string[]) => void;
  blink: (address: string | null) => void;
  change: (patch: Partial<ProvisionForm>) => void;
  fill: (form: ProvisionForm) => void;
  monitor: (address: string | null) => void;
}

export const useProvision = create<ProvisionState>((set) => ({
  step: 'select',
  looks: {},
  selected: new Set(),
  offered: new Set(),
  drafts: {},
  blinking: null,
  form: emptyForm,
  filled: false,
  monitored: null,
  go: (step) => set({ step }),
  look: (key, look) => set(({ looks }) => ({ looks: { ...looks, [key]: look } })),
  forgetLook: (key) =>
    set(({ looks }) => ({ looks: Object.fromEntries(Object.entries(looks).filter(([one]) => one !== key)) })),
  forgetLooks: (keep) =>
    set(({ looks }) => ({
      looks: Object.fromEntries(Object.entries(looks).filter(([key]) => keep.has(key))),
    })),
  select: (addresses, on) =>
    set(({ selected }) => {
      const next = new Set(selected);
      for (const address of addresses) {
        if (on) next.add(address);
        else next.delete(address);
      }
      return { selected: next };
    }),
  offer: (key, address) =>
    set(({ offered, selected }) =>
      offered.has(key)
        ? {}
        : { offered: new Set([...offered, key]), selected: new Set([...selected, address]) },
    ),
  draft: (address, draft) => set(({ drafts }) => ({ drafts: { ...drafts, [address]: draft } })),
  forgetDrafts: (addresses) =>
    set(({ drafts }) => ({
      drafts: Object.fromEntries(Object.entries(drafts).filter(([address]) => !addresses.includes(address))),
    })),
  blink: (blinking) => set({ blinking }),
  change: (patch) => set(({ form }) => ({ form: { ...form, ...patch } })),
  fill: (form) => set({ form, filled: true }),
  monitor: (monitored) => set({ monitored }),
}));
